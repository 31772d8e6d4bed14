"""``hipbmd measure``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..core.caveats import research_use
from ..core.cells import printable
from ..core.measurement import Measurement
from ..report import json_text
from ..tasks.measure import SCREEN, Measured, MeasureOptions, measure_paths
from .arguments import add_options, add_paths, options_from
from .printing import say
from .progress import Bar
from .table import text_table

SOME_REFUSED = 3
MOST_ROWS = 500  # of a table on the screen, where it stands in a file, too


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The paths and the options."""
    add_paths(p)
    add_options(p, MeasureOptions)


def run(args: argparse.Namespace) -> int:
    """Measure everything that is named; the table, or JSON, on the screen."""
    options = options_from(args, MeasureOptions)
    bar: Bar | None = None

    def told(said: Sequence[str], done: int, count: int) -> None:
        nonlocal bar
        for sentence in said:
            say(printable(f"hipbmd: {sentence}"), file=sys.stderr)
        if done and (count > 1 or args.paths[0].is_dir()):
            bar = bar or Bar("measured")
            bar(done, count)

    measured = measure_paths(args.paths, options, told=told)
    if options.json == SCREEN:
        say(json_text(measured.results), end="")
    else:
        _show(measured, options.out)
    for note in measured.notes:
        say(f"hipbmd: {note}", file=sys.stderr)
    refused = any(one.status == "refused" for one in measured.known)
    return SOME_REFUSED if refused else 0


def _about_flags(results: Sequence[Measurement]) -> str:
    """What the flags of one hip say; of several, where that stands."""
    if len(results) == 1:
        told = dict.fromkeys(f"{flag.code}: {flag.text}\n" for flag in results[0].flags)
        return "".join(told)
    if any(one.flags for one in results):
        return "What a flag says of its film: measure it alone, or --json, or --html.\n"
    return ""


def _show(measured: Measured, out: Path | None) -> None:
    """The table, where it has a length that somebody reads or stands nowhere else."""
    count = len(measured.known)
    if out is None or count <= MOST_ROWS:
        truths = {one.job.case_id or "": one.job.truth for one in measured.done}
        say(text_table(measured.results, truths))
        say(_about_flags(list(measured.results)), end="")
    else:
        new = sum(one.new for one in measured.done)
        say(f"{count:,} hips, {new:,} of them measured now: {out / 'results.csv'}")
    say(f"\n{research_use(measured.known)}")
    if out is not None:
        say(f"Results: {out}")
