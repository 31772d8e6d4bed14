"""``hipbmd measure``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..core.files import write_text_atomic
from ..core.measurement import Measurement, research_use
from ..core.radiograph import FilmRefused, HipBox, Patient
from ..pipeline.models import load_models, models_sha256
from ..quality import policy_named
from ..report import csv_text, json_text
from ..runs.jobs import Job, Options, jobs_of
from ..runs.measuring import Make
from ..runs.results import Results
from .progress import Bar
from .table import text_table

SOME_REFUSED = 3


def run_measure(args: argparse.Namespace) -> int:
    """Measure everything that is named; see the command's help."""
    options = Options(
        args.side,
        Patient(args.sex, args.age_years, args.height_cm, args.weight_kg),
        None if args.box is None else HipBox(*args.box),
        args.spacing_mm,
        args.force_spacing,
        None if args.withhold is None else policy_named(args.withhold),
    )
    _check_targets(args)
    load_models(args.models)  # a damaged one is told before anything is measured
    jobs, refused = _jobs(args.paths, options)
    work = Make(
        args.models, args.layers is not None, args.html, args.sr, args.identified
    )
    run = Results(work, models_sha256(args.models), args.out, args.layers)
    many = len(jobs) > 1 or args.paths[0].is_dir()
    bar = Bar("measured") if many else None
    try:
        for one in run.run(jobs, workers=args.workers, scheduler=args.scheduler):
            _tell(one.measurement)
            for note in one.notes:
                print(f"hipbmd: {one.measurement.image}: {note}", file=sys.stderr)
            if bar:
                bar(len(run.done), len(jobs))
    finally:  # Ctrl-C keeps what is finished
        found = [run.done[job.name] for job in jobs if job.name in run.done]
        results = refused + [one.measurement for one in found]
        run.write(jobs)
        _write_results(args, results)
    if args.json != "-":
        truths = {one.measurement.case_id: one.job.truth for one in found}
        print(text_table(results, truths))
        print(f"\n{research_use(results)}")
        if args.out:
            print(f"Results: {args.out}")
    return SOME_REFUSED if any(m.status == "refused" for m in results) else 0


def _jobs(
    paths: Sequence[Path], options: Options
) -> tuple[list[Job], list[Measurement]]:
    """All hips, each with a name of its own, and the paths that cannot be used."""
    jobs: dict[str, Job] = {}
    refused = []
    for path in paths:
        try:
            found = jobs_of(path, options)
        except FilmRefused as error:
            refused.append(
                Measurement(path.stem, path.name, None, "refused", str(error))
            )
            _tell(refused[-1])
            continue
        for job in found:
            name, number = job.name, 2
            while name in jobs:
                name, number = f"{job.name} ({number})", number + 1
            jobs[name] = replace(job, name=name)
    return list(jobs.values()), refused


def _tell(result: Measurement) -> None:
    if result.status == "refused":
        print(f"hipbmd: {result.image}: {result.reason}", file=sys.stderr)


def _check_targets(args: argparse.Namespace) -> None:
    """Refuse wrong paths before anything is measured."""
    missing = [path for path in args.paths if not path.exists()]
    if missing:
        raise FilmRefused(f"There is no file or folder {missing[0]}.")
    if args.json == "":
        raise FilmRefused("--json needs a file's name, or - for the screen.")
    files = {"--json": args.json if args.json != "-" else None, "--csv": args.csv}
    for option, name in files.items():
        if name and Path(name).is_dir():
            raise FilmRefused(f"{option} needs a file, and {name} is a folder.")
    for option, folder in {"--layers": args.layers, "--out": args.out}.items():
        if folder and folder.exists() and not folder.is_dir():
            raise FilmRefused(f"{option} needs a folder, and {folder} is a file.")
    for option, wanted in {"--html": args.html, "--sr": args.sr}.items():
        if wanted and args.out is None:
            raise FilmRefused(f"{option} needs a folder for its files: give --out DIR.")
    if args.identified and not (args.html or args.sr):
        raise FilmRefused(
            "--identified names the patient in pages and structured reports: give"
            " --html or --sr with it."
        )
    if args.scheduler is not None and args.workers != 1:
        raise FilmRefused(
            "--workers starts processes here and --scheduler uses those of a cluster:"
            " give one of the two."
        )


def _write_results(args: argparse.Namespace, results: Sequence[Measurement]) -> None:
    """JSON and CSV where they were asked for."""
    if args.json == "-":
        print(json_text(results), end="")
    elif args.json:
        write_text_atomic(args.json, json_text(results))
    if args.csv:
        write_text_atomic(args.csv, csv_text(results))
