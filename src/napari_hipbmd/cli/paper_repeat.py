"""``hipbmd paper-repeat``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..tasks.paper_repeat import RepeatOptions, repeat_paper
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar, Stages


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Where the results go, and the options."""
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="hips, features, tables and figures; a run that stopped goes on there",
    )  # fmt: skip
    add_options(p, RepeatOptions)


def run(args: argparse.Namespace) -> int:
    """Print the paper's tables with both columns, and write them with its figures."""
    options = options_from(args, RepeatOptions)
    found = repeat_paper(
        args.out,
        study=options.study,
        count=options.n,
        seed=options.seed,
        pixels=options.pixels,
        workers=options.workers,
        models=options.models,
        figures=options.figures,
        made=Bar("digital hips"),
        report=Stages(),
    )
    say(found.text())
    say(f"Tables and figures: {args.out}")
    return 0
