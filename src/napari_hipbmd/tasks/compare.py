"""Two enhancement models on the same films; their table is written on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.options import REQUIRED, check, option
from ..evaluation.model_comparison import (
    ModelComparison,
    compare_on_films,
    comparison_csv,
)
from ..evaluation.model_comparison.films import Landmarks
from .outputs import refuse_kept

BUNDLED = "bundled"


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    """The films, both models, and where the table goes."""

    films: Path = option(
        REQUIRED,
        "a study of digital hips, or pairs of 'hipbmd pairs'",
        metavar="FILMS",
        positional=True,
    )
    models: tuple[str, str] = option(
        REQUIRED,
        "folders of 'hipbmd train enhancement', or the word bundled",
        metavar=("A", "B"),
        path=lambda text: text != BUNDLED,
    )
    landmarks: Landmarks = option(
        "predicted",
        "where the features are read from which the gap follows (default: predicted)",
        label="Landmarks",
        words={"predicted": "found by the networks", "truth": "the true ones"},
    )
    csv: Path | None = option(None, "write a row a film and model", metavar="FILE")

    def __post_init__(self) -> None:
        check(self)
        if self.csv is not None and self.csv.is_dir():
            raise Refused(f"--csv needs a file, and {self.csv} is a folder.")
        refuse_kept("--csv", self.csv)


def compare_models(
    options: CompareOptions,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ModelComparison:
    """Compare two enhancement models; see :func:`compare_on_films`.

    Raises
    ------
    Refused
        If a model cannot be used, or no film has an exact STO.
    Cancelled
        If asked to stop.
    """
    first, second = (None if m == BUNDLED else Path(m) for m in options.models)
    found = compare_on_films(
        options.films,
        (first, second),
        landmarks=options.landmarks,
        progress=progress,
        cancelled=cancelled,
    )
    if options.csv is not None:
        write_text_atomic(options.csv, comparison_csv(found))
    return found
