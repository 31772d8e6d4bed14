"""Landmarks for films that somebody is going to label: predicted ahead, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..core.progress import Progress
from ..core.radiograph import HipBox, Radiograph, Side
from ..core.version import __version__
from ..pipeline import find_landmarks
from ..pipeline.models import Models, load_models
from ..runs.jobs import Job, jobs_of_study
from ..runs.loop import run_jobs
from ..runs.reading import read_job
from ..study import Case, FilmFacts, Labels, Study
from ..study.labelling.predictions import (
    model_id,
    predicted_labels,
    read_predictions,
    write_predictions,
)


def prelabel(
    film: Radiograph,
    case_id: str,
    side: Side | None = None,
    box: HipBox | None = None,
    models: Models | None = None,
) -> Labels:
    """The landmarks of one film as predictions.

    Parameters
    ----------
    film
        The film.
    case_id
        Its case.
    side, box
        By default what the film says, else what the networks find.
    models
        The bundled ones by default.

    Returns
    -------
    Labels
        For :func:`predictions.write_predictions` and :func:`edits.accept`.
        Side and box are among its facts of the film.
    """
    finder = (models := models or load_models()).finder
    marks, found_side, found_box = find_landmarks(film, models, side, box)
    facts = FilmFacts.of(film, found_side, found_box)
    name = str(finder.card.get("name", "landmarks"))
    return predicted_labels(case_id, marks, facts, name, finder.version)


def _is_predicted(study: Study, case: Case, model: str) -> bool:
    """Whether a model has predicted this hip, and not another one of its film."""
    there = read_predictions(study.folder, case.case_id, model)
    return there is not None and case.box in (None, there.film.box)


def prelabel_study(
    study: Study,
    cases: Iterable[Case] | None = None,
    models: Models | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, str]:
    """Predict every case that this model has not predicted yet, and keep it.

    Returns
    -------
    dict
        case_id → why its film was refused; empty when all went well.

    Raises
    ------
    Cancelled
        If asked to stop; what was predicted is kept.
    """
    models = models or load_models()
    finder = models.finder
    model = model_id(str(finder.card.get("name", "landmarks")), finder.version)
    cases = list(study.cases if cases is None else cases)
    left = [case for case in cases if not _is_predicted(study, case, model)]
    done = len(cases) - len(left)
    refused: dict[str, str] = {}
    for job, found in run_jobs(
        jobs_of_study(study, cases=left), _Prelabel(models), cancelled=cancelled
    ):
        if progress is not None:
            progress(done, len(cases))
        if isinstance(found, Labels):
            write_predictions(study.folder, found)
        else:
            refused[job.name] = found
        done += 1
    if progress is not None:
        progress(len(cases), len(cases))
    return refused


@dataclass(frozen=True, eq=False)
class _Prelabel:
    """Predicts the landmarks of a job, or says why it cannot."""

    models: Models

    def __call__(self, job: Job) -> Labels | str:
        options = job.options
        return prelabel(read_job(job), job.name, options.side, options.box, self.models)

    def lost(self, job: Job, reason: str) -> Labels | str:
        return reason

    def fingerprint(self) -> str:
        return f"{__version__} {self.models.finder.version}"
