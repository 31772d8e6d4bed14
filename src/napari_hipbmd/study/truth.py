"""What is known exactly about a digital hip: ``truth/<case_id>.json`` and two images.

The STO and the femur's mineral are 16-bit TIFFs that any viewer opens; the JSON holds
the line that takes their values back to the film's grey range and to g/cm²,
``value / 65535 · scale + offset``.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ..core.anatomy import LANDMARK_IDS, REGIONS, SITES, Points, Region, Site
from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.radiograph import FloatImage, Radiograph
from .cases.case import checked_name
from .labelling.label import STATES, State

_LEVELS = 65535


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth about one digital hip, in pixels of its film.

    Attributes
    ----------
    landmarks_xy
        ``(16, 2)`` in the order of :data:`anatomy.LANDMARK_IDS`.
    states
        One for each landmark.
    regions
        Region → ``(n, 2)`` polygon, clipped to the femur's silhouette.
    bmd_g_cm2, area_cm2
        Site → true areal BMD and area.
    sto
        ``(rows, columns)`` float32 soft-tissue-only image on the film's fixed
        0 … 1 grey range, or None when it was not asked for.
    mineral_g_cm2
        ``(rows, columns)`` float32 areal mineral of this femur alone, or None when it
        was not asked for or is not known.
    """

    landmarks_xy: Points
    states: tuple[State, ...]
    regions: Mapping[Region, Points]
    bmd_g_cm2: Mapping[Site, float]
    area_cm2: Mapping[Site, float]
    sto: FloatImage | None = None
    mineral_g_cm2: FloatImage | None = None

    def __post_init__(self) -> None:
        count = len(LANDMARK_IDS)
        if self.landmarks_xy.shape != (count, 2) or len(self.states) != count:
            raise Refused("The truth of a hip has 16 landmarks with their states.")
        if not set(self.states) <= set(STATES):
            raise Refused(f"The states of landmarks are {', '.join(STATES)}.")

    def sto_as_read(self, film: Radiograph) -> FloatImage | None:
        """The exact STO ``(rows, columns)``, hidden where its film was read as hidden.

        None where it is not known, or has not the size of ``film``.
        """
        if self.sto is None or self.sto.shape != film.shape:
            return None
        return film.hidden_alike(self.sto)


def write_truth(folder: str | Path, case_id: str, truth: Truth) -> None:
    """Write the truth of one case into a study's folder.

    The JSON comes last: where it is, the images are complete.

    Raises
    ------
    ValueError
        If an image holds a value that is not a number.
    """
    table = _table(folder, case_id)
    content: dict[str, Any] = {
        "case_id": case_id,
        "landmarks": {
            name: {"xy": _numbers(xy), "state": state}
            for name, xy, state in zip(
                LANDMARK_IDS, truth.landmarks_xy, truth.states, strict=True
            )
        },
        "regions": {
            region: [_numbers(corner) for corner in polygon]
            for region, polygon in truth.regions.items()
        },
        "bmd_g_cm2": {site: float(v) for site, v in truth.bmd_g_cm2.items()},
        "area_cm2": {site: float(v) for site, v in truth.area_cm2.items()},
    }
    for name, image in (("sto", truth.sto), ("mineral", truth.mineral_g_cm2)):
        content[name] = None
        if image is not None:
            picture = _picture(table, name)
            data, scale, offset = _encoded(image)
            write_bytes_atomic(picture, data)
            content[name] = {"image": picture.name, "scale": scale, "offset": offset}
    write_text_atomic(table, json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_truth(
    folder: str | Path,
    case_id: str,
    *,
    with_sto: bool = True,
    with_mineral: bool = False,
) -> Truth | None:
    """The truth of one case, or None when there is none.

    Parameters
    ----------
    folder
        The study.
    case_id
        The case.
    with_sto
        False spares the STO image.
    with_mineral
        True asks for the mineral of the femur, too.

    Raises
    ------
    Refused
        If the files cannot be read as a truth.
    """
    table = _table(folder, case_id)
    wanted = {"sto": with_sto, "mineral": with_mineral}
    try:
        stored = as_type(_Stored, read_json(table))
        return _parsed(stored, table, [name for name, on in wanted.items() if on])
    except FileNotFoundError as error:
        if error.filename == str(table):
            return None
        raise Refused(
            f"The truth of {case_id} lacks an image,"
            f" {Path(error.filename).name}: make the study again."
        ) from None
    except (ValueError, OSError, zlib.error, tifffile.TiffFileError):
        raise Refused(
            f"The truth of {case_id} cannot be read: make the study again."
        ) from None


def _table(folder: str | Path, case_id: str) -> Path:
    return Path(folder) / "truth" / f"{checked_name(case_id, 'The case_id')}.json"


def _picture(table: Path, name: str) -> Path:
    return table.with_name(f"{table.stem}_{name}.tif")


@dataclass(frozen=True)
class _StoredMark:
    xy: tuple[float, float]
    state: State


@dataclass(frozen=True)
class _StoredImage:
    scale: float
    offset: float


@dataclass(frozen=True)
class _Stored:
    """A truth as it lies in its file, which names the images beside it."""

    landmarks: dict[str, _StoredMark]
    regions: dict[Region, tuple[tuple[float, float], ...]]
    bmd_g_cm2: dict[str, float]
    area_cm2: dict[str, float]
    sto: _StoredImage | None
    mineral: _StoredImage | None = None

    def __post_init__(self) -> None:
        if not self.landmarks.keys() >= set(LANDMARK_IDS):
            raise Refused("it lacks a landmark")


def _parsed(stored: _Stored, table: Path, wanted: Sequence[str]) -> Truth:
    marks = [stored.landmarks[name] for name in LANDMARK_IDS]
    images = {"sto": stored.sto, "mineral": stored.mineral}
    found = {
        name: _decoded(_picture(table, name), image.scale, image.offset)
        for name, image in images.items()
        if image is not None and name in wanted
    }
    return Truth(
        landmarks_xy=np.array([mark.xy for mark in marks], dtype=np.float64),
        states=tuple(mark.state for mark in marks),
        regions={
            region: np.array(stored.regions[region], dtype=np.float64)
            for region in REGIONS
            if region in stored.regions
        },
        bmd_g_cm2=_by_site(stored.bmd_g_cm2),
        area_cm2=_by_site(stored.area_cm2),
        sto=found.get("sto"),
        mineral_g_cm2=found.get("mineral"),
    )


def _encoded(image: FloatImage) -> tuple[bytes, float, float]:
    low, high = float(image.min()), float(image.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("the image holds a value that is not a number")
    steps = _LEVELS / (high - low) if high > low else 0.0
    values = np.rint((image.astype(np.float64) - low) * steps)
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        values.clip(0, _LEVELS).astype(np.uint16),
        compression="zlib",
        predictor=True,
        metadata=None,
        software=False,
    )
    return file.getvalue(), high - low, low


def _decoded(picture: Path, scale: float, offset: float) -> FloatImage:
    values = tifffile.imread(picture)
    if values.ndim != 2 or values.dtype != np.uint16:
        raise ValueError("the image is a 16-bit one")
    image: FloatImage = values.astype(np.float32)
    image *= np.float32(scale / _LEVELS)
    image += np.float32(offset)
    return image


def _by_site(values: Mapping[str, Any]) -> dict[Site, float]:
    return {site: float(values[site]) for site in SITES if site in values}


def _numbers(values: Points) -> list[float]:
    return [float(v) for v in values]
