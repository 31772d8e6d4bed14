"""The features of every row for every case of a study, kept so that it resumes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bmd import feature_vector, region_features, ring_features
from ..core.alone import alone_in
from ..core.anatomy import INDEX, REGIONS, polygons
from ..core.radiograph import Patient
from ..core.resources import weights_dir
from ..core.version import __version__
from ..grey_scale import Calibration, mean_mineral, true_gain
from ..pipeline import PreparedHip
from ..study import PREDICTED, Case, Study
from ..study.still_there import insist_on_study, is_study
from .feature_cache import CaseFeatures, Row, Said, read_cache, write_cache
from .jobs import Job, Options, jobs_of_study
from .journal import film_sha256, made_of
from .loop import run_jobs
from .networks import PrepareJob, networks_fingerprint, prepare_with
from .same_films import warn_of_same_films

_SAVE_EVERY, _RARER = 10, 20
_NECK_WIDTH_MM = 31.0  # 1.41 head radii of 22 mm: only for films without a spacing

CaseProgress = Callable[[int, int, str, Sequence[CaseFeatures]], None]
"""Called with (done, all, case_id, what has been measured so far)."""


def collect(
    study: Study,
    cache: Path,
    prepare: PrepareJob,
    *,
    cases: Sequence[Case] | None = None,
    landmarks: str = PREDICTED,
    made_with: str = "",
    calibration: Calibration | None = None,
    progress: CaseProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[CaseFeatures]:
    """Measure every case that is not in the cache yet.

    Parameters
    ----------
    study
        The films, and the exact STO where there is truth.
    cache
        CSV file, read at the start and written at the end and every ten films; where
        it is long, more rarely, so that writing takes no more than a twentieth.
    prepare
        Finds images and landmarks of one hip.
    cases
        Those of the study to measure; all by default.
    landmarks
        ``"predicted"``, ``"truth"`` or the name of an annotator.
    made_with
        Names the weights: cases measured with others are measured again.
    calibration
        Of the grey scale: the row ``"calibrated"`` has gains by it.
    progress, cancelled
        Called for every case that is measured; asked before every case.

    Raises
    ------
    Refused
        If nobody of that name has placed landmarks in the study, or the study goes
        while it is measured. What was measured is in the cache.
    Cancelled
        When asked to stop. What was measured is in the cache.

    Warns
    -----
    StudyWarning
        Of two patients who have one film.
    """
    known = read_cache(cache)
    cases = study.cases if cases is None else cases
    found: dict[str, tuple[str, CaseFeatures]] = {}
    jobs: dict[str, tuple[Job, str]] = {}
    todo = jobs_of_study(study, Options(landmarks=landmarks), cases)
    films = {job.name: film_sha256(job.path) for job in todo}
    warn_of_same_films(cases, films)
    for job in todo:
        key = _key(job, films[job.name], made_with)
        if job.cannot:
            found[job.name] = "", CaseFeatures(job.name, job.cannot)
        elif job.name in known and known[job.name][0] == key:
            found[job.name] = key, _calibrated(known[job.name][1], calibration)
        else:
            jobs[job.name] = job, key

    def tell(case_id: str) -> None:
        if progress is not None:
            so_far = [found[c.case_id][1] for c in cases if c.case_id in found]
            progress(len(so_far), len(cases), case_id, so_far)

    following = [*jobs, ""][1:]
    work = _Features(prepare, study)
    written, cost = perf_counter(), 0.0
    try:
        if jobs:
            tell(next(iter(jobs)))
        left = [job for job, _ in jobs.values()]
        for (job, measured), after in zip(
            run_jobs(left, work, cancelled=cancelled), following, strict=True
        ):
            if measured.reason:  # not of this film, where the drive of all is gone
                insist_on_study(study.folder)
            found[job.name] = jobs[job.name][1], _calibrated(measured, calibration)
            begun = perf_counter()
            if len(found) % _SAVE_EVERY == 0 and begun - written >= _RARER * cost:
                write_cache(cache, {**known, **found})
                written = perf_counter()
                cost = written - begun
            if after:
                tell(after)
    finally:
        ordered = {c.case_id: found[c.case_id] for c in cases if c.case_id in found}
        if is_study(study.folder) or not cache.is_relative_to(study.folder):
            write_cache(cache, {**known, **ordered})
    tell("")
    return [one for _, one in ordered.values()]


@contextmanager
def features_in(out: Path) -> Iterator[Path]:
    """The cache of a folder of results, with other runs kept out of it.

    Raises
    ------
    Refused
        If another run is at work there.
    """
    with alone_in(out, ".features.lock"):
        yield out / "features.csv"


def collect_by(
    models: Path | None,
    study: Study,
    cache: Path,
    prepare: PrepareJob | None = None,
    **how: Any,
) -> list[CaseFeatures]:
    """:func:`collect` by the networks of a folder, whose cases are known by them.

    Parameters
    ----------
    models
        Those that it lacks, and by default all, are the bundled ones.
    prepare
        Finds images and landmarks of one hip; these networks when absent.
    how
        ``cases``, ``landmarks``, ``calibration``, ``progress`` and ``cancelled``.

    Raises
    ------
    Refused
        If a network cannot be used.
    Cancelled
        When asked to stop. What was measured is in the cache.
    """
    made_with = networks_fingerprint(models, weights_dir())
    work = prepare or prepare_with(models)
    return collect(study, cache, work, made_with=made_with, **how)


class _Features:
    """What the runner does to a job here."""

    def __init__(self, prepare: PrepareJob, study: Study) -> None:
        self._prepare = prepare
        self._study = study
        self._cases = {case.case_id: case for case in study.cases}

    def __call__(self, job: Job) -> CaseFeatures:
        return case_features(self._prepare(job), self._study, self._cases[job.name])

    def lost(self, job: Job, reason: str) -> CaseFeatures:
        return CaseFeatures(job.name, reason)

    def fingerprint(self) -> str:
        return __version__


def case_features(hip: PreparedHip, study: Study, case: Case) -> CaseFeatures:
    """The features of every row, all with the same landmarks."""
    images, marks = hip.images, hip.landmarks
    grey = hip.film.grey()
    regions = polygons(marks.xy)
    row, column = images.corner_row_col
    rows: dict[Row, NDArray[np.float64]] = {
        "enhanced": feature_vector(region_features(images.bone, regions, (column, row)))
    }
    rows["raw"] = feature_vector(region_features(grey, regions))
    rows["ring"] = ring_features(grey, marks.xy, _pixel_mm(hip))
    gains: dict[Row, tuple[float, float]] = {}
    truth = study.truth(case.case_id)
    sto = None if truth is None else truth.sto_as_read(hip.film)
    if truth is not None and sto is not None:
        exact = grey - sto
        rows["exact"] = feature_vector(region_features(exact, regions))
        gain = true_gain(exact, truth.regions, truth.bmd_g_cm2["total"])
        if gain > 0:
            gains["exact_gain"] = gain, 0.0
    found = CaseFeatures(
        case.case_id,
        spacing_mm=hip.film.spacing_mm or (float("nan"), float("nan")),
        landmarks_xy=marks.xy,
        features=rows,
        seconds=hip.seconds.get("total", float("nan")),
        gains=gains,
        signs={} if hip.reading is None else hip.reading.signs,
        said=_said(hip),
    )
    if hip.reading is None or hip.reading.mineral is None:
        return found
    drawn = hip.reading.mineral
    means = [mean_mineral(drawn, regions[region]) for region in REGIONS]
    return replace(found, minerals=np.array(means))


def _said(hip: PreparedHip) -> Said:
    flags = (*hip.film_flags, *hip.hip_flags)
    doubts = tuple(flag.text for flag in flags if flag.code == "side")
    return Said(hip.film.side, hip.film.patient, doubts)


def _calibrated(found: CaseFeatures, calibration: Calibration | None) -> CaseFeatures:
    """With the gain that the rulers tell."""
    if calibration is None or not found.signs:
        return found
    scale = calibration.gain(found.signs)
    told = scale.gain_per_g_cm2, scale.relative_error
    return replace(found, gains={**found.gains, "calibrated": told})


def _pixel_mm(hip: PreparedHip) -> float:
    """Pixel size; from the width of the neck where the film tells none."""
    if hip.film.spacing_mm is not None:
        return float(np.mean(hip.film.spacing_mm))
    neck = hip.landmarks.xy[INDEX["N2"]] - hip.landmarks.xy[INDEX["N5"]]
    return _NECK_WIDTH_MM / max(float(np.hypot(*neck)), 1.0)


def _key(job: Job, film: str | None, made_with: str) -> str:
    """What a cached line was made of: the film, and how it was measured."""
    same = replace(job.options, patient=Patient(), policy=None)
    job = replace(job, options=same, dxa={}, truth={})
    return made_of(job, film or "missing", made_with) or ""
