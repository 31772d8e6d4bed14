"""Jobs on Dask: processes of this computer, or somebody's cluster.

Whoever may talk to a Dask scheduler may run any function there. That of this computer
asks everybody for a certificate that is made for this run and never leaves its
processes, and there is no HTTP server.

Every worker measures with one thread, so that the numbers are those of one process.
A worker that dies is replaced and its films are measured again; a film on which
workers die again and again is given up alone.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import cryptography.x509  # noqa: F401 - what Security.temporary needs
import dask
from distributed import Client, Nanny, Scheduler, SpecCluster, Worker, as_completed
from distributed.scheduler import KilledWorker
from distributed.security import Security
from distributed.worker_memory import parse_memory_limit

from ..core.errors import Cancelled, Refused
from .work import FilmWork, GivenT, JobT, done

_LOG = logging.getLogger(__name__)
CONNECT_SECONDS = 10
WORKERS_SECONDS = 30
AHEAD = 3  # jobs a worker has waiting, so that it is never idle
ATTEMPTS = 3
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_OF_OUR_OWN = {
    "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
    # Dask would give a worker up that is not back in 15 s. On a busy computer it needs
    # longer, and without any worker a run would wait for ever.
    "distributed.deploy.lost-worker-timeout": "1 day",
    "distributed.comm.timeouts.connect": "5 minutes",
    # Without Dask's MALLOC_TRIM_THRESHOLD_, which doubles the time of a film: every
    # array is then asked of the system anew.
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(_ONE_THREAD, "1"),
}


def run_on_cluster(
    jobs: Sequence[JobT],
    work: FilmWork[JobT, GivenT],
    workers: int,
    scheduler: str | None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[JobT, GivenT]]:
    """See :func:`loop.run_jobs`."""
    if not jobs:
        return
    with _quiet(), _client(min(workers, len(jobs)), scheduler) as client:
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
        return work.lost(
            job,
            f"The film stopped the process that measured it {ATTEMPTS} times (too"
            " little memory?): it was left out; try it alone.",
        )
    except Exception as error:  # whatever a worker may have raised concerns one film
        return work.lost(
            job, f"The film could not be measured ({type(error).__name__}: {error})."
        )
    return result


@contextlib.contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Client]:
    """A client of a cluster of our own, which ends with it, or of somebody's."""
    if scheduler is not None:
        mine = Security().get_tls_config_for_role("client")
        if scheduler.startswith("tls:") and not mine["cert"]:
            raise Refused(
                f"No Dask scheduler answers at {scheduler} without a certificate: name"
                " it in Dask's settings (distributed.comm.tls.client)."
            )
        try:
            client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception:  # an address may fail in every layer of the network
            raise Refused(
                f"No Dask scheduler answers at {scheduler}: check the address"
                " (tcp://HOST:8786) and that the scheduler runs."
            ) from None
        with contextlib.closing(client):
            yield client
        return
    with dask.config.set(_OF_OUR_OWN):
        with _deaf_to_ctrl_c():
            cluster = local_cluster(workers)
        with cluster, Client(cluster, set_as_default=False) as client:
            try:
                yield client
            except BaseException:  # Ctrl-C: nobody waits for the films in hand
                _end(cluster)
                raise


class _NoHttp:
    """Listens on no port beside its own."""

    def start_http_server(self, *_args: Any, **_more: Any) -> None:
        """Dask's information pages: there are none."""


class _Scheduler(_NoHttp, Scheduler):
    pass


class _Worker(_NoHttp, Worker):
    pass


class _Nanny(Nanny):
    """Starts such workers again that have died."""

    def __init__(self, scheduler: Any = None, **known: Any) -> None:
        super().__init__(scheduler, **{**known, "worker_class": _Worker})


def local_cluster(workers: int) -> SpecCluster:
    """Processes of this computer that nobody else can talk to."""
    security = Security.temporary()
    both = {"host": "127.0.0.1", "protocol": "tls://", "security": security}
    worker = {
        "cls": _Nanny,
        "options": {
            **both,
            "nthreads": 1,
            "memory_limit": parse_memory_limit("auto", 1, workers, logger=_LOG),
            "silence_logs": logging.CRITICAL,
            "preload": __name__,
        },
    }
    return SpecCluster(
        scheduler={"cls": _Scheduler, "options": {**both, "port": 0}},
        workers=dict.fromkeys(range(workers), worker),
        worker=worker,
        security=security,
        silence_logs=logging.CRITICAL,
    )


def _end(cluster: SpecCluster) -> None:
    """End the workers at once."""
    for nanny in cluster.workers.values():
        nanny.auto_restart = False
        if nanny.pid is not None:
            with contextlib.suppress(OSError):
                os.kill(nanny.pid, signal.SIGTERM)


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that start meanwhile never hear Ctrl-C: it is for this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def dask_setup(_worker: Any) -> None:
    """Called by Dask in a worker of our own, also in one that replaces another."""
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)


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
