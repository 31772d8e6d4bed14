"""A measured hip as a file that one can hand on: for people and for machines."""

from __future__ import annotations

from pathlib import Path

from ..files import write_text_atomic
from ..measurement import Measurement
from ..radiograph import FilmRefused

FILTERS = "Page for people (*.html);;JSON (*.json);;CSV (*.csv)"


def export(measurement: Measurement, path: Path) -> None:
    """Write one hip in the format that the file's ending names.

    Raises
    ------
    FilmRefused
        If the ending is none of :data:`FILTERS`, or the file cannot be written.
    """
    from ..report import case_page, csv_text, json_text

    ending = path.suffix.lower()
    texts = {
        ".html": lambda: case_page(measurement),
        ".json": lambda: json_text([measurement]),
        ".csv": lambda: csv_text([measurement]),
    }
    if ending not in texts:
        raise FilmRefused(
            f"A report cannot be written as {ending or 'a file without ending'!r}:"
            f" choose {', '.join(texts)}."
        )
    try:
        write_text_atomic(path, texts[ending]())
    except OSError as error:
        raise FilmRefused(
            f"The file {path.name} cannot be written: {error.strerror}."
        ) from error
