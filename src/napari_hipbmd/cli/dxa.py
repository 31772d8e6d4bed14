"""``hipbmd dxa``: readings of a densitometer beside the films."""

from __future__ import annotations

import argparse

from ..core.anatomy import SITES
from ..study.dxa.pairs import DxaPair
from ..tasks.dxa import DxaOptions, pair_with_films
from .arguments import add_options, options_from
from .printing import say

SOME_LEFT_OUT = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The films, the exports, and how far apart they may be."""
    add_options(p, DxaOptions)


def run(args: argparse.Namespace) -> int:
    """Show pairs and doubts, and write the table; 3 when a hip has no reading."""
    options = options_from(args, DxaOptions)
    done = pair_with_films(options)
    say(f"{'hip':<24} {'side':<4} {'days':>5} {'  '.join(f'{s:>15}' for s in SITES)}")
    for one in done.pairs:
        say(_line(one))
    for sentence in done.doubts:
        say(f"look at {sentence}")
    paired = sum(one.reading is not None for one in done.pairs)
    say(f"{paired} of {len(done.pairs)} hips have a reading, {done.filled} were filled")
    if done.written:
        say(f"{options.study / 'cases.csv'}")
    return 0 if paired == len(done.pairs) else SOME_LEFT_OUT


def _line(one: DxaPair) -> str:
    reading = one.reading
    side = one.hip.side or (reading.side if reading else None) or "?"
    days = "" if one.days is None else f"{one.days:+d}"
    values = reading.bmd_g_cm2 if reading else {}
    cells = "  ".join(f"{values.get(s, ''):>15}" for s in SITES)
    doubts = "; ".join(one.doubts)
    return f"{one.hip.name[:24]:<24} {side:<4} {days:>5} {cells}  {doubts}".rstrip()
