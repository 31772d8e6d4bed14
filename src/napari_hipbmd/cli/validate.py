"""``hipbmd validate``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..tasks.validate import ValidateOptions, validate
from .arguments import add_options, options_from
from .printing import say
from .progress import Stages


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The study, where the results go, and the options."""
    p.add_argument(
        "study", type=Path, metavar="STUDY", help="a study with DXA readings"
    )
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="tables, figures, page, and features that a next run goes on from",
    )  # fmt: skip
    add_options(p, ValidateOptions)


def run(args: argparse.Namespace) -> int:
    """Print the tables of the rows and write them with the figures."""
    options = options_from(args, ValidateOptions)
    found = validate(args.study, args.out, **options.keywords(), report=Stages())
    say(found.text())
    return 0
