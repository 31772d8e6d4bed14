"""What was made of a film as files that any viewer opens, and a card about them.

``sto.tif`` and ``bone.tif`` are float32 on the film's fixed 0 … 1 grey range, at its
full resolution; ``error.tif`` is |STO − exact STO| where the truth is known;
``latent.tif`` and ``stage_1.tif``, … are stacks ``(channels, n, n)``. ``film.json``
tells where they lie in the film and of what they were made. It is written last.
Other tools may want other formats: see :mod:`.enhanced_formats`. With the latent z
comes ``latent.png``, all its channels in one picture.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.montage import montage
from ..core.radiograph import FloatImage
from ..pipeline.enhanced import Enhanced
from .enhanced_formats import (
    PictureFormat,
    check_format,
    write_npz,
    write_ome_tiff,
    write_zarr,
)
from .enhanced_pictures import EnhancedPicture, pictures_of

LAYERS = ("sto.tif", "bone.tif")
MINERAL = "mineral.tif"  # of the femur alone, g/cm²
MEASURED = (*LAYERS, MINERAL)
FILES = dict(
    zip(("STO", "bone image", "absolute error"), (*LAYERS, "error.tif"), strict=True)
)
MONTAGE, CARD = "latent.png", "film.json"
ENLARGED = 4  # screen pixels a cell of the montage


def tiff_bytes(image: FloatImage, corner_row_col: tuple[int, int]) -> bytes:
    """A part of a film as float32 TIFF that knows where in the film it lies."""
    row, column = corner_row_col
    return _tiff(image, {"corner_row": row, "corner_column": column})


def write_enhanced(
    folder: Path,
    enhanced: Enhanced,
    *,
    latent: bool = False,
    stages: bool = False,
    kind: PictureFormat = "tiff",
) -> list[Path]:
    """Write what was made of one film, each file whole or not at all.

    Parameters
    ----------
    folder
        Made when missing; files of an earlier run are replaced.
    latent, stages
        Whether to write the latent z, and the encoder's other stages.
    kind
        The format.

    Returns
    -------
    list
        The files; the card is the last.

    Raises
    ------
    Refused
        If the format needs a package that is not installed.
    """
    check_format(kind)
    pictures = pictures_of(enhanced, latent=latent, stages=stages)
    folder.mkdir(parents=True, exist_ok=True)
    names = _WRITERS[kind](folder, pictures)
    if latent:
        write_bytes_atomic(folder / MONTAGE, montage_png(pictures[-1].values))
        names.append(MONTAGE)
    card = json.dumps(_card(enhanced, names), indent=1, ensure_ascii=False)
    write_text_atomic(folder / CARD, card + "\n")
    return [folder / name for name in (*names, CARD)]


def montage_png(stack: FloatImage) -> bytes:
    """All channels of a stack as a PNG, in viridis from the least value on."""
    from matplotlib import colormaps

    picture = montage(stack)
    low, high = float(stack.min()), float(stack.max())
    share = (picture - low) / max(high - low, 1e-12)
    coloured = colormaps["viridis"].with_extremes(bad="white")(share, bytes=True)
    large = np.kron(coloured[..., :3], np.ones((ENLARGED, ENLARGED, 1), np.uint8))
    buffer = io.BytesIO()
    Image.fromarray(large).save(buffer, "png")
    return buffer.getvalue()


def _write_tiff(folder: Path, pictures: Sequence[EnhancedPicture]) -> list[str]:
    """As one file each: STO, bone image, error, and the stacks; today's default."""
    files: dict[str, bytes] = {}
    hip, *stacks = pictures
    row, column = (int(v) for v in hip.first_row_col)
    for name, values in zip(hip.channels, hip.values, strict=True):
        if name in FILES:
            files[FILES[name]] = tiff_bytes(values, (row, column))
    for one in stacks:
        (first_row, first_column), (height, width) = one.first_row_col, one.step_row_col
        files[f"{one.name}.tif"] = _tiff(
            one.values,
            {
                "first_row": first_row,
                "first_column": first_column,
                "cell_rows": height,
                "cell_columns": width,
            },
        )
    for name, data in files.items():
        write_bytes_atomic(folder / name, data)
    return list(files)


_WRITERS: Mapping[
    PictureFormat, Callable[[Path, Sequence[EnhancedPicture]], list[str]]
] = {
    "tiff": _write_tiff,
    "ome-tiff": write_ome_tiff,
    "zarr": write_zarr,
    "npz": write_npz,
}


def _card(enhanced: Enhanced, files: list[str]) -> dict[str, Any]:
    seen, film = enhanced.seen, enhanced.film
    box = seen.box
    return {
        "case_id": film.case_id,
        "model": enhanced.model_name,
        "side": seen.side,
        "box": [box.x0, box.y0, box.x1, box.y1],
        "corner_row_col": list(enhanced.images.corner_row_col),
        "spacing_mm": None if film.spacing_mm is None else list(film.spacing_mm),
        "flags": [flag.text for flag in (*film.flags, *seen.flags)],
        "files": files,
    }


def _tiff(image: FloatImage, facts: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        np.ascontiguousarray(image, np.float32),
        photometric="minisblack",
        metadata=facts,
    )
    return buffer.getvalue()
