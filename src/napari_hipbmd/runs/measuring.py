"""A hip is measured, and what is made of it besides its numbers."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from ..core.errors import Refused
from ..core.measurement import Measurement
from ..core.version import __version__
from ..dicom import source_of
from ..pipeline import measure
from ..pipeline.models import Models, load_models, models_sha256
from ..quality import NONE, withhold
from ..report import film_report
from ..report.case import case_page
from ..report.pictures import thumbnail
from .enhanced_files import LAYERS, MEASURED, MINERAL, tiff_bytes
from .jobs import Job, Options, jobs_of
from .journal import film_sha256
from .reading import read_job

PAGE = "page.html"
REPORT = "sr.dcm"
NAMED = "identified"


def measure_path(
    path: str | Path, options: Options | None = None, models: Models | None = None
) -> Iterator[Measurement]:
    """Measure a film, a folder of films or a study, one result a hip.

    A film that cannot be used becomes a result with status ``"refused"``; it never
    stops the others.

    Parameters
    ----------
    options
        What is said about every film: :class:`napari_hipbmd.runs.jobs.Options`.
    models
        Of :func:`napari_hipbmd.pipeline.models.load_models`; the bundled ones by
        default.

    Raises
    ------
    Refused
        As :func:`jobs_of`, or when the models cannot be loaded.
    """
    models = models or load_models()
    for job in jobs_of(Path(path), options):
        yield measure_job(job, models)


def measure_job(job: Job, models: Models) -> Measurement:
    """Measure one hip; a film that cannot be used becomes a refused result."""
    options, started = job.options, perf_counter()
    try:
        film = read_job(job)
        read = perf_counter() - started
        result = measure(
            film,
            image=job.image,
            patient=options.patient,
            side=options.side,
            box=options.box,
            landmarks_xy=job.landmarks_xy,
            models=models,
        )
    except Refused as error:
        return refused(job, str(error), models)
    seconds = {"read": read, **result.seconds}
    seconds["total"] = perf_counter() - started
    return replace(
        withhold(result, options.policy or NONE),
        seconds=seconds,
        box_source=job.box_source or result.box_source,
        made_with=made_with(job, models),
    )


def made_with(job: Job, models: Models) -> dict[str, Any]:
    """What the numbers of a hip depend on beside what the measurement itself says."""
    options = job.options
    policy = options.policy or NONE
    return {
        "film_sha256": film_sha256(job.path),
        "versions": dict(_versions()),
        "models_sha256": dict(models.sha256),
        "landmarks": options.landmarks,
        "options": {
            "side": options.side,
            "patient": asdict(options.patient),
            "box": None if options.box is None else list(astuple(options.box)),
            "spacing_mm": options.spacing_mm,
            "force_spacing": options.force_spacing,
            "withhold": sorted(policy.withhold),
        },
    }


@cache
def _versions() -> Mapping[str, str]:
    """Looked up once: a look takes milliseconds, of every film."""
    return {
        "napari-hipbmd": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "torch")},
    }


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


@dataclass(frozen=True, eq=False)
class Outcome:
    """What measuring a hip gives.

    Attributes
    ----------
    measurement
        Without its pictures, so that a thousand films need no more memory than one.
    files
        Kind → content of what is to be written about it.
    film_sha256
        Of the film that was read; None when it is to be tried again in a next run.
    thumbnail
        A small picture as SVG.
    notes
        Sentences about what could not be made of it.
    """

    measurement: Measurement
    files: Mapping[str, bytes] = field(default_factory=dict)
    film_sha256: str | None = None
    thumbnail: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Make:
    """Measures a hip and makes its files.

    Attributes
    ----------
    models
        Folder of models; None for the bundled ones.
    layers
        STO and bone image as float32 TIFF, on the film's 0 … 1 grey range, and the
        mineral map in g/cm².
    html
        The hip's page, and a small picture for the study's.
    sr
        The hip as DICOM structured report.
    identified
        Whether page and structured report name the patient.
    """

    models: Path | None = None
    layers: bool = False
    html: bool = False
    sr: bool = False
    identified: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The kinds of files that are made of a measured hip, and how."""
        kinds = (MEASURED if self.layers else ()) + ((PAGE,) if self.html else ())
        kinds += (REPORT,) if self.sr else ()
        named = self.identified and (self.html or self.sr)
        return (*kinds, NAMED) if named else kinds

    def fingerprint(self) -> str:
        """Version and models: what has to be the same wherever this runs."""
        return f"{__version__} {models_sha256(self.models)}"

    def __call__(self, job: Job) -> Outcome:
        """Measure one hip; a bad film gives a refused result."""
        found = measure_job(job, load_models(self.models))
        files: dict[str, bytes] = {}
        small = None
        notes: tuple[str, ...] = ()
        if self.layers:
            files |= _layers(found)
        if self.html:
            person = _person(job.path) if self.identified else {}
            files[PAGE] = case_page(found, job.truth, person).encode("utf-8")
            small = thumbnail(found)
        if self.sr and found.status != "refused":
            try:
                files[REPORT] = film_report(found, job.path, job.dxa, self.identified)
            except Refused as error:
                notes = (str(error),)
        light = replace(found, film=None, images=None)
        return Outcome(light, files, film_sha256(job.path), small, notes)

    def lost(self, job: Job, reason: str) -> Outcome:
        """The outcome of a job that could not be done: a next run tries again."""
        return Outcome(refused(job, reason, load_models(self.models)))


def _person(path: Path) -> dict[str, str]:
    """Who the film is of, in words for people; empty where it does not say."""
    try:
        film = source_of(path, True)
    except Refused:
        film = None
    if film is None:
        return {}
    said = {
        "Name": str(film.PatientName).replace("^", " ").strip(),
        "ID": str(film.PatientID),
        "Born": str(film.PatientBirthDate),
        "Film of": str(film.StudyDate),
        "Accession": str(film.AccessionNumber),
    }
    return {what: value for what, value in said.items() if value}


def _layers(found: Measurement) -> dict[str, bytes]:
    if found.images is None:
        return {}
    images = found.images
    pictures = dict(zip(LAYERS, (images.sto, images.bone), strict=True))
    if (mineral := found.mineral_g_cm2) is not None:
        pictures[MINERAL] = mineral
    corner = images.corner_row_col
    return {name: tiff_bytes(image, corner) for name, image in pictures.items()}
