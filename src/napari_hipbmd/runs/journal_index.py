"""What a run that goes on asks of a journal's lines, without reading them again.

``.results.index.json`` holds, of every line, all but the result. It is believed as far
as the journal's bytes are those that it was made of, told by their SHA-256: a journal
that somebody has changed is read and checked line by line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.measurement import Measurement
from ..core.stored_measurement import MeasurementStatus
from ..core.version import __version__

INDEX = ".results.index.json"
_FORMAT, _VERSION = "hipbmd-results-index", 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal, but for its result.

    Attributes
    ----------
    made_of, file_name, asked, files, film
        As in the line; ``film`` is empty where the line lacks it.
    start, length
        Where the line is, in bytes.
    """

    made_of: str
    file_name: str
    asked: tuple[str, ...]
    files: dict[str, str]
    film: str
    start: int
    length: int
    status: MeasurementStatus
    model_name: str
    calibrated_on: str


@dataclass(frozen=True)
class JournalIndex:
    """The lines of a journal, and the tables that were made of them.

    Attributes
    ----------
    size, lines, sha256
        Of the journal, as far as it was read.
    tables_of
        What the tables were made of; empty before there are any.
    tables
        File → SHA-256 of each of them.
    """

    size: int = 0
    lines: int = 0
    sha256: str = ""
    entries: tuple[Entry, ...] = ()
    tables_of: str = ""
    tables: dict[str, str] = field(default_factory=dict)
    software: str = __version__
    format: str = _FORMAT
    version: int = _VERSION


def read_index(folder: Path) -> JournalIndex:
    """The index in a folder of results; an empty one where there is none to believe."""
    try:
        found = as_type(JournalIndex, read_json(folder / INDEX))
    except (OSError, Refused):
        return JournalIndex()
    known = (found.format, found.version, found.software)
    return found if known == (_FORMAT, _VERSION, __version__) else JournalIndex()


def write_index(folder: Path, index: JournalIndex) -> None:
    """Write it, all or nothing."""
    write_text_atomic(folder / INDEX, json.dumps(asdict(index)))


def entry_of(
    made_of: str,
    file_name: str,
    asked: Sequence[str],
    files: dict[str, str],
    film: str | None,
    measurement: Measurement,
    place: tuple[int, int],
) -> Entry:
    """What is kept of a line; ``place`` is its start and its length."""
    return Entry(
        made_of,
        file_name,
        tuple(asked),
        files,
        film or "",
        *place,
        measurement.status,
        measurement.model_name,
        measurement.calibrated_on,
    )
