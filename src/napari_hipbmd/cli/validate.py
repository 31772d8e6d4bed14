"""``hipbmd validate``."""

from __future__ import annotations

import argparse

from ..validation import validate
from .progress import Bar


def run_validate(args: argparse.Namespace) -> int:
    """Print r and MAE of the five rows and write the figures."""
    found = validate(
        args.study,
        args.out,
        args.folds,
        preset=args.preset,
        models=args.models,
        progress=Bar("measured"),
    )
    print(found.text())
    return 0
