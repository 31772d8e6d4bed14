"""``hipbmd compare-enhancement``."""

from __future__ import annotations

import argparse

from ..evaluation.model_comparison import text
from ..tasks.compare import CompareOptions, compare_models
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The films, both models, and where the table goes."""
    add_options(p, CompareOptions)


def run(args: argparse.Namespace) -> int:
    """Print the table of both models, and write it where it was asked for."""
    options = options_from(args, CompareOptions)
    say(text(compare_models(options, progress=Bar("compared"))))
    return 0
