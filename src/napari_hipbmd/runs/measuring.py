"""What is made of one hip besides its numbers, wherever it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .. import __version__
from ..core.anatomy import Site
from ..core.measurement import Measurement
from ..core.radiograph import FilmRefused
from ..dicom import source_of
from ..pipeline.models import load_models, models_sha256
from ..report.case import case_page
from ..report.pictures import thumbnail
from .enhanced_files import LAYERS, tiff_bytes
from .jobs import Job, measure_job, refused
from .journal import film_sha256
from .loop import Outcome

PAGE = "page.html"
REPORT = "sr.dcm"
NAMED = "identified"


@dataclass(frozen=True)
class Make:
    """Measures a hip and makes its files.

    Attributes
    ----------
    models
        Folder of models; None for the bundled ones.
    layers
        STO and bone image as float32 TIFF, on the film's 0 … 1 grey range.
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
        kinds = (LAYERS if self.layers else ()) + ((PAGE,) if self.html else ())
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
            except FilmRefused as error:
                notes = (str(error),)
        light = replace(found, film=None, images=None)
        return Outcome(light, files, film_sha256(job.path), small, notes)

    def lost(self, job: Job, reason: str) -> Outcome:
        """The outcome of a job that could not be done: a next run tries again."""
        return Outcome(refused(job, reason, load_models(self.models)))


def film_report(
    found: Measurement,
    film: Path,
    dxa: Mapping[Site, float] | None = None,
    identified: bool = False,
) -> bytes:
    """The DICOM structured report of a hip, which refers to its film.

    Parameters
    ----------
    film
        The file that was measured.
    dxa
        Site → reference reading in g/cm², where there is one.
    identified
        Whether the patient is named.

    Raises
    ------
    FilmRefused
        If the film is no DICOM film, or lacks what a report refers to it by.
    """
    from ..report.sr import structured_report  # takes a second to import

    source = source_of(film, identified)
    if source is None:
        raise FilmRefused(
            "There is no structured report of a picture, which has no DICOM"
            " identity that it could refer to: export the film as DICOM."
        )
    return structured_report(found, source, dxa)


def _person(path: Path) -> dict[str, str]:
    """Who the film is of, in words for people; empty where it does not say."""
    try:
        film = source_of(path, True)
    except FilmRefused:
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
    pictures = zip(LAYERS, (images.sto, images.bone), strict=True)
    return {name: tiff_bytes(image, images.corner_row_col) for name, image in pictures}
