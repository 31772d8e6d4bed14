"""Running many jobs, here or elsewhere; one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..core.errors import Cancelled
from ..core.extras import from_extra
from .processes import run_in_processes
from .work import FilmWork, GivenT, JobT, done


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
    Refused
        If the scheduler cannot be reached, or its workers are not fit for the work.
    """
    if scheduler is None and workers == 1:
        for job in jobs:
            if cancelled is not None and cancelled():
                raise Cancelled
            yield job, done(work, job)
        return
    if scheduler is None:
        yield from run_in_processes(jobs, work, workers, cancelled)
        return
    with from_extra("cluster", "Measuring on a Dask cluster"):
        from .cluster import run_on_cluster

    yield from run_on_cluster(jobs, work, scheduler, cancelled)
