"""Two enhancement models on the same films, against the exact soft tissue."""

from .run import ModelComparison, compare_on_films
from .scores import FilmScore, score
from .tables import comparison_csv, notes, summary_rows, text

__all__ = [
    "ModelComparison",
    "FilmScore",
    "compare_on_films",
    "comparison_csv",
    "notes",
    "score",
    "summary_rows",
    "text",
]
