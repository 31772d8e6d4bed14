"""The features of every row for every case of a study, kept so that it resumes."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..anatomy import INDEX, LANDMARK_IDS, SITES, Points, polygons
from ..bmd import (
    FEATURE_NAMES,
    FEATURES_VERSION,
    covariate_row,
    feature_vector,
    features,
    ring_features,
)
from ..files import write_text_atomic
from ..measurement import Measurement
from ..radiograph import Cancelled, FloatImage
from ..study import Case, Study
from .rows import FeatureTable, Row

IMAGE_ROWS: tuple[Row, ...] = ("raw", "ring", "enhanced", "exact")
_SAVE_EVERY = 10
_NECK_WIDTH_MM = 31.0  # 1.41 head radii of 22 mm: only for films without a spacing

MeasureCase = Callable[[Case], Measurement]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class CaseFeatures:
    """What a validation keeps of one measured film.

    ``landmarks_xy`` is ``(16, 2)`` film pixels, NaN when the film was refused;
    ``features`` holds ``(9,)`` for each of :data:`IMAGE_ROWS` that exists.
    """

    case_id: str
    reason: str = ""
    spacing_mm: tuple[float, float] = (float("nan"), float("nan"))
    landmarks_xy: Points = field(
        default_factory=lambda: np.full((len(LANDMARK_IDS), 2), np.nan)
    )
    features: Mapping[Row, NDArray[np.float64]] = field(default_factory=dict)
    seconds: float = float("nan")


def collect(
    study: Study,
    cache: Path,
    measure: MeasureCase,
    *,
    made_with: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[CaseFeatures]:
    """Measure every case that is not in the cache yet.

    Parameters
    ----------
    study
        The films, and the exact STO where there is truth.
    cache
        CSV file, read at the start and written every ten films and at the end.
    measure
        Measures one case; never raises for a bad film.
    made_with
        Names the weights: cases measured with others are measured again.
    progress, cancelled
        Called for every case with (done, all, case_id); asked before every case.

    Raises
    ------
    Cancelled
        When asked to stop. What was measured is in the cache.
    """
    known = _read(cache)
    found: dict[str, tuple[str, CaseFeatures]] = {}
    try:
        for done, case in enumerate(study.cases):
            if cancelled is not None and cancelled():
                raise Cancelled
            key = _key(case, made_with)
            if case.case_id in known and known[case.case_id][0] == key:
                found[case.case_id] = known[case.case_id]
                continue
            if progress is not None:
                progress(done, len(study.cases), case.case_id)
            found[case.case_id] = key, case_features(measure(case), study, case)
            if done % _SAVE_EVERY == _SAVE_EVERY - 1:
                _write(cache, {**known, **found})
    finally:
        _write(cache, {**known, **found})
    if progress is not None:
        progress(len(study.cases), len(study.cases), "")
    return [features for _, features in found.values()]


def case_features(measurement: Measurement, study: Study, case: Case) -> CaseFeatures:
    """The features of every row, all with the same predicted landmarks."""
    film, marks = measurement.film, measurement.landmarks
    if film is None or marks is None or not measurement.regions:
        return CaseFeatures(case.case_id, measurement.reason or "not measured")
    grey = film.grey()
    regions = polygons(marks.xy)
    rows: dict[Row, NDArray[np.float64]] = {
        "raw": feature_vector(features(grey, regions)),
        "ring": ring_features(grey, marks.xy, _pixel_mm(measurement, marks.xy)),
        "enhanced": np.concatenate(
            [measurement.regions[region].features for region in regions]
        ),
    }
    sto = _exact_sto(study, case, grey.shape)
    if sto is not None:
        rows["exact"] = feature_vector(features(grey - sto, regions))
    return CaseFeatures(
        case.case_id,
        spacing_mm=measurement.spacing_mm or (float("nan"), float("nan")),
        landmarks_xy=marks.xy,
        features=rows,
        seconds=measurement.seconds.get("total", float("nan")),
    )


def feature_table(cases: Sequence[Case], found: Iterable[CaseFeatures]) -> FeatureTable:
    """Join what was measured with what the study knows of each case."""
    by_id = {one.case_id: one for one in found}
    nothing = np.full(len(FEATURE_NAMES), np.nan)
    rows = {
        row: np.array(
            [
                by_id[c.case_id].features.get(row, nothing)
                if c.case_id in by_id
                else nothing
                for c in cases
            ]
        )
        for row in IMAGE_ROWS
    }
    dxa = [[c.dxa.get(site) for site in SITES] for c in cases]
    return FeatureTable(
        case_ids=[c.case_id for c in cases],
        groups=[c.group or c.case_id for c in cases],
        covariates=np.array([covariate_row(c.patient) for c in cases]).reshape(-1, 4),
        dxa_g_cm2=np.array(dxa, dtype=np.float64).reshape(-1, len(SITES)),
        features={row: x for row, x in rows.items() if np.isfinite(x).any()},
    )


def networks_fingerprint(folder: Path | None, bundled: Path) -> str:
    """A short name for the networks in use: what the features depend on.

    Parameters
    ----------
    folder
        A person's models, or None.
    bundled
        Where the networks come from that the folder lacks.
    """
    digest = hashlib.sha256(f"features {FEATURES_VERSION}".encode())
    for part in ("enhancement", "landmarks"):
        own = folder is not None and (folder / f"{part}.json").exists()
        where = folder if own and folder is not None else bundled
        for path in sorted(where.glob(f"{part}.*")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _pixel_mm(measurement: Measurement, landmarks_xy: Points) -> float:
    """Pixel size; from the width of the neck where the film tells none."""
    if measurement.spacing_mm is not None:
        return float(np.mean(measurement.spacing_mm))
    neck = landmarks_xy[INDEX["N2"]] - landmarks_xy[INDEX["N5"]]
    return _NECK_WIDTH_MM / max(float(np.hypot(*neck)), 1.0)


def _exact_sto(study: Study, case: Case, shape: tuple[int, ...]) -> FloatImage | None:
    truth = study.truth(case.case_id)
    if truth is None or truth.sto is None or truth.sto.shape != shape:
        return None
    return truth.sto


def _key(case: Case, made_with: str) -> str:
    """What a cached line was made of: the film, how it was measured, the patient."""
    try:
        stat = case.image.stat()
        film = f"{stat.st_size}-{stat.st_mtime_ns}"
    except OSError:
        film = "missing"
    return f"{made_with}-{film}-{case.side or ''}"


_COLUMNS = (
    "case_id",
    "key",
    "reason",
    "seconds",
    "spacing_row_mm",
    "spacing_column_mm",
    *(f"{name}_{axis}" for name in LANDMARK_IDS for axis in "xy"),
    *(f"{row}_{name}" for row in IMAGE_ROWS for name in FEATURE_NAMES),
)


def _write(cache: Path, found: Mapping[str, tuple[str, CaseFeatures]]) -> None:
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
            ]
        )
        shown = ["" if np.isnan(v) else repr(float(v)) for v in numbers]
        writer.writerow([one.case_id, key, one.reason, *shown])
    write_text_atomic(cache, text.getvalue())


def _read(cache: Path) -> dict[str, tuple[str, CaseFeatures]]:
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
        numbers[35:].reshape(len(IMAGE_ROWS), -1),
    )
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
    )
