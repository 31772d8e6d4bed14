"""Pictures of a film as OME-TIFF, OME-Zarr or NPZ, for other tools.

A length is in mm where the film's spacing is known, else in pixels of the film. A place
is counted from the centre of the film's first pixel.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import tifffile

from ..core.extras import from_extra
from ..core.files import new_folder, write_bytes_atomic
from .enhanced_pictures import EnhancedPicture

PictureFormat = Literal["tiff", "ome-tiff", "zarr", "npz"]
FORMATS: tuple[PictureFormat, ...] = get_args(PictureFormat)
OME_ZARR = "0.5"
CHUNK_PX = 512


def check_format(kind: PictureFormat) -> None:
    """Whether a format can be written here, before there is anything to write.

    Raises
    ------
    Refused
        If its package is not installed.
    """
    if kind == "zarr":
        with from_extra("zarr", "Writing Zarr"):
            import zarr  # noqa: F401


def write_ome_tiff(folder: Path, pictures: Sequence[EnhancedPicture]) -> list[str]:
    """A file a picture, ``NAME.ome.tif``; names of what was written."""
    names = []
    for one in pictures:
        names.append(f"{one.name}.ome.tif")
        write_bytes_atomic(folder / names[-1], ome_tiff(one))
    return names


def ome_tiff(picture: EnhancedPicture) -> bytes:
    """Channels, rows, columns with pixel size, place and names of the channels."""
    count = len(picture.channels)
    about: dict[str, Any] = {
        "axes": "CYX",
        "Name": picture.name,
        "Channel": {"Name": list(picture.channels)},
    }
    if picture.unit == "mm":
        for axis, size in zip("YX", picture.size_row_col, strict=True):
            about |= {f"PhysicalSize{axis}": size, f"PhysicalSize{axis}Unit": "mm"}
    plane: dict[str, Any] = {}
    unit = "mm" if picture.unit == "mm" else "pixel"
    for axis, place in zip("YX", picture.place_row_col, strict=True):
        plane |= {
            f"Position{axis}": [float(place)] * count,
            f"Position{axis}Unit": [unit] * count,
        }
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        np.ascontiguousarray(picture.values, np.float32),
        ome=True,
        photometric="minisblack",
        metadata={**about, "Plane": plane},
    )
    return buffer.getvalue()


def write_zarr(folder: Path, pictures: Sequence[EnhancedPicture]) -> list[str]:
    """A folder a picture, ``NAME.zarr``: OME-Zarr of one resolution."""
    import zarr

    names = []
    for one in pictures:
        names.append(f"{one.name}.zarr")
        target = folder / names[-1]
        if (target / "zarr.json").is_file():
            shutil.rmtree(target)
        with new_folder(target) as made:
            group = zarr.open_group(made, mode="w", zarr_format=3)
            group.attrs["ome"] = ome_zarr(one)
            count, rows, columns = one.values.shape
            array = group.create_array(
                "0",
                shape=one.values.shape,
                chunks=(1, min(rows, CHUNK_PX), min(columns, CHUNK_PX)),
                dtype="float32",
                dimension_names=("c", "y", "x"),
            )
            array[...] = one.values
    return names


def ome_zarr(picture: EnhancedPicture) -> dict[str, Any]:
    """The OME-Zarr metadata of a picture (version 0.5 of the specification)."""
    place = [0.0, *(float(v) for v in picture.place_row_col)]
    known = {"unit": "millimeter"} if picture.unit == "mm" else {}
    lowest, highest = float(picture.values.min()), float(picture.values.max())
    window = {"min": lowest, "max": highest, "start": lowest, "end": highest}
    return {
        "version": OME_ZARR,
        "multiscales": [
            {
                "name": picture.name,
                "axes": [
                    {"name": "c", "type": "channel"},
                    {"name": "y", "type": "space", **known},
                    {"name": "x", "type": "space", **known},
                ],
                "datasets": [
                    {
                        "path": "0",
                        "coordinateTransformations": [
                            {"type": "scale", "scale": [1.0, *picture.size_row_col]},
                            {"type": "translation", "translation": place},
                        ],
                    }
                ],
            }
        ],
        "omero": {
            "channels": [
                {"label": name, "color": "FFFFFF", "active": True, "window": window}
                for name in picture.channels
            ]
        },
    }


def write_npz(folder: Path, pictures: Sequence[EnhancedPicture]) -> list[str]:
    """One file, ``hip.npz``: each channel of the hip, each stack, and their geometry.

    ``NAME_place``, ``NAME_size`` are ``(row, column)`` in mm, or in pixels of the film
    where ``spacing_mm`` is empty.
    """
    arrays: dict[str, Any] = {"spacing_mm": np.array(pictures[0].spacing_mm or ())}
    for number, one in enumerate(pictures):
        if number:
            arrays[one.name] = one.values
        else:
            for name, values in zip(one.channels, one.values, strict=True):
                arrays[name.lower().replace(" ", "_")] = values
        arrays[f"{one.name}_place"] = np.array(one.place_row_col, np.float64)
        arrays[f"{one.name}_size"] = np.array(one.size_row_col, np.float64)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_bytes_atomic(folder / "hip.npz", buffer.getvalue())
    return ["hip.npz"]
