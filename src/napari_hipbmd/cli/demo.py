"""``hipbmd demo``: the main job on the sample films."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..core.caveats import RESEARCH_USE
from ..core.measurement import Measurement
from ..core.resources import sample_data_dir
from ..pipeline.models import models_sha256
from ..runs.jobs import jobs_of
from ..runs.journal import JOURNAL
from ..runs.measuring import Make, measure_path
from ..runs.results import Results
from .printing import say
from .progress import Bar
from .table import text_table


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Where the report goes, and whether a window opens."""
    p.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR",
        help="where the report goes (out/demo)",
    )  # fmt: skip
    p.add_argument("--no-window", action="store_true", help="do not open napari")


def run(args: argparse.Namespace) -> int:
    """Measure the samples, print the table, write the report, open napari."""
    study = sample_data_dir()
    (args.out / JOURNAL).unlink(missing_ok=True)  # a demo measures, each time
    jobs = jobs_of(study)
    bar = Bar("measured")
    with Results(Make(html=True), models_sha256(), args.out) as results:
        bar(0, len(jobs))
        for _ in results.run(jobs):
            bar(len(results.done), len(jobs))
        results.write(jobs)
    found = [results.done[job.name].measurement for job in jobs]
    say(text_table(found, {job.name: job.truth for job in jobs}))
    say(f"\n{RESEARCH_USE}")
    say(f"Report: {args.out / 'report.html'}")
    if args.no_window:
        return 0
    return _show([next(measure_path(study))])


def _show(results: Sequence[Measurement]) -> int:
    if not _has_display():
        say("No display here, so napari is not opened.")
        return 0
    try:
        from ..plugin.measure.demo import open_demo
    except ImportError:
        say("napari is not installed: pip install 'napari-hipbmd[all]' to see it.")
        return 0
    say("Opening napari on the first film …")
    open_demo(results)
    return 0


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
