"""Two enhancement models on the same films, against the exact soft tissue."""

from .run import Comparison, compare
from .scores import FilmScore, score
from .tables import csv_text, notes, summary_rows, text

__all__ = [
    "Comparison",
    "FilmScore",
    "compare",
    "csv_text",
    "notes",
    "score",
    "summary_rows",
    "text",
]
