"""What was measured of each film, as a CSV file from which a run resumes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..bmd import FEATURE_NAMES
from ..core.anatomy import LANDMARK_IDS, Points
from ..core.files import write_text_atomic

Row = Literal["biology", "raw", "ring", "enhanced", "calibrated", "exact", "exact_gain"]
"""What an estimate is made from: biology alone, or features of one image, too."""
IMAGE_ROWS: tuple[Row, ...] = ("raw", "ring", "enhanced", "exact")
GAINS: Mapping[Row, Row] = {"calibrated": "enhanced", "exact_gain": "exact"}
"""Rows with a gain of the film beside the features of another row."""


@dataclass(frozen=True, eq=False)
class CaseFeatures:
    """What a validation keeps of one measured film.

    ``landmarks_xy`` is ``(16, 2)`` film pixels, NaN when the film was refused;
    ``features`` holds ``(9,)`` for each of :data:`IMAGE_ROWS` that exists, ``gains``
    the gain and its relative error for each of :data:`GAINS`.
    """

    case_id: str
    reason: str = ""
    spacing_mm: tuple[float, float] = (float("nan"), float("nan"))
    landmarks_xy: Points = field(
        default_factory=lambda: np.full((len(LANDMARK_IDS), 2), np.nan)
    )
    features: Mapping[Row, NDArray[np.float64]] = field(default_factory=dict)
    seconds: float = float("nan")
    gains: Mapping[Row, tuple[float, float]] = field(default_factory=dict)


_COLUMNS = (
    "case_id",
    "key",
    "reason",
    "seconds",
    "spacing_row_mm",
    "spacing_column_mm",
    *(f"{name}_{axis}" for name in LANDMARK_IDS for axis in "xy"),
    *(f"{row}_{name}" for row in IMAGE_ROWS for name in FEATURE_NAMES),
    *(f"{row}_{name}" for row in GAINS for name in ("gain", "relative_error")),
)


def write_cache(cache: Path, found: Mapping[str, tuple[str, CaseFeatures]]) -> None:
    """Write every case with the key that tells what it was made of."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    nothing = np.full(len(FEATURE_NAMES), np.nan)
    for key, one in found.values():
        numbers = np.concatenate(
            [
                [one.seconds],
                one.spacing_mm,
                one.landmarks_xy.ravel(),
                *(one.features.get(row, nothing) for row in IMAGE_ROWS),
                *(one.gains.get(row, (np.nan, np.nan)) for row in GAINS),
            ]
        )
        shown = ["" if np.isnan(v) else repr(float(v)) for v in numbers]
        writer.writerow([one.case_id, key, one.reason, *shown])
    write_text_atomic(cache, text.getvalue())


def read_cache(cache: Path) -> dict[str, tuple[str, CaseFeatures]]:
    """The cache; damaged lines, or a cache of another version, are passed over."""
    try:
        lines = list(csv.reader(io.StringIO(cache.read_text(encoding="utf-8"))))
        if not lines or tuple(lines[0]) != _COLUMNS:
            return {}
        whole = [line for line in lines[1:] if len(line) == len(_COLUMNS)]
        return {line[0]: (line[1], _parsed(line)) for line in whole}
    except (OSError, ValueError, csv.Error):
        return {}


def _parsed(line: Sequence[str]) -> CaseFeatures:
    numbers = np.array([float(text) if text else np.nan for text in line[3:]])
    marks, rows = (
        numbers[3:35].reshape(-1, 2),
        numbers[35 : -2 * len(GAINS)].reshape(len(IMAGE_ROWS), -1),
    )
    gains = numbers[-2 * len(GAINS) :].reshape(len(GAINS), 2)
    return CaseFeatures(
        line[0],
        reason=line[2],
        spacing_mm=(float(numbers[1]), float(numbers[2])),
        landmarks_xy=marks,
        features={
            row: x
            for row, x in zip(IMAGE_ROWS, rows, strict=True)
            if np.isfinite(x).any()
        },
        seconds=float(numbers[0]),
        gains={
            row: (float(gain), float(error))
            for row, (gain, error) in zip(GAINS, gains, strict=True)
            if np.isfinite(gain)
        },
    )
