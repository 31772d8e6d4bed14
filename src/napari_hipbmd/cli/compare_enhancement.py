"""``hipbmd compare-enhancement``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core.files import write_text_atomic
from ..core.radiograph import FilmRefused
from ..evaluation.model_comparison import compare, csv_text, text
from .printing import say
from .progress import Bar

BUNDLED = "bundled"


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The films, both models, and where the table goes."""
    p.add_argument(
        "films", type=Path, metavar="FILMS",
        help="a study of digital hips, or pairs of 'hipbmd pairs'",
    )  # fmt: skip
    p.add_argument(
        "--models", nargs=2, required=True, metavar=("A", "B"),
        help="folders of 'hipbmd train enhancement', or the word bundled",
    )  # fmt: skip
    p.add_argument(
        "--landmarks", choices=("predicted", "truth"), default="predicted",
        help="where the features are read from which the gap follows"
        " (default: predicted)",
    )  # fmt: skip
    p.add_argument(
        "--csv", type=Path, metavar="FILE", help="write a row a film and model"
    )


def run(args: argparse.Namespace) -> int:
    """Print the table of both models, and write it where it was asked for."""
    if args.csv is not None and args.csv.is_dir():
        raise FilmRefused(f"--csv needs a file, and {args.csv} is a folder.")
    first, second = (None if m == BUNDLED else Path(m) for m in args.models)
    found = compare(
        args.films,
        (first, second),
        landmarks=args.landmarks,
        progress=Bar("compared"),
    )
    say(text(found))
    if args.csv is not None:
        write_text_atomic(args.csv, csv_text(found))
    return 0
