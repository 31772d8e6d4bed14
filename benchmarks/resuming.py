"""How long a run with nothing left to do takes, and its memory: docs/waiting.md.

    python benchmarks/resuming.py [--films 10000] [--few 1000]

Measures one digital hip, makes a study whose cases all have copies of its film, and a
folder of results that says that each is measured. ``hipbmd measure`` then goes on in a
process of its own. Seconds of work on the processor stand beside the clock: a busy
computer makes it wait.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter

from pages import write_into

from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.pipeline.models import load_models, models_sha256
from napari_hipbmd.runs.jobs import jobs_of
from napari_hipbmd.runs.journal import JOURNAL, Record, film_sha256, made_of
from napari_hipbmd.runs.measuring import Make, measure_job
from napari_hipbmd.runs.results import Results
from napari_hipbmd.study import Study, write_cases
from napari_hipbmd.tasks.digital_hips import make_study

PAGE = Path(__file__).parents[1] / "docs" / "waiting.md"
SEED = 31


def main() -> None:
    """Print seconds and memory, and put them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=1000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        one = Path(scratch, "one")
        make_study(one, 1, SEED, "train", 128)
        few = resumed(one, Path(scratch, "few"), args.few)
        many = resumed(one, Path(scratch, "many"), args.films)
    table = "\n".join(
        [
            "| done films | clock, s | work, s | most memory, MB |",
            "|---|---|---|---|",
            *(
                f"| {count:,} | {clock:.1f} | {work:.1f} | {memory_mb:.0f} |"
                for count, (clock, work, memory_mb) in (
                    (args.few, few),
                    (args.films, many),
                )
            ),
        ]
    )
    print(table)
    write_into(PAGE, {"resuming": table})


def resumed(one: Path, folder: Path, count: int) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of work, and MB of a run with nothing to do."""
    study, results = done_study(one, folder, count)
    start, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    made = subprocess.run(
        [sys.executable, "-c", RUN, "measure", str(study), "--out", str(results)],
        check=True,
        capture_output=True,
        text=True,
    )
    clock, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    table = (results / "results.csv").read_text("utf-8")
    assert table.count("\n") == count + 1, made.stderr
    return clock, work, int(made.stdout.splitlines()[-1]) / 1024


# Not ru_maxrss: what a process has at most starts with what it was forked from.
RUN = (
    "import re, sys; from napari_hipbmd.cli import main; status = main(sys.argv[1:]);"
    " print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]);"
    " sys.exit(status)"
)


def done_study(one: Path, folder: Path, count: int) -> tuple[Path, Path]:
    """A study of many cases, and results that say that each is done."""
    study, results = folder / "study", folder / "results"
    (study / "images").mkdir(parents=True)
    results.mkdir()
    [case] = Study.open(one).cases
    cases = []
    for i in range(count):
        name = f"hip-{i:05}"
        image = study / "images" / f"{name}{case.image.suffix}"
        if i == 0:
            shutil.copy(case.image, image)
        else:
            os.link(study / "images" / f"hip-00000{case.image.suffix}", image)
        cases.append(replace(case, case_id=name, image=image, group=name))
    write_cases(study, cases)
    jobs = jobs_of(study)
    models = models_sha256(None)
    measured = measure_job(jobs[0], load_models())
    film = film_sha256(jobs[0].path)
    with (results / JOURNAL).open("w", encoding="utf-8") as file:
        print(json.dumps({"format": "hipbmd-results", "version": 1}), file=file)
        for job in jobs:
            found = replace(
                measured, case_id=job.case_id, image=job.image, film=None, images=None
            )
            result = measurement_as_json(found)
            made = made_of(job, film, models)
            record = Record(made, str(job.case_id), (), {}, result, film)
            print(json.dumps(asdict(record)), file=file)
    with Results(Make(), models, results) as run:
        assert not run.left_of(jobs)
        run.write(jobs)
    return study, results


if __name__ == "__main__":
    main()
