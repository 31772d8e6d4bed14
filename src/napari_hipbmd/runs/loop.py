"""Running many jobs, here or on a Dask cluster; one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from ..core.extras import from_extra
from ..core.radiograph import Cancelled, FilmRefused
from ..core.threads import one_thread

JobT = TypeVar("JobT")
GivenT = TypeVar("GivenT")
InT = TypeVar("InT", contravariant=True)
OutT = TypeVar("OutT", covariant=True)


class FilmWork(Protocol[InT, OutT]):
    """What is done to every job; it travels to other processes.

    A bad film is refused by raising :class:`FilmRefused`.
    """

    def __call__(self, job: InT, /) -> OutT:
        """Do one job."""
        ...

    def lost(self, job: InT, reason: str, /) -> OutT:
        """What is given of a job that could not be done."""
        ...

    def fingerprint(self) -> str:
        """What has to be the same everywhere: version and models."""
        ...


def run_jobs(
    jobs: Sequence[JobT],
    work: FilmWork[JobT, GivenT],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[JobT, GivenT]]:
    """What is given of each job, in the order in which they are ready.

    Parameters
    ----------
    workers
        Processes on this computer; 1 is this one.
    scheduler
        Address of a Dask scheduler; its workers do the work instead.
    cancelled
        Asked before every job.

    Raises
    ------
    Cancelled
        If asked to stop, between two jobs.
    FilmRefused
        If the scheduler cannot be reached, or its workers are not fit for the work.
    """
    if scheduler is None and workers == 1:
        for job in jobs:
            if cancelled is not None and cancelled():
                raise Cancelled
            yield job, done(work, job)
        return
    with from_extra("cluster", "Measuring in several processes"):
        from .cluster import run_on_cluster

    yield from run_on_cluster(jobs, work, workers, scheduler, cancelled)


def done(work: FilmWork[JobT, GivenT], job: JobT) -> GivenT:
    """Do one job, with one thread: the numbers are the same wherever that is."""
    with one_thread():
        try:
            return work(job)
        except FilmRefused as refusal:
            return work.lost(job, str(refusal))
        except Cancelled:
            raise
        except Exception as error:  # whatever it is, it concerns one film
            what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            return work.lost(job, f"The film could not be measured ({what}).")
