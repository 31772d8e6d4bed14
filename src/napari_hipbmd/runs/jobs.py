"""What is to be measured: one job a hip, and how a job is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from time import perf_counter

from threadpoolctl import ThreadpoolController

from ..core.anatomy import SITES, Site
from ..core.measurement import Measurement
from ..core.radiograph import FilmRefused, HipBox, Patient, Side
from ..dicom import list_films, public_path, read_film
from ..pipeline import measure
from ..pipeline.models import Models, load_models
from ..quality import NONE, Policy, policy_of_study, withhold
from ..study import Case, Study, film_boxes


@dataclass(frozen=True)
class Options:
    """What the command line may say about every film."""

    side: Side | None = None
    patient: Patient = Patient()
    box: HipBox | None = None
    spacing_mm: float | None = None
    force_spacing: bool = False
    policy: Policy | None = None
    """Which values are withheld; by default what the study's own policy says."""


@dataclass(frozen=True)
class Job:
    """One hip to be measured.

    Attributes
    ----------
    name
        The case of a study, or the film's path in its folder.
    path
        The film, absolute.
    image
        The name shown for the film.
    case_id
        Given for a study's cases.
    dxa, truth
        Site → g/cm²: the reading that the study holds, and the exact value of a
        digital hip.
    """

    name: str
    path: Path
    image: str
    case_id: str | None = None
    options: Options = Options()
    dxa: Mapping[Site, float] = field(default_factory=dict)
    truth: Mapping[Site, float] = field(default_factory=dict)


def jobs_of(path: Path, options: Options | None = None) -> list[Job]:
    """The hips of a film, a folder of films or a study.

    Raises
    ------
    FilmRefused
        If the path does not exist, is an empty folder, or the table of a study
        cannot be read.
    """
    options = options or Options()
    if not path.exists():
        raise FilmRefused(f"There is no file or folder {path}.")
    if path.is_file():
        return _jobs_of_film(path, path.parent, options)
    if Study.is_study(path):
        policy = options.policy or policy_of_study(path)
        known = replace(options, policy=policy)
        return [_job_of_case(case, known) for case in Study.open(path).cases]
    films = list_films(path)
    if not films:
        raise FilmRefused(f"The folder {path} holds no films.")
    return [job for film in films for job in _jobs_of_film(film, path, options)]


def measure_path(
    path: Path, options: Options | None = None, models: Models | None = None
) -> Iterator[Measurement]:
    """Measure a film, a folder of films or a study, one result a hip.

    A film that cannot be used becomes a result with status ``"refused"``; it never
    stops the others.

    Raises
    ------
    FilmRefused
        As :func:`jobs_of`, or when the models cannot be loaded.
    """
    models = models or load_models()
    for job in jobs_of(path, options):
        yield measure_job(job, models)


def measure_job(job: Job, models: Models) -> Measurement:
    """Measure one hip; a film that cannot be used becomes a refused result.

    One thread is used, so that the numbers do not depend on how many there are.
    """
    options, image = job.options, job.image
    started = perf_counter()
    try:
        with _controller().limit(limits=1):
            film = read_film(job.path)
            film = replace(film, case_id=job.case_id or film.case_id)
            if options.spacing_mm is not None:
                film = film.with_typed_spacing(
                    options.spacing_mm, options.force_spacing
                )
            read = perf_counter() - started
            result = measure(
                film,
                image=image,
                patient=options.patient,
                side=options.side,
                box=options.box,
                models=models,
            )
    except FilmRefused as error:
        return refused(job, str(error), models)
    seconds = {"read": read, **result.seconds}
    seconds["total"] = perf_counter() - started
    return replace(withhold(result, options.policy or NONE), seconds=seconds)


def refused(job: Job, reason: str, models: Models) -> Measurement:
    """The result for a film that cannot be used."""
    return Measurement(
        job.case_id or Path(job.image).stem,
        job.image,
        job.options.side,
        "refused",
        reason,
        model_name=models.bmd.name,
        calibrated_on=models.bmd.calibrated_on,
        policy=(job.options.policy or NONE).name,
    )


def _jobs_of_film(film: Path, folder: Path, options: Options) -> list[Job]:
    """The hips of a film that is in no study: one, or those that have a hip box."""
    name = public_path(film, folder)
    placed = {} if options.box is not None else film_boxes(film)
    if options.side is not None:
        placed = {side: box for side, box in placed.items() if side == options.side}
    if not placed:
        return [Job(name, film.absolute(), name, None, options)]
    return [
        Job(
            name if len(placed) == 1 else f"{name} {side}",
            film.absolute(),
            name,
            None if len(placed) == 1 else f"{PurePosixPath(name).stem}-{side}",
            replace(options, side=side, box=placed[side].box),
        )
        for side in sorted(placed)
    ]


def _job_of_case(case: Case, options: Options) -> Job:
    known = replace(
        options,
        side=options.side or case.side,
        box=options.box or case.box,
        patient=options.patient.or_else(case.patient),
    )
    truth = {site: case.number(f"true_bmd_{site}") for site in SITES}
    return Job(
        case.case_id,
        case.image,
        public_path(case.image, case.image.parent),
        case.case_id,
        known,
        {site: value for site, value in case.dxa.items() if value is not None},
        {site: value for site, value in truth.items() if value is not None},
    )


@cache
def _controller() -> ThreadpoolController:
    """Found once: looking for thread pools takes longer than some films."""
    return ThreadpoolController()
