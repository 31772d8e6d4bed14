"""Two enhancement models on the same films, against the exact soft tissue."""

from .run import ModelComparison, compare
from .scores import FilmScore, score
from .tables import csv_text, notes, summary_rows, text

__all__ = [
    "ModelComparison",
    "FilmScore",
    "compare",
    "csv_text",
    "notes",
    "score",
    "summary_rows",
    "text",
]
