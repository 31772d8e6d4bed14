"""Many films, one after the other: each is read, enhanced, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.files import numbered_stem
from ..core.radiograph import Cancelled, FilmRefused
from ..dicom import read_film
from ..pipeline.enhanced import Enhanced, enhance_film
from ..pipeline.models import Networks
from ..study.exact_sto import exact_sto_of
from .enhanced_files import write_enhanced
from .jobs import Job


@dataclass(frozen=True, eq=False)
class EnhancedJob:
    """What became of one film of many.

    Attributes
    ----------
    enhanced
        None when the film was refused; ``reason`` then says why.
    folder
        Where its files are, when they were written.
    """

    job: Job
    enhanced: Enhanced | None = None
    reason: str = ""
    folder: Path | None = None


def enhance_many(
    jobs: Sequence[Job],
    networks: Networks,
    out: Path | None = None,
    *,
    latent: bool = False,
    stages: bool = False,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[EnhancedJob]:
    """Enhance films in their order; a bad one never stops the others.

    Memory holds one film at a time.

    Parameters
    ----------
    out
        Each film gets a folder there; without one nothing is written.
    latent, stages
        As of :func:`write_enhanced`.

    Raises
    ------
    Cancelled
        If asked to stop, between two films; what was written stays.
    """
    taken: set[str] = set()
    for job in jobs:
        if cancelled is not None and cancelled():
            raise Cancelled
        try:
            enhanced = enhance_job(job, networks)
        except FilmRefused as refusal:
            yield EnhancedJob(job, reason=str(refusal))
            continue
        folder = None
        if out is not None:
            folder = out / numbered_stem(enhanced.film.case_id, taken)
            write_enhanced(folder, enhanced, latent=latent, stages=stages)
        yield EnhancedJob(job, enhanced, folder=folder)


def enhance_job(job: Job, networks: Networks) -> Enhanced:
    """Enhance one film of many.

    Raises
    ------
    FilmRefused
        If it cannot be used.
    """
    options = job.options
    film = read_film(job.path)
    film = replace(film, case_id=job.case_id or film.case_id)
    if options.spacing_mm is not None:
        film = film.with_typed_spacing(options.spacing_mm, options.force_spacing)
    exact = exact_sto_of(job.path, film.shape)
    return enhance_film(film, networks, options.side, options.box, exact)
