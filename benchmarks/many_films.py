"""How much faster many films are on two processes: the ratio in docs/many-films.md.

    python benchmarks/many_films.py [--films 100] [--workers 2] [--study STUDY]

Makes a study of digital hips where none is given, measures it in one process and in
several, and checks that the numbers are the same. The ratio is that of one run. On a
busy computer the seconds of work tell more than the clock: with a core for each process
nobody waits, and the ratio is that of work.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.runs.jobs import Job, jobs_of
from napari_hipbmd.runs.loop import run_jobs
from napari_hipbmd.runs.measuring import Make, Outcome
from napari_hipbmd.tasks.digital_hips import make_study

SEED = 31
Clock = tuple[Outcome, int, float]
"""An outcome, its process, and how long that has worked, s."""


def main() -> None:
    """Print films per second, their ratio, and whether the numbers agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--study", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        study = args.study or Path(scratch) / "study"
        if args.study is None:
            make_study(study, args.films, SEED, "train", 900)
        jobs = jobs_of(study)[: args.films]
        load_models()
        list(run_jobs(jobs[:2], Make()))  # warm
        one = timed(jobs, 1)
        all_ = timed(jobs, args.workers)
    count = len(jobs)
    print(f"{count} films")
    print(f"1 process: {count / one.seconds:.2f} films/s, {one.work(count)}")
    print(
        f"{args.workers} processes: {count / all_.seconds:.2f} films/s,"
        f" start of the processes included ({all_.seconds:.1f} s), {all_.work(count)}"
    )
    same = one.results == all_.results
    print(f"ratio {one.seconds / all_.seconds:.2f}; same numbers: {same}")
    share = all_.here + sum(all_.elsewhere)
    print(f"ratio of work, a core each: {args.workers * one.here / share:.2f}")


@dataclass(frozen=True)
class Clocked:
    """Measures films, and tells how long its process has worked so far."""

    make: Make = Make()

    def __call__(self, job: Job) -> Clock:
        """Do one job."""
        return self.make(job), os.getpid(), process_time()

    def lost(self, job: Job, reason: str) -> Clock:
        """What is given of a job that could not be done."""
        return self.make.lost(job, reason), os.getpid(), process_time()

    def fingerprint(self) -> str:
        """Version and models."""
        return self.make.fingerprint()


@dataclass(frozen=True)
class Timed:
    """Seconds by the clock and of work: here, and in each other process."""

    seconds: float
    here: float
    elsewhere: list[float]
    results: dict[str, Any]

    def work(self, count: int) -> str:
        """The work of a film, in words."""
        spent = [self.here, *self.elsewhere]
        told = " + ".join(f"{1000 * s / count:.1f}" for s in spent)
        return f"{told} ms of work a film (here, and in each process)"


def timed(jobs: list[Job], workers: int) -> Timed:
    """Measure the films; the results are without their seconds, by name."""
    start, before = perf_counter(), process_time()
    elsewhere: dict[int, float] = {}
    found = {}
    for job, (outcome, process, worked) in run_jobs(jobs, Clocked(), workers=workers):
        hip = replace(outcome.measurement, seconds={})
        found[job.name] = measurement_as_json(hip)
        if process != os.getpid():
            elsewhere[process] = max(worked, elsewhere.get(process, 0.0))
    here = process_time() - before
    return Timed(perf_counter() - start, here, list(elsewhere.values()), found)


if __name__ == "__main__":
    main()
