"""Many films at once: a file, a folder of films, a study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from .dicom import list_films, read_film
from .measurement import Measurement
from .models import Models, load_models
from .pipeline import measure
from .quality import NONE, Policy, policy_of_study, withhold
from .radiograph import FilmRefused, HipBox, Patient, Side
from .study import Study


@dataclass(frozen=True)
class Options:
    """What the command line may say about every film."""

    side: Side | None = None
    patient: Patient = Patient()
    box: HipBox | None = None
    spacing_mm: float | None = None
    policy: Policy | None = None
    """Which values are withheld; by default what the study's own policy says."""


def measure_path(
    path: Path, options: Options | None = None, models: Models | None = None
) -> Iterator[Measurement]:
    """Measure a film, a folder of films or a study, one result a hip.

    A film that cannot be used becomes a result with status ``"refused"``; it never
    stops the others.

    Raises
    ------
    FilmRefused
        If the path does not exist, is an empty folder, or the table of a study
        cannot be read.
    """
    options = options or Options()
    models = models or load_models()
    if not path.exists():
        raise FilmRefused(f"There is no file or folder {path}.")
    if path.is_file():
        yield _measure_file(path, path.name, None, options, models)
    elif Study.is_study(path):
        policy = options.policy or policy_of_study(path)
        for case in Study.open(path).cases:
            known = replace(
                options,
                side=options.side or case.side,
                patient=options.patient.or_else(case.patient),
                policy=policy,
            )
            name = case.image.name
            yield _measure_file(case.image, name, case.case_id, known, models)
    else:
        films = list_films(path)
        if not films:
            raise FilmRefused(f"The folder {path} holds no films.")
        for film in films:
            name = film.relative_to(path).as_posix()
            yield _measure_file(film, name, None, options, models)


def _measure_file(
    path: Path, image: str, case_id: str | None, options: Options, models: Models
) -> Measurement:
    """Measure a file; ``case_id`` is given for a study's cases."""
    started = perf_counter()
    try:
        film = read_film(path)
        if case_id is None and film.case_id != path.stem:
            image = film.case_id + path.suffix  # the file's name gives a person away
        film = replace(film, case_id=case_id or film.case_id)
        if options.spacing_mm is not None:
            spacing = (options.spacing_mm, options.spacing_mm)
            known = tuple(f for f in film.flags if f.code != "spacing")
            film = replace(film.with_spacing(spacing, "given by the user"), flags=known)
        read = perf_counter() - started
        result = measure(
            film,
            image=image,
            patient=options.patient,
            side=options.side,
            box=options.box,
            models=models,
        )
        result = withhold(result, options.policy or NONE)
    except FilmRefused as error:
        return Measurement(
            case_id or path.stem,
            image,
            options.side,
            "refused",
            str(error),
            model_name=models.bmd.name,
            calibrated_on=models.bmd.calibrated_on,
        )
    seconds = {"read": read, **result.seconds}
    seconds["total"] = perf_counter() - started
    return replace(result, seconds=seconds)
