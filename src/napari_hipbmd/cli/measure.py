"""``hipbmd measure``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..core.caveats import research_use
from ..core.measurement import Measurement
from ..report import json_text
from ..tasks.measure import SCREEN, MeasureOptions, measure_paths
from .arguments import add_options, add_paths, options_from
from .printing import say
from .progress import Bar
from .table import text_table

SOME_REFUSED = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The paths and the options."""
    add_paths(p)
    add_options(p, MeasureOptions)


def run(args: argparse.Namespace) -> int:
    """Measure everything that is named; the table, or JSON, on the screen."""
    options = options_from(args, MeasureOptions)
    bar: Bar | None = None

    def told(found: Measurement, notes: Sequence[str], done: int, count: int) -> None:
        nonlocal bar
        if found.status == "refused":
            say(f"hipbmd: {found.image}: {found.reason}", file=sys.stderr)
        for note in notes:
            say(f"hipbmd: {found.image}: {note}", file=sys.stderr)
        if done and (count > 1 or args.paths[0].is_dir()):
            bar = bar or Bar("measured")
            bar(done, count)

    measured = measure_paths(args.paths, options, told=told)
    results = measured.results
    if options.json == SCREEN:
        say(json_text(results), end="")
    else:
        truths = {one.measurement.case_id: one.job.truth for one in measured.done}
        say(text_table(results, truths))
        say(f"\n{research_use(results)}")
        if options.out:
            say(f"Results: {options.out}")
    return SOME_REFUSED if any(m.status == "refused" for m in results) else 0
