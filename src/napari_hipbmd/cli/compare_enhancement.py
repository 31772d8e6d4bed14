"""``hipbmd compare-enhancement``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..core.files import write_text_atomic
from ..core.radiograph import FilmRefused
from ..evaluation.model_comparison import compare, csv_text, text
from .progress import Bar

BUNDLED = "bundled"


def run_compare_enhancement(args: argparse.Namespace) -> int:
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
    print(text(found))
    if args.csv is not None:
        write_text_atomic(args.csv, csv_text(found))
    return 0
