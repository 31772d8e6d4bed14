"""``hipbmd train gain``: the network of the gain, from films whose gain is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..bmd import region_pixels
from ..core.anatomy import SITES, is_mirrored, polygons
from ..core.errors import Refused
from ..core.extras import from_extra
from ..core.files import write_bytes_atomic
from ..core.progress import Progress
from ..core.resources import weights_dir
from ..grey_scale import true_gain
from ..grey_scale.coarse import coarser
from ..grey_scale.picture import gain_facts, gain_picture
from ..pipeline import PreparedHip
from ..runs.jobs import Job, Options, jobs_of_study
from ..runs.loop import run_jobs
from ..runs.networks import (
    PrepareJob,
    networks_fingerprint,
    networks_provenance,
    prepare_with,
)
from ..study import Study
from .training_data import cases_with_truth, data_provenance

if TYPE_CHECKING:
    from ..grey_scale.network_training import GainFilms
    from ..learning.training import Fit

PICTURES = "pictures"
SEEN_BY = ("enhancement", "landmarks")
"""The networks that the pictures depend on."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the network gets of one film; ``log_gains`` None where it is not known."""

    picture: NDArray[np.float16]
    facts: NDArray[np.float32]
    log_gains: NDArray[np.float32] | None


def train_gain(
    folder: Path,
    plan: Fit,
    models: Path | None = None,
    progress: Progress | None = None,
    prepare: PrepareJob | None = None,
) -> None:
    """Train on the films of a study and write the model into ``plan.out``.

    The films are looked at with the STO and the landmarks that the networks of
    ``models`` predict. What is seen of each is kept in ``plan.out / "pictures"``, from
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

    study = Study.open(folder)
    cases = cases_with_truth(study)
    group = {case.case_id: case.group or case.case_id for case in cases}
    made_with = networks_fingerprint(models, weights_dir(), SEEN_BY)
    kept = plan.out / PICTURES / made_with
    kept.mkdir(parents=True, exist_ok=True)
    found: dict[str, _Seen] = {}
    todo: list[Job] = []
    for job in jobs_of_study(study, Options(), cases):
        path = kept / f"{job.name}.npz"
        if path.is_file():
            found[job.name] = _read(path)
        elif not job.cannot:
            todo.append(job)
    if todo:
        work = _Looks(prepare or prepare_with(models), study)
        for job, seen in run_jobs(todo, work, cancelled=plan.cancelled):
            if seen is not None:
                found[job.name] = seen
                _write(kept / f"{job.name}.npz", seen)
            if progress is not None:
                progress(len(found), len(cases))
    names = [name for name in group if name in found]
    names = [name for name in names if found[name].log_gains is not None]
    settings = {
        **data_provenance(study),
        "networks": networks_provenance(models),
        **plan.settings,
    }
    learn_gain(_films(GainFilms, names, found, group), replace(plan, settings=settings))


def _films(
    kind: Callable[..., GainFilms],
    names: list[str],
    found: dict[str, _Seen],
    group: dict[str, str],
) -> GainFilms:
    if not names:
        raise Refused(
            "No film of this study tells its exact soft tissue: the gain is learned"
            " from digital hips."
        )
    seen = [found[name] for name in names]
    return kind(
        np.stack([one.picture for one in seen]),
        np.stack([one.facts for one in seen]),
        np.stack([one.log_gains for one in seen if one.log_gains is not None]),
        tuple(group[name] for name in names),
    )


class _Looks:
    """What the runner does to a job here."""

    def __init__(self, prepare: PrepareJob, study: Study) -> None:
        self._prepare, self._study = prepare, study

    def __call__(self, job: Job) -> _Seen | None:
        return _seen(self._prepare(job), self._study, job.name)

    def lost(self, job: Job, reason: str) -> _Seen | None:
        return None

    def fingerprint(self) -> str:
        return ""


def _seen(hip: PreparedHip, study: Study, case_id: str) -> _Seen | None:
    film, images, marks, side = hip.film, hip.images, hip.landmarks, hip.side
    if side is None or film.spacing_mm is None:
        return None
    coarse = coarser(images, marks.xy, film.spacing_mm)
    picture = gain_picture(*coarse, is_mirrored(side))
    facts = gain_facts(hip.patient, film.kvp, coarse[2])
    truth, grey = study.truth(case_id), film.grey()
    if truth is None or truth.sto is None or truth.sto.shape != grey.shape:
        return _Seen(picture, facts, None)
    exact = true_gain(grey - truth.sto, truth.regions, truth.bmd_g_cm2["total"])
    row, column = images.corner_row_col
    inside = [
        region_pixels(polygon, images.film.shape, (column, row)).of(images.bone)
        for polygon in polygons(marks.xy).values()
    ]
    means = [part.mean() if part.size else np.nan for part in inside]
    means.append(np.concatenate(inside).mean())
    gains = [
        mean / truth.bmd_g_cm2[site] for mean, site in zip(means, SITES, strict=True)
    ]
    gains.append(exact)
    if not np.all(np.array(gains) > 0):
        return _Seen(picture, facts, None)
    return _Seen(picture, facts, np.log(gains).astype(np.float32))


def _write(path: Path, seen: _Seen) -> None:
    from io import BytesIO

    buffer = BytesIO()
    gains = np.zeros(0, np.float32) if seen.log_gains is None else seen.log_gains
    np.savez(buffer, picture=seen.picture, facts=seen.facts, log_gains=gains)
    write_bytes_atomic(path, buffer.getvalue())


def _read(path: Path) -> _Seen:
    with np.load(path, allow_pickle=False) as data:
        gains = data["log_gains"]
        return _Seen(data["picture"], data["facts"], gains if gains.size else None)
