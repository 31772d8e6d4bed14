"""``hipbmd phantom``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..tasks.digital_hips import StudyOptions, make_study
from .arguments import add_options, options_from, whole_number
from .printing import say
from .progress import Bar


def add_arguments(p: argparse.ArgumentParser) -> None:
    """How many, where they go, and the options."""
    p.add_argument(
        "--n", type=whole_number(1), required=True, metavar="N", help="how many hips"
    )
    p.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new study")
    add_options(p, StudyOptions)


def run(args: argparse.Namespace) -> int:
    """Make a study of digital hips; a broken run goes on where it stopped."""
    options = options_from(args, StudyOptions)
    cases = make_study(
        args.out,
        args.n,
        options.seed,
        options.family,
        options.pixels,
        options.workers,
        Bar(f"digital hips ({options.family})"),
        whole=options.whole_pelvis,
    )
    say(f"{len(cases)} digital hips in {args.out}")
    return 0
