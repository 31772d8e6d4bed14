"""What is known exactly about a digital hip: ``truth/<case_id>.json`` and its STO.

The STO is a 16-bit TIFF that any viewer opens; the JSON holds the line that takes its
values back to the film's grey range, ``sto = value / 65535 · scale + offset``.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ..core.anatomy import LANDMARK_IDS, REGIONS, SITES, Points, Region, Site
from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.radiograph import FloatImage
from .case import checked_name
from .label import STATES, State

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
    """

    landmarks_xy: Points
    states: tuple[State, ...]
    regions: Mapping[Region, Points]
    bmd_g_cm2: Mapping[Site, float]
    area_cm2: Mapping[Site, float]
    sto: FloatImage | None = None

    def __post_init__(self) -> None:
        count = len(LANDMARK_IDS)
        if self.landmarks_xy.shape != (count, 2) or len(self.states) != count:
            raise Refused("The truth of a hip has 16 landmarks with their states.")
        if not set(self.states) <= set(STATES):
            raise Refused(f"The states of landmarks are {', '.join(STATES)}.")


def write_truth(folder: str | Path, case_id: str, truth: Truth) -> None:
    """Write the truth of one case into a study's folder.

    The JSON comes last: where it is, the STO is complete.

    Raises
    ------
    ValueError
        If the STO holds a value that is not a number.
    """
    table, picture = _paths(folder, case_id)
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
        "sto": None,
    }
    if truth.sto is not None:
        data, scale, offset = _encoded(truth.sto)
        write_bytes_atomic(picture, data)
        content["sto"] = {"image": picture.name, "scale": scale, "offset": offset}
    write_text_atomic(table, json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_truth(
    folder: str | Path, case_id: str, *, with_sto: bool = True
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

    Raises
    ------
    Refused
        If the files cannot be read as a truth.
    """
    table, picture = _paths(folder, case_id)
    try:
        stored = as_type(_Stored, read_json(table))
        return _parsed(stored, picture if with_sto else None)
    except FileNotFoundError as error:
        if error.filename == str(table):
            return None
        raise Refused(f"The truth of {case_id} lacks its STO image.") from None
    except (ValueError, OSError, zlib.error, tifffile.TiffFileError):
        raise Refused(
            f"The truth of {case_id} cannot be read: make the study again."
        ) from None


def _paths(folder: str | Path, case_id: str) -> tuple[Path, Path]:
    stem = Path(folder) / "truth" / checked_name(case_id, "The case_id")
    return stem.with_name(f"{stem.name}.json"), stem.with_name(f"{stem.name}_sto.tif")


@dataclass(frozen=True)
class _StoredMark:
    xy: tuple[float, float]
    state: State


@dataclass(frozen=True)
class _StoredSto:
    scale: float
    offset: float


@dataclass(frozen=True)
class _Stored:
    """A truth as it lies in its file, which names the STO beside it."""

    landmarks: dict[str, _StoredMark]
    regions: dict[Region, tuple[tuple[float, float], ...]]
    bmd_g_cm2: dict[str, float]
    area_cm2: dict[str, float]
    sto: _StoredSto | None

    def __post_init__(self) -> None:
        if not self.landmarks.keys() >= set(LANDMARK_IDS):
            raise Refused("it lacks a landmark")


def _parsed(stored: _Stored, picture: Path | None) -> Truth:
    marks = [stored.landmarks[name] for name in LANDMARK_IDS]
    sto = stored.sto
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
        sto=None
        if sto is None or picture is None
        else _decoded(picture, sto.scale, sto.offset),
    )


def _encoded(sto: FloatImage) -> tuple[bytes, float, float]:
    low, high = float(sto.min()), float(sto.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("the STO holds a value that is not a number")
    steps = _LEVELS / (high - low) if high > low else 0.0
    values = np.rint((sto.astype(np.float64) - low) * steps)
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
        raise ValueError("the STO is a 16-bit image")
    sto: FloatImage = values.astype(np.float32)
    sto *= np.float32(scale / _LEVELS)
    sto += np.float32(offset)
    return sto


def _by_site(values: Mapping[str, Any]) -> dict[Site, float]:
    return {site: float(values[site]) for site in SITES if site in values}


def _numbers(values: Points) -> list[float]:
    return [float(v) for v in values]
