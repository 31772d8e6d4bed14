"""``hipbmd pairs``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..core.radiograph import FilmRefused
from ..study.pair_sources import gather, unused
from ..synthesis import Made, PairOptions, check_pairs, write_again, write_pairs
from .arguments import add_options, options_from, whole_number
from .printing import say
from .progress import Bar

DIFFERENT = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Where the sources lie, how many pairs, where they go, and the options."""
    p.add_argument(
        "sources", nargs="*", type=Path, metavar="FOLDER",
        help="films marked in napari, or a study of digital hips",
    )  # fmt: skip
    p.add_argument("--n", type=whole_number(1), metavar="N", help="how many pairs")
    p.add_argument(
        "--out", type=Path, metavar="DIR",
        help="a new folder, or pairs of the same films and options to go on with",
    )  # fmt: skip
    add_options(p, PairOptions)
    p.add_argument(
        "--again", type=Path, metavar="PAIRS",
        help="make the pairs of that folder again, bit for bit",
    )  # fmt: skip
    p.add_argument(
        "--check", type=Path, metavar="PAIRS",
        help="compare that folder with its pairs made again in memory",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Make pairs, make them again, or check that they can be."""
    if args.check is not None:
        return _check(args)
    if args.out is None:
        raise FilmRefused("Give --out, a folder for the pairs.")
    if args.again is not None:
        if args.sources:
            raise FilmRefused("--again takes everything from its folder: no others.")
        made = write_again(args.again, args.out, progress=Bar("pairs"))
        return _tell(made, args)
    if not args.sources or args.n is None:
        raise FilmRefused(
            "Give one or more folders of marked films or digital hips, and --n."
        )
    options = options_from(args, PairOptions)
    sources = gather(args.sources, options.operator)
    for folder in args.sources:
        for why, count in unused(folder).items():
            if count:
                say(f"{count} masked films of {folder.name} give no hip: {why}.")
    say(f"{len(sources.hips)} hips of type 2, {len(sources.tiles)} soft-tissue tiles")
    made = write_pairs(args.out, sources, args.n, options, progress=Bar("pairs"))
    return _tell(made, args)


def _tell(made: Made, args: argparse.Namespace) -> int:
    say(f"{made.count} pairs in {args.out}")
    if made.new:
        say(
            "film − STO is the projected bone within"
            f" {made.max_error:.1e} of the grey range (greatest error)"
        )
    if made.doubt:
        say(f"look at {made.doubt}")
    return 0


def _check(args: argparse.Namespace) -> int:
    different = check_pairs(args.check, progress=Bar("pairs checked"))
    if not different:
        say("Every pair is the same, bit for bit, when it is made again.")
        return 0
    say(f"hipbmd: {len(different)} pairs differ or are missing:", file=sys.stderr)
    for name in different[:10]:
        say(f"  {name}", file=sys.stderr)
    return DIFFERENT
