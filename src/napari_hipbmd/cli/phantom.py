"""``hipbmd phantom``."""

from __future__ import annotations

import argparse

from ..tasks.digital_hips import make_study
from .progress import Bar


def run_phantom(args: argparse.Namespace) -> int:
    """Make a study of digital hips; a broken run goes on where it stopped."""
    cases = make_study(
        args.out,
        args.n,
        args.seed,
        args.family,
        args.pixels,
        args.workers,
        Bar(f"digital hips ({args.family})"),
        whole=args.whole_pelvis,
    )
    print(f"{len(cases)} digital hips in {args.out}")
    return 0
