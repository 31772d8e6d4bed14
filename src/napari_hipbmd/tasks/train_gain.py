"""``hipbmd train gain``: the network of the gain, from films whose gain is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..bmd import region_pixels
from ..core.anatomy import REGIONS, SITES, is_mirrored, polygons
from ..core.errors import Refused
from ..core.extras import from_extra
from ..core.files import write_bytes_atomic
from ..core.progress import Progress
from ..core.radiograph import FloatImage
from ..core.reading import file_sha256
from ..core.resources import weights_dir
from ..grey_scale import true_gain
from ..grey_scale.coarse import coarser
from ..grey_scale.picture import (
    MAP_COLUMNS,
    MAP_ROWS,
    gain_facts,
    gain_picture,
    mineral_map,
)
from ..grey_scale.regional import cell_shares
from ..pipeline import PreparedHip
from ..runs.jobs import Job, Options, jobs_of_study
from ..runs.loop import run_jobs
from ..runs.networks import (
    PrepareJob,
    networks_fingerprint,
    networks_provenance,
    prepare_with,
)
from ..study import Study, Truth
from ..study.cases.table import TABLE
from .sources import cases_with_truth, data_provenance, study_of_rulers

if TYPE_CHECKING:
    from ..grey_scale.network_training import GainFilms
    from ..learning.training import Fit

PICTURES = "seen"
SEEN_BY = ("enhancement", "landmarks")
"""The networks that the pictures depend on."""


Known = dict[str, NDArray[np.floating[Any]]]
"""What the network learns of a film, by the names of ``GainFilms``; empty where its
gain is not known."""


def train_gain(
    folders: Sequence[Path],
    plan: Fit,
    models: Path | None = None,
    progress: Progress | None = None,
    prepare: PrepareJob | None = None,
) -> None:
    """Train on the films of studies and write the model into ``plan.out``.

    The films are looked at with the STO and the landmarks that the networks of
    ``models`` predict. What is seen of each is kept in ``plan.out / "seen"``, from
    which an interrupted run resumes.

    Raises
    ------
    Refused
        If too few films tell their exact gain, or they are kept for testing.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..grey_scale.network_training import GainFilms, learn_gain

    studies = [study_of_rulers(folder) for folder in folders]
    made_with = networks_fingerprint(models, weights_dir(), SEEN_BY)
    kept = plan.out / PICTURES / made_with
    work = prepare or prepare_with(models, gain=False)
    workers = 1 if prepare else os.cpu_count() or 1
    found: list[tuple[str, Known]] = []
    for study in studies:
        place = kept / file_sha256(study.folder / TABLE)[:16]
        looks = _Looks(work, study)
        found += _looked_at(looks, place, workers, plan.cancelled, progress)
    settings = {
        **data_provenance(*studies),
        "networks": networks_provenance(models),
        **plan.settings,
    }
    learn_gain(_films(GainFilms, found), replace(plan, settings=settings))


def _looked_at(
    looks: _Looks,
    kept: Path,
    workers: int,
    cancelled: Callable[[], bool] | None,
    progress: Progress | None,
) -> list[tuple[str, Known]]:
    """The patient of each film of a study whose gain is known, and what it teaches."""
    kept.mkdir(parents=True, exist_ok=True)
    study = looks.study
    cases = cases_with_truth(study)
    found: dict[str, Known] = {}
    todo: list[Job] = []
    for job in jobs_of_study(study, Options(), cases):
        path = kept / f"{job.name}.npz"
        if path.is_file():
            found[job.name] = _read(path)
        elif not job.cannot:
            todo.append(job)
    if todo:
        for job, seen in run_jobs(todo, looks, workers=workers, cancelled=cancelled):
            if seen is not None:
                found[job.name] = seen
                _write(kept / f"{job.name}.npz", seen)
            if progress is not None:
                progress(len(found), len(cases))
    known = [case for case in cases if found.get(case.case_id)]
    return [(case.group or case.case_id, found[case.case_id]) for case in known]


def _films(
    kind: Callable[..., GainFilms], found: Sequence[tuple[str, Known]]
) -> GainFilms:
    if not found:
        raise Refused(
            "No film of these studies tells its exact soft tissue: the gain is learned"
            " from digital hips."
        )
    arrays = {
        field: np.stack([known[field] for _, known in found]) for field in found[0][1]
    }
    return kind(**arrays, group=tuple(group for group, _ in found))


class _Looks:
    """What the runner does to a job here."""

    def __init__(self, prepare: PrepareJob, study: Study) -> None:
        self._prepare, self.study = prepare, study

    def __call__(self, job: Job) -> Known | None:
        return _seen(self._prepare(job), self.study, job.name)

    def lost(self, job: Job, reason: str) -> Known | None:
        return None

    def fingerprint(self) -> str:
        return ""


def _seen(hip: PreparedHip, study: Study, case_id: str) -> Known | None:
    """What one film teaches; None where the film itself lacks something."""
    film, images, marks, side = hip.film, hip.images, hip.landmarks, hip.side
    if side is None or film.spacing_mm is None:
        return None
    truth, grey = study.truth(case_id, with_mineral=True), film.grey()
    sto = None if truth is None else truth.sto_as_read(film)
    if truth is None or sto is None:
        return {}
    log_gains = _log_gains(hip, grey - sto, truth)
    if log_gains is None:
        return {}
    mirrored = is_mirrored(side)
    coarse = coarser(images, marks.xy, film.spacing_mm)
    picture = gain_picture(*coarse, mirrored)
    nothing = np.full((MAP_ROWS, MAP_COLUMNS), np.nan, np.float32)
    grid = mineral_map(picture, nothing, marks.xy, film.spacing_mm, mirrored)
    drawn = nothing
    if truth.mineral_g_cm2 is not None:
        drawn = grid.sampled(truth.mineral_g_cm2)
    shares = [
        cell_shares(grid.to_cells(truth.regions[region]), nothing.shape)
        for region in REGIONS
    ]
    return {
        "pictures": picture,
        "facts": gain_facts(hip.patient, film.kvp, coarse[2]),
        "log_gains": log_gains,
        "minerals": drawn.astype(np.float16),
        "shares": np.stack(shares).astype(np.float16),
        "bmd_g_cm2": np.array([truth.bmd_g_cm2[s] for s in SITES], np.float32),
        "area_cm2": np.array([truth.area_cm2[s] for s in SITES], np.float32),
    }


def _log_gains(
    hip: PreparedHip, exact_bone: FloatImage, truth: Truth
) -> NDArray[np.float32] | None:
    """In the order of ``network.OUTPUTS``; None where one is not above zero."""
    images = hip.images
    exact = true_gain(exact_bone, truth.regions, truth.bmd_g_cm2["total"])
    row, column = images.corner_row_col
    inside = [
        region_pixels(polygon, images.film.shape, (column, row)).of(images.bone)
        for polygon in polygons(hip.landmarks.xy).values()
    ]
    means = [part.mean() if part.size else np.nan for part in inside]
    means.append(np.concatenate(inside).mean())
    gains = [
        mean / truth.bmd_g_cm2[site] for mean, site in zip(means, SITES, strict=True)
    ]
    gains.append(exact)
    if not np.all(np.array(gains) > 0):
        return None
    return np.log(gains).astype(np.float32)


def _write(path: Path, seen: Known) -> None:
    from io import BytesIO

    buffer = BytesIO()
    np.savez(buffer, **seen)  # type: ignore[arg-type]
    write_bytes_atomic(path, buffer.getvalue())


def _read(path: Path) -> Known:
    with np.load(path, allow_pickle=False) as data:
        return {name: data[name] for name in data.files}
