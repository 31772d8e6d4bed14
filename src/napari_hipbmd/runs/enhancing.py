"""Many films, one after the other: each is read, enhanced, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.alone import alone_in
from ..core.files import numbered_stem
from ..core.version import __version__
from ..pipeline.enhanced import Enhanced, enhance_film
from ..pipeline.models import Networks
from ..study.exact_sto import exact_sto_of
from .enhanced_files import write_enhanced
from .enhanced_formats import PictureFormat, check_format
from .jobs import Job
from .loop import run_jobs
from .reading import read_job

LOCK = ".enhanced.lock"


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
    kind: PictureFormat = "tiff",
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[EnhancedJob]:
    """Enhance films in their order; a bad one never stops the others.

    Memory holds one film at a time.

    Parameters
    ----------
    out
        Each film gets a folder there; without one nothing is written.
    latent, stages, kind
        As of :func:`write_enhanced`.

    Raises
    ------
    Cancelled
        If asked to stop, between two films; what was written stays.
    Refused
        If the format needs a package that is not installed, or another run writes
        into ``out``.
    """
    check_format(kind)
    taken: set[str] = set()
    with nullcontext() if out is None else alone_in(out, LOCK):
        for _, one in run_jobs(jobs, EnhanceFilm(networks), cancelled=cancelled):
            if one.enhanced is None or out is None:
                yield one
                continue
            folder = out / numbered_stem(one.enhanced.film.case_id, taken)
            write_enhanced(
                folder, one.enhanced, latent=latent, stages=stages, kind=kind
            )
            yield replace(one, folder=folder)


@dataclass(frozen=True, eq=False)
class EnhanceFilm:
    """Enhances the film of a job; the exact STO is found where there is one."""

    networks: Networks

    def __call__(self, job: Job) -> EnhancedJob:
        """Enhance one film of many."""
        film = read_job(job)
        exact = exact_sto_of(job.path, film)
        options = job.options
        return EnhancedJob(
            job, enhance_film(film, self.networks, options.side, options.box, exact)
        )

    def lost(self, job: Job, reason: str) -> EnhancedJob:
        """A film that could not be used."""
        return EnhancedJob(job, reason=reason)

    def fingerprint(self) -> str:
        """Version and model."""
        return f"{__version__} {self.networks.enhancer.card.get('name', '')}"
