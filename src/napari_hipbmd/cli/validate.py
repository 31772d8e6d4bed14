"""``hipbmd validate``."""

from __future__ import annotations

import argparse

from ..tasks.validate import ValidateOptions, validate
from .arguments import add_options, options_from
from .printing import say
from .progress import Stages


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The study, where the results go, and the options."""
    add_options(p, ValidateOptions)


def run(args: argparse.Namespace) -> int:
    """Print the tables of the rows and write them with the figures."""
    options = options_from(args, ValidateOptions)
    say(validate(**options.keywords(), report=Stages()).text())
    return 0
