"""``hipbmd validate``."""

from __future__ import annotations

import argparse

from ..evaluation.bootstrap import SAMPLES
from ..evaluation.rows import ROWS
from ..study import PREDICTED
from ..tasks.validate import validate
from .choices import chosen_regression
from .progress import Stages


def run_validate(args: argparse.Namespace) -> int:
    """Print the tables of the five rows and write them with the figures."""
    found = validate(
        args.study,
        args.out,
        args.folds,
        seed=args.seed,
        repeats=args.repeats,
        preset=chosen_regression(args),
        rows=args.rows or ROWS,
        samples=args.samples or SAMPLES,
        landmarks=args.landmarks or PREDICTED,
        models=args.models,
        report=Stages(),
    )
    print(found.text())
    return 0
