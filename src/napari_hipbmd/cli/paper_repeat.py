"""``hipbmd paper-repeat``."""

from __future__ import annotations

import argparse

from ..tasks.paper_repeat import repeat_paper
from .progress import Bar, Stages


def run_paper_repeat(args: argparse.Namespace) -> int:
    """Print the paper's tables with both columns, and write them with its figures."""
    found = repeat_paper(
        args.out,
        study=args.study,
        count=args.n,
        seed=args.seed,
        pixels=args.pixels,
        workers=args.workers,
        models=args.models,
        made=Bar("digital hips"),
        report=Stages(),
    )
    print(found.text())
    print(f"Tables and figures: {args.out}")
    return 0
