"""Jobs in processes of this computer, each of which has one film in hand.

They talk by pipes, to which nobody else has access. A process that dies is replaced
and its film is tried again; a film of which processes die again and again is given up
alone. Every process measures with one thread, so that the numbers are those of one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Generic

from ..core.errors import Cancelled
from .work import ATTEMPTS, STOPPED, FilmWork, GivenT, JobT, done

AHEAD = 2  # jobs a process holds: one in hand, and one so that it is never idle
END_SECONDS = 5.0
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def run_in_processes(
    jobs: Sequence[JobT],
    work: FilmWork[JobT, GivenT],
    workers: int,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[JobT, GivenT]]:
    """See :func:`loop.run_jobs`."""
    waiting, deaths = deque(enumerate(jobs)), Counter[int]()
    running = [_Process(work) for _ in range(min(workers, len(jobs)))]
    try:
        while waiting or any(process.held for process in running):
            for process in running:
                process.take(waiting)
            for process in _ready(running):
                try:
                    given = process.answer()
                except (EOFError, OSError):
                    running[running.index(process)] = _Process(work)
                    (number, job), *others = process.end()
                    deaths[number] += 1
                    waiting.extendleft(reversed(others))
                    if deaths[number] < ATTEMPTS:
                        waiting.appendleft((number, job))
                        continue
                    given = work.lost(job, STOPPED)
                else:
                    number, job = process.held.popleft()
                    process.take(waiting)  # before anybody looks at what it gave
                yield job, given
                if cancelled is not None and cancelled():
                    raise Cancelled
    finally:
        for process in running:
            process.end()


class _Process(Generic[JobT, GivenT]):
    """One process; ``held`` are the jobs that it has, with their numbers."""

    def __init__(self, work: FilmWork[JobT, GivenT]) -> None:
        # Not forked: libraries that have threads do not bear it.
        context = multiprocessing.get_context("spawn")
        self.held: deque[tuple[int, JobT]] = deque()
        self.pipe, its = context.Pipe()
        self.process = context.Process(target=_serve, args=(its, work), daemon=True)
        with _starting():
            self.process.start()
        its.close()  # so that its death ends the pipe

    def take(self, waiting: deque[tuple[int, JobT]]) -> None:
        """Give it as many jobs as it may hold."""
        while waiting and len(self.held) < AHEAD:
            self.held.append(waiting.popleft())
            with contextlib.suppress(OSError):  # it has died: its answer will say so
                self.pipe.send(self.held[-1][1])

    def answer(self) -> GivenT:
        """What it gives of the first job that it holds.

        Raises
        ------
        EOFError, OSError
            If it has died.
        """
        given: GivenT = self.pipe.recv()
        return given

    def end(self) -> list[tuple[int, JobT]]:
        """End it at once; what it still held."""
        self.process.terminate()
        self.process.join(END_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()
        return list(self.held)


def _ready(running: Sequence[_Process[JobT, GivenT]]) -> list[_Process[JobT, GivenT]]:
    """Those that have answered or died; waits for the first."""
    ready = set(wait([one.pipe for one in running if one.held]))
    return [one for one in running if one.pipe in ready]


def _serve(pipe: Connection, work: FilmWork[Any, Any]) -> None:
    """Do jobs until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(done(work, pipe.recv()))


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """Processes that start meanwhile have one thread and never hear Ctrl-C."""
    threads = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    ours = threading.current_thread() is threading.main_thread()
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN) if ours else None
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, heard)
        for name, value in threads.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
