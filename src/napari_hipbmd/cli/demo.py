"""``hipbmd demo``: the main job on the sample films."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ..batch import measure_path
from ..measurement import RESEARCH_USE, Measurement
from ..report import write_report
from ..resources import sample_data_dir
from .measure import truths_of
from .progress import Bar
from .table import text_table


def run_demo(args: argparse.Namespace) -> int:
    """Measure the samples, print the table, write the report, open napari."""
    study = sample_data_dir()
    bar = Bar("measured")
    count = sum(1 for _ in (study / "images").iterdir())
    results: list[Measurement] = []
    bar(0, count)
    for result in measure_path(study):
        results.append(result)
        bar(len(results), count)
    truths = truths_of([study])
    print(text_table(results, truths))
    print(f"\n{RESEARCH_USE}")
    report = args.out / "report.html"
    write_report(results, report, truths)
    print(f"Report: {report}")
    if args.no_window:
        return 0
    return _show(results)


def _show(results: Sequence[Measurement]) -> int:
    if not _has_display():
        print("No display here, so napari is not opened.")
        return 0
    try:
        from ..plugin.demo import open_demo
    except ImportError:
        print("napari is not installed: pip install 'napari-hipbmd[all]' to see it.")
        return 0
    print("Opening napari on the first film …")
    open_demo(results)
    return 0


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
