"""Jobs on somebody's Dask cluster.

Every worker measures with one thread, so that the numbers are those of one process.
A worker that dies is replaced by whoever started it, and its films are measured again;
a film on which workers die again and again is given up alone.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker
from distributed.security import Security

from ..core.errors import Cancelled, Refused
from .work import STOPPED, FilmWork, GivenT, JobT, done

CONNECT_SECONDS = 10
WORKERS_SECONDS = 30
CLOSE_SECONDS = 3
AHEAD = 3  # jobs a worker has waiting, so that it is never idle


def run_on_cluster(
    jobs: Sequence[JobT],
    work: FilmWork[JobT, GivenT],
    scheduler: str,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[JobT, GivenT]]:
    """See :func:`loop.run_jobs`."""
    if not jobs:
        return
    with _quiet(), contextlib.closing(_client(scheduler)) as client:
        _check_workers(client, work)
        waiting = iter(jobs)
        job_of: dict[Any, JobT] = {}

        def submit(job: JobT) -> Any:
            # Sent with every job: what is scattered dies with the workers that hold it.
            future = client.submit(done, work, job, pure=False)
            job_of[future.key] = job
            return future

        ahead = AHEAD * max(1, len(client.scheduler_info(-1)["workers"]))
        first = [submit(job) for job in islice(waiting, ahead)]
        running = as_completed(first, loop=client.loop)
        suspects: list[JobT] = []
        for future in running:
            job = job_of.pop(future.key)
            if _worker_died(future):
                suspects.append(job)
            else:
                yield job, _outcome(future, job, work)
            future.release()
            if cancelled is not None and cancelled():
                raise Cancelled
            running.update([submit(following) for following in islice(waiting, 1)])
        # Dask also blames films that only waited in the queue of a worker that died:
        # tried alone, each answers for itself.
        for job in suspects:
            yield job, _outcome(submit(job), job, work)
            if cancelled is not None and cancelled():
                raise Cancelled


def _worker_died(future: Any) -> bool:
    """Whether workers died again and again while they held this job."""
    return future.status == "error" and isinstance(future.exception(), KilledWorker)


def _outcome(future: Any, job: JobT, work: FilmWork[JobT, GivenT]) -> GivenT:
    """What a worker gave, or why it gave nothing."""
    if future.status == "cancelled":
        raise Refused(
            "The Dask scheduler has gone away: what was finished is kept; run the"
            " command again to go on."
        )
    try:
        result: GivenT = future.result()
    except KilledWorker:
        return work.lost(job, STOPPED)
    except Exception as error:  # whatever a worker may have raised concerns one film
        return work.lost(
            job, f"The film could not be measured ({type(error).__name__}: {error})."
        )
    return result


def _client(scheduler: str) -> Client:
    mine = Security().get_tls_config_for_role("client")
    if scheduler.startswith("tls:") and not mine["cert"]:
        raise Refused(
            f"No Dask scheduler answers at {scheduler} without a certificate: name it"
            " in Dask's settings (distributed.comm.tls.client)."
        )
    try:
        return _Client(scheduler)
    except Exception:  # an address may fail in every layer of the network
        raise Refused(
            f"No Dask scheduler answers at {scheduler}: check the address"
            " (tcp://HOST:8786) and that the scheduler runs."
        ) from None


class _Client(Client):
    """A client that is closed at once where nobody answers.

    Otherwise it would be when Python ends, and wait there for a loop that is gone.
    """

    def __init__(self, scheduler: str) -> None:
        try:
            super().__init__(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception:
            with contextlib.suppress(Exception):
                self.close(CLOSE_SECONDS)
            raise


def _check_workers(client: Client, work: FilmWork[Any, Any]) -> None:
    """Refuse workers that would give other numbers."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError:
        raise Refused(
            "The Dask cluster has no workers: start some, then try again."
        ) from None
    here = work.fingerprint()
    try:
        found = client.run(_fingerprint, work)
    except Exception as error:  # the module is missing there, or another one
        raise Refused(
            "The workers of the Dask cluster cannot run napari-hipbmd"
            f" ({type(error).__name__}): install this version and its models there."
        ) from None
    if any(there != here for there in found.values()):
        raise Refused(
            "The workers of the Dask cluster have another version of napari-hipbmd or"
            " other models, and would give other numbers: install the same there."
        )


def _fingerprint(work: FilmWork[Any, Any]) -> str:
    return work.fingerprint()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without Dask's own log of what is told in a sentence here."""
    # Dask gives levels to the loggers below its own.
    logs = [
        logging.getLogger(name)
        for name in list(logging.root.manager.loggerDict)
        if name.split(".")[0] in ("distributed", "tornado", "asyncio")
    ]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)
