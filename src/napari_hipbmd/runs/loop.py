"""Running many jobs, here or on a Dask cluster; one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..core.measurement import Measurement
from .jobs import Job


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a job gives.

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


class Work(Protocol):
    """What is done to every job; it travels to other processes."""

    def __call__(self, job: Job) -> Outcome:
        """Do one job. Never raises for a bad film."""
        ...

    def lost(self, job: Job, reason: str) -> Outcome:
        """The outcome of a job that could not be done."""
        ...

    def fingerprint(self) -> str:
        """What has to be the same everywhere: version and models."""
        ...


def run_jobs(
    jobs: Sequence[Job],
    work: Work,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[Job, Outcome]]:
    """Outcomes in the order in which they are ready.

    Parameters
    ----------
    workers
        Processes on this computer; 1 is this one.
    scheduler
        Address of a Dask scheduler; its workers do the work instead.
    cancelled
        Asked between the jobs; the rest is then left out.

    Raises
    ------
    FilmRefused
        If the scheduler cannot be reached, or its workers are not fit for the work.
    """
    if scheduler is None and workers == 1:
        done: Iterator[tuple[Job, Outcome]] = ((job, work(job)) for job in jobs)
        for pair in done:
            yield pair
            if cancelled is not None and cancelled():
                return
        return
    from .cluster import run_on_cluster

    yield from run_on_cluster(jobs, work, workers, scheduler, cancelled)
