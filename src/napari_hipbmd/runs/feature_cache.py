"""What was measured of each film, as a CSV file from which a run resumes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..bmd import FEATURE_NAMES
from ..core.anatomy import LANDMARK_IDS, REGIONS, Points
from ..core.bounded_json import as_type, parse_json
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.radiograph import Patient, Side
from ..grey_scale import Signs, signs_of_text, signs_text

Row = Literal["biology", "raw", "ring", "enhanced", "calibrated", "exact", "exact_gain"]
"""What an estimate is made from: biology alone, or features of one image, too."""
IMAGE_ROWS: tuple[Row, ...] = ("raw", "ring", "enhanced", "exact")
GAINS: Mapping[Row, Row] = {"calibrated": "enhanced", "exact_gain": "exact"}
"""Rows with a gain of the film beside the features of another row."""


@dataclass(frozen=True)
class Said:
    """What a film says of its hip, and why its side is doubted (flag ``side``)."""

    side: Side | None = None
    patient: Patient = Patient()
    side_doubts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CaseFeatures:
    """What a validation keeps of one measured film.

    ``landmarks_xy`` is ``(16, 2)`` film pixels, NaN when the film was refused;
    ``features`` holds ``(9,)`` for each of :data:`IMAGE_ROWS` that exists, ``gains``
    the gain and its relative error for each of :data:`GAINS` that is known,
    ``minerals`` ``(3,)`` the mean of the mineral map over each region, ``signs`` what
    the rulers of the gain look at, ``said`` what the film says of whom it shows. The
    cache keeps the signs, and of the gains the exact one: the other follows from a
    calibration.
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
    signs: Mapping[str, Signs] = field(default_factory=dict)
    minerals: NDArray[np.float64] = field(
        default_factory=lambda: np.full(len(REGIONS), np.nan)
    )
    said: Said = Said()


_COLUMNS = (
    "case_id",
    "key",
    "reason",
    "seconds",
    "spacing_row_mm",
    "spacing_column_mm",
    *(f"{name}_{axis}" for name in LANDMARK_IDS for axis in "xy"),
    *(f"{row}_{name}" for row in IMAGE_ROWS for name in FEATURE_NAMES),
    *(f"{region}_mineral" for region in REGIONS),
    "exact_gain",
    "signs",
    "said",
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
                one.minerals,
                one.gains.get("exact_gain", (np.nan, 0.0))[:1],
            ]
        )
        shown = ["" if np.isnan(v) else repr(float(v)) for v in numbers]
        signs, said = signs_text(one.signs), json.dumps(asdict(one.said))
        writer.writerow([one.case_id, key, one.reason, *shown, signs, said])
    write_text_atomic(cache, text.getvalue())


def read_cache(cache: Path) -> dict[str, tuple[str, CaseFeatures]]:
    """The cache; damaged lines, or a cache of another version, are passed over."""
    try:
        lines = list(csv.reader(io.StringIO(cache.read_text(encoding="utf-8"))))
        if not lines or tuple(lines[0]) != _COLUMNS:
            return {}
    except (OSError, ValueError, csv.Error):
        return {}
    found: dict[str, tuple[str, CaseFeatures]] = {}
    for line in lines[1:]:
        if len(line) == len(_COLUMNS):
            with suppress(ValueError, Refused):
                found[line[0]] = line[1], _parsed(line)
    return found


def _parsed(line: Sequence[str]) -> CaseFeatures:
    numbers = np.array([float(text) if text else np.nan for text in line[3:-2]])
    marks, rest, minerals = (
        numbers[3:35],
        numbers[35 : -1 - len(REGIONS)],
        numbers[-1 - len(REGIONS) : -1],
    )
    rows = rest.reshape(len(IMAGE_ROWS), -1)
    exact = float(numbers[-1])
    return CaseFeatures(
        line[0],
        reason=line[2],
        spacing_mm=(float(numbers[1]), float(numbers[2])),
        landmarks_xy=marks.reshape(-1, 2),
        features={
            row: x
            for row, x in zip(IMAGE_ROWS, rows, strict=True)
            if np.isfinite(x).any()
        },
        seconds=float(numbers[0]),
        gains={"exact_gain": (exact, 0.0)} if np.isfinite(exact) else {},
        signs=signs_of_text(line[-2]),
        minerals=minerals,
        said=as_type(Said, parse_json(line[-1])),
    )
