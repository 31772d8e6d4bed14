"""``hipbmd pairs``."""

from __future__ import annotations

import argparse
import sys

from ..core.radiograph import FilmRefused
from ..study.pair_sources import gather, unused
from ..synthesis import Made, PairOptions, check_pairs, write_again, write_pairs
from .progress import Bar

DIFFERENT = 3


def run_pairs(args: argparse.Namespace) -> int:
    """Make pairs, make them again, or check that they can be."""
    if args.check is not None:
        return _check(args)
    if args.out is None:
        raise FilmRefused("Give --out, a folder for the pairs.")
    if args.again is not None:
        if args.sources:
            raise FilmRefused("--again takes everything from its folder: no others.")
        made = write_again(args.again, args.out, progress=Bar("pairs"))
        return _tell(made, args, "")
    if not args.sources or args.n is None:
        raise FilmRefused(
            "Give one or more folders of marked films or digital hips, and --n."
        )
    low, high = args.scale
    options = PairOptions(
        args.operator,
        args.rotation_deg,
        not args.no_flip,
        (low, high),
        args.exposure,
        args.seed,
        tuple(args.split),
    )
    sources = gather(args.sources, options.operator)
    for folder in args.sources:
        for why, count in unused(folder).items():
            if count:
                print(f"{count} masked films of {folder.name} give no hip: {why}.")
    print(f"{len(sources.hips)} hips of type 2, {len(sources.tiles)} soft-tissue tiles")
    made = write_pairs(args.out, sources, args.n, options, progress=Bar("pairs"))
    return _tell(made, args, options.operator)


def _tell(made: Made, args: argparse.Namespace, operator: str) -> int:
    print(f"{made.count} pairs in {args.out}")
    if made.new:
        print(
            "film − STO is the projected bone within"
            f" {made.max_error:.1e} of the grey range (greatest error)"
        )
    if operator == "replace":
        print("With 'replace' the donor's soft tissue is part of that error.")
    return 0


def _check(args: argparse.Namespace) -> int:
    different = check_pairs(args.check, progress=Bar("pairs checked"))
    if not different:
        print("Every pair is the same, bit for bit, when it is made again.")
        return 0
    print(f"hipbmd: {len(different)} pairs differ or are missing:", file=sys.stderr)
    for name in different[:10]:
        print(f"  {name}", file=sys.stderr)
    return DIFFERENT
