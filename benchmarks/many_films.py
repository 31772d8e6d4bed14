"""How much faster many films are on two processes: the ratio in docs/many-films.md.

    python benchmarks/many_films.py [--films 100] [--workers 2] [--study STUDY]

Makes a study of digital hips where none is given, measures it in one process and in
several, and checks that the numbers are the same. The ratio is that of one run.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.runs.jobs import Job, jobs_of
from napari_hipbmd.runs.loop import run_jobs
from napari_hipbmd.runs.measuring import Make
from napari_hipbmd.tasks.digital_hips import make_study

SEED = 31


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
        seconds_one, one = timed(jobs, 1)
        seconds_all, several = timed(jobs, args.workers)
    print(f"{len(jobs)} films")
    print(f"1 process: {len(jobs) / seconds_one:.2f} films/s")
    print(
        f"{args.workers} processes: {len(jobs) / seconds_all:.2f} films/s,"
        f" start of the processes included ({seconds_all:.1f} s)"
    )
    print(f"ratio {seconds_one / seconds_all:.2f}; same numbers: {one == several}")


def timed(jobs: list[Job], workers: int) -> tuple[float, dict[str, Any]]:
    """Seconds, and the results without theirs, by name."""
    start = perf_counter()
    found = {
        job.name: measurement_as_json(replace(outcome.measurement, seconds={}))
        for job, outcome in run_jobs(jobs, Make(), workers=workers)
    }
    return perf_counter() - start, found


if __name__ == "__main__":
    main()
