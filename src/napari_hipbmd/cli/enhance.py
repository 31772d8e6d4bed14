"""``hipbmd enhance``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..core.cells import printable
from ..tasks.enhance import EnhanceOptions, enhance_paths
from .arguments import add_options, add_paths, options_from
from .printing import say
from .progress import Bar

SOME_REFUSED = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The paths, where the files go, and the options."""
    add_paths(p)
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="a folder a film: STO, bone image, error where the truth is known",
    )  # fmt: skip
    add_options(p, EnhanceOptions)


def run(args: argparse.Namespace) -> int:
    """Enhance everything that is named."""
    begun = enhance_paths(args.paths, args.out, options_from(args, EnhanceOptions))
    bar, refused = Bar("enhanced"), 0
    for done, one in enumerate(begun.films, 1):
        if one.reason:
            refused += 1
            say(printable(f"hipbmd: {one.job.image}: {one.reason}"), file=sys.stderr)
        bar(done, begun.count)
    card = begun.networks.enhancer.card
    say(
        f"{begun.count - refused} of {begun.count} enhanced by"
        f" {card.get('name', 'enhancement')}: {args.out}"
    )
    return SOME_REFUSED if refused else 0
