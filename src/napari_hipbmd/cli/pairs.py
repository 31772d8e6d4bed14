"""``hipbmd pairs``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..synthesis import PairOptions, check_pairs
from ..tasks.pairs import PairsOptions, make_pairs
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar

DIFFERENT = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """What is made of what, and how it is drawn."""
    add_options(p, PairsOptions)
    add_options(p, PairOptions)


def run(args: argparse.Namespace) -> int:
    """Make pairs, make them again, or check that they can be."""
    options = options_from(args, PairsOptions)
    if options.check is not None:
        return _check(options.check)
    drawn = options_from(args, PairOptions)
    made = make_pairs(options, drawn, told=say, progress=Bar("pairs"))
    say(f"{made.count} pairs in {options.out}")
    if made.new:
        say(
            "film − STO is the projected bone within"
            f" {made.max_error:.1e} of the grey range (greatest error)"
        )
    if made.doubt:
        say(f"look at {made.doubt}")
    return 0


def _check(folder: Path) -> int:
    different = check_pairs(folder, progress=Bar("pairs checked"))
    if not different:
        say("Every pair is the same, bit for bit, when it is made again.")
        return 0
    say(f"hipbmd: {len(different)} pairs differ or are missing:", file=sys.stderr)
    for name in different[:10]:
        say(f"  {name}", file=sys.stderr)
    return DIFFERENT
