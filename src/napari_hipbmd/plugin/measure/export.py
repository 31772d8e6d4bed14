"""A measured hip as a file that one can hand on: for people and for machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...core.errors import Refused
from ...core.files import write_bytes_atomic
from ...core.measurement import Measurement
from ..ui.translation import tr

FILTERS = tr(
    "Page for people (*.html);;JSON (*.json);;CSV (*.csv)"
    ";;DICOM structured report (*.dcm)"
)
NO_FILE = tr(
    "A DICOM structured report refers to the film's own file, which this layer was not"
    " read from: open the film by File ▸ Open and measure it."
)


def export(measurement: Measurement, path: Path, film: Path | None = None) -> None:
    """Write one hip in the format that the file's ending names; nobody is named.

    Parameters
    ----------
    film
        The file that the film was read from, where it is known: a structured report
        refers to it.

    Raises
    ------
    Refused
        If the ending is none of :data:`FILTERS`, or the file cannot be written.
    """
    from ...report import case_page, csv_text, film_report, json_text

    ending = path.suffix.lower()
    if ending == ".dcm" and film is None:
        raise Refused(NO_FILE)
    contents: dict[str, Callable[[], bytes]] = {
        ".html": lambda: case_page(measurement).encode("utf-8"),
        ".json": lambda: json_text([measurement]).encode("utf-8"),
        ".csv": lambda: csv_text([measurement]).encode("utf-8"),
        ".dcm": lambda: film_report(measurement, film or Path()),
    }
    if ending not in contents:
        raise Refused(
            tr("A report cannot be written as {ending!r}: choose {endings}.").format(
                ending=ending, endings=", ".join(contents)
            )
        )
    if film is not None and path.exists() and path.samefile(film):
        raise Refused(tr("That is the film itself: give the report another name."))
    try:
        write_bytes_atomic(path, contents[ending]())
    except OSError as error:
        raise Refused(
            tr("The file {name} cannot be written: {strerror}.").format(
                name=path.name, strerror=error.strerror
            )
        ) from error
