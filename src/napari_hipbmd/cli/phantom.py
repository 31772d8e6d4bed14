"""``hipbmd phantom``."""

from __future__ import annotations

import argparse

from ..tasks.digital_hips import DigitalHipsOptions, make_study
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar


def add_arguments(p: argparse.ArgumentParser) -> None:
    """How many, where they go, and how they are made."""
    add_options(p, DigitalHipsOptions)


def run(args: argparse.Namespace) -> int:
    """Make a study of digital hips; a broken run goes on where it stopped."""
    options = options_from(args, DigitalHipsOptions)
    cases = make_study(
        options.out,
        options.n,
        options.seed,
        options.family,
        options.pixels,
        options.workers,
        Bar(f"digital hips ({options.family})"),
        whole=options.whole_pelvis,
    )
    say(f"{len(cases)} digital hips in {options.out}")
    return 0
