"""The film of a job, the same for whatever is done with it."""

from __future__ import annotations

from dataclasses import replace

from ..core.errors import Refused
from ..core.radiograph import Radiograph
from ..dicom import read_film
from .jobs import Job


def read_job(job: Job) -> Radiograph:
    """Read the film of a job, with the case and the spacing that were given.

    Raises
    ------
    Refused
        If the film cannot be used, or the job says why it cannot be done.
    """
    if job.cannot:
        raise Refused(job.cannot)
    film = read_film(job.path)
    if job.labelled_film not in ("", film.pixels_sha256):
        raise Refused(
            f"The film is another one than {job.options.landmarks} placed landmarks on:"
            " label it anew, or put the right film back."
        )
    film = replace(film, case_id=job.case_id or film.case_id)
    typed = job.options.spacing_mm
    if typed is None:
        return film
    return film.with_typed_spacing(typed, job.options.force_spacing)
