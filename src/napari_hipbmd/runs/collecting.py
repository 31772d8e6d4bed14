"""The features of every row for every case of a study, kept so that it resumes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bmd import feature_vector, features, ring_features
from ..core.anatomy import INDEX, Points, polygons
from ..core.measurement import Measurement
from ..core.radiograph import Cancelled, FloatImage
from ..study import Case, Study
from .feature_cache import CaseFeatures, Row, read_cache, write_cache

PREDICTED = "predicted"
TRUTH = "truth"
_SAVE_EVERY = 10
_NECK_WIDTH_MM = 31.0  # 1.41 head radii of 22 mm: only for films without a spacing

MeasureCase = Callable[[Case, Points | None], Measurement]
"""Images and landmarks of a case, with the networks' landmarks or the given ones."""

Progress = Callable[[int, int, str, Sequence[CaseFeatures]], None]
"""Called with (done, all, case_id, what has been measured so far)."""


def collect(
    study: Study,
    cache: Path,
    measure: MeasureCase,
    *,
    cases: Sequence[Case] | None = None,
    landmarks: str = PREDICTED,
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
    cases
        Those of the study to measure; all by default.
    landmarks
        ``"predicted"``, ``"truth"`` or the name of an annotator.
    made_with
        Names the weights: cases measured with others are measured again.
    progress, cancelled
        Called for every case that is measured; asked before every case.

    Raises
    ------
    Cancelled
        When asked to stop. What was measured is in the cache.
    """
    known = read_cache(cache)
    cases = study.cases if cases is None else cases
    found: dict[str, tuple[str, CaseFeatures]] = {}
    try:
        for done, case in enumerate(cases):
            if cancelled is not None and cancelled():
                raise Cancelled
            marks, reason = placed_landmarks(study, case, landmarks)
            if reason:
                found[case.case_id] = "", CaseFeatures(case.case_id, reason)
                continue
            key = _key(case, made_with, marks)
            if case.case_id in known and known[case.case_id][0] == key:
                found[case.case_id] = known[case.case_id]
                continue
            if progress is not None:
                so_far = [one for _, one in found.values()]
                progress(done, len(cases), case.case_id, so_far)
            measured = case_features(measure(case, marks), study, case)
            found[case.case_id] = key, measured
            if done % _SAVE_EVERY == _SAVE_EVERY - 1:
                write_cache(cache, {**known, **found})
    finally:
        write_cache(cache, {**known, **found})
    result = [one for _, one in found.values()]
    if progress is not None:
        progress(len(cases), len(cases), "", result)
    return result


def placed_landmarks(
    study: Study, case: Case, landmarks: str
) -> tuple[Points | None, str]:
    """The landmarks that somebody placed, or why they cannot be used.

    Parameters
    ----------
    landmarks
        ``"predicted"``, ``"truth"`` or the name of an annotator.

    Returns
    -------
    xy
        ``(16, 2)`` film pixels; None when the networks are to find them.
    reason
        Empty when there is none.
    """
    if landmarks == PREDICTED:
        return None, ""
    if landmarks == TRUTH:
        truth = study.truth(case.case_id, with_sto=False)
        xy = None if truth is None else truth.landmarks_xy
        return xy, "" if xy is not None else "there is no truth about it"
    labels = study.labels(landmarks, case.case_id)
    if labels is None or not np.isfinite(labels.xy).all():
        return None, f"{landmarks} has not placed all sixteen landmarks"
    return labels.xy, ""


def case_features(measurement: Measurement, study: Study, case: Case) -> CaseFeatures:
    """The features of every row, all with the same landmarks."""
    film, images, marks = measurement.film, measurement.images, measurement.landmarks
    if film is None or images is None or marks is None:
        return CaseFeatures(case.case_id, measurement.reason or "not measured")
    grey = film.grey()
    regions = polygons(marks.xy)
    row, column = images.corner_row_col
    rows: dict[Row, NDArray[np.float64]] = {
        "enhanced": feature_vector(features(images.bone, regions, (column, row)))
    }
    rows["raw"] = feature_vector(features(grey, regions))
    rows["ring"] = ring_features(grey, marks.xy, _pixel_mm(measurement, marks.xy))
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


def _key(case: Case, made_with: str, landmarks_xy: Points | None) -> str:
    """What a cached line was made of: the film, and how it was measured."""
    try:
        stat = case.image.stat()
        film = f"{stat.st_size}-{stat.st_mtime_ns}"
    except OSError:
        film = "missing"
    placed = ""
    if landmarks_xy is not None:
        placed = f"-{zlib.crc32(np.round(landmarks_xy, 3).tobytes()):08x}"
    if case.box is not None:
        placed += f"-{zlib.crc32(str(astuple(case.box)).encode()):08x}"
    return f"{made_with}-{film}-{case.side or ''}{placed}"
