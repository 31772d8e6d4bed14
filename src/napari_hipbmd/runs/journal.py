"""What has been measured so far, one line a hip: a run goes on where it stopped.

``results.jsonl`` is only ever appended to, a whole line at a time. A line says what it
was made of (the film's bytes, the models, what was told about the hip, the version of
this software), and no more about where the film lies, since a file's name may give a
person away; a hip is done while that is unchanged. A line that a crash cut short is
passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from ..core.bounded_json import as_type, parse_json
from ..core.errors import Refused
from ..core.measurement import Measurement
from ..core.measurement_json import measurement_from_json
from ..core.reading import file_sha256, open_regular
from ..core.version import __version__
from ..dicom.guard import MAX_FILE_BYTES
from .jobs import Job
from .journal_index import (
    Entry,
    JournalIndex,
    entry_of,
    read_index,
    write_index,
)

JOURNAL = "results.jsonl"
_HEADER = {"format": "hipbmd-results", "version": 1}
_LARGEST_LINE = 16_000_000
_CHUNK = 1 << 20
_FILE = re.compile(r"(?:(?:cases|sr)/)?[\w.-]+")


@dataclass(frozen=True)
class Record:
    """One line of the journal.

    Attributes
    ----------
    made_of
        What it depends on (:func:`made_of`); None for a film that could not be read.
    file_name
        The name of the files about the hip, without ending.
    asked
        The kinds of files that were asked for.
    files
        Kind → file, relative to the folder of results.
    result
        The measurement as JSON.
    film
        SHA-256 of the film.
    thumbnail
        A small picture as SVG.
    """

    made_of: str | None
    file_name: str
    asked: tuple[str, ...]
    files: dict[str, str]
    result: dict[str, Any]
    film: str | None = None
    thumbnail: str | None = None

    def __post_init__(self) -> None:
        for name in (self.file_name, *self.files.values()):
            if not _FILE.fullmatch(name) or name.endswith(("/.", "/..")):
                raise Refused(f"{name[:40]!r} is no file of results")

    @cached_property
    def measurement(self) -> Measurement:
        """The result.

        Raises
        ------
        Refused
            If it is no measurement.
        """
        return measurement_from_json(self.result)


def film_sha256(path: Path) -> str | None:
    """SHA-256 of a film's bytes; None when it cannot be read or is no film's file.

    A pipe would be waited for, and a device never ends.
    """
    try:
        return None if path.stat().st_size > MAX_FILE_BYTES else file_sha256(path)
    except (OSError, Refused):
        return None


def made_of(job: Job, film: str | None, models: str) -> str | None:
    """SHA-256 of all that a result depends on; None without a film.

    Parameters
    ----------
    film, models
        SHA-256 of the film and of the models.
    """
    if film is None:
        return None
    options = asdict(job.options)
    policy = job.options.policy
    options["policy"] = None if policy is None else policy.to_json()
    del options["landmarks"]  # where they are, and not whose, changes a result
    known = [dict(job.dxa), dict(job.truth)]
    parts: list[Any] = [
        __version__,
        film,
        models,
        job.case_id,
        job.path.relative_to(job.folder).as_posix(),  # with the film: the name shown
        options,
        known,
    ]
    if job.landmarks is not None:
        parts.append(job.landmarks)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class RunJournal:
    """The results in a folder; of each line no more is in memory than its entry.

    Raises
    ------
    Refused
        If the folder has a file of that name that is no such journal.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self._entries: dict[str, Entry] = {}
        self._complete = self._lines = 0  # bytes of whole lines, and how many
        self._sha256 = hashlib.sha256()
        self._index = JournalIndex()
        if self.path.exists():
            self._index = read_index(folder)
            self._read()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def sha256(self) -> str:
        """Of all whole lines."""
        return self._sha256.hexdigest()

    def done(self, made: str | None) -> Entry | None:
        """The line that was made of the same, if there is one."""
        return None if made is None else self._entries.get(made)

    def record(self, entry: Entry) -> Record:
        """A line with its result, read from the disk.

        Raises
        ------
        Refused
            If it is no longer there as it was.
        """
        try:
            with open_regular(self.path) as file:
                file.seek(entry.start)
                line = file.read(entry.length)
            found = as_type(Record, parse_json(line, _LARGEST_LINE))
        except (OSError, ValueError, Refused):
            found = None
        if found is None or found.made_of != entry.made_of:
            raise Refused(
                f"The file {self.path.name} in {self.path.parent.name} was changed"
                " while it was in use: run the command again."
            )
        return found

    def file_names(self) -> dict[str, str]:
        """File name → SHA-256 of the film it is about; empty where a line lacks it."""
        return {entry.file_name: entry.film for entry in self._entries.values()}

    def append(self, record: Record) -> Entry | None:
        """Write one record, flushed to the disk before this returns.

        Gives what finds it again; None for a film that could not be read.
        """
        head = b"" if self._complete else _line(_HEADER)
        data = _line(asdict(record))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.seek(self._complete)
            file.truncate()  # what a crash left of a line
            file.write(head + data)
            file.flush()
            os.fsync(file.fileno())
        if head:
            self._count(head)
        return self._remember(record, data)

    def keep_index(self, tables_of: str = "", tables: Sequence[Path] = ()) -> None:
        """Leave what the next run asks; with the tables that were made, and of what."""
        if self._complete:
            self._index = JournalIndex(
                self._complete,
                self._lines,
                self.sha256,
                tuple(self._entries.values()),
                tables_of,
                {path.name: file_sha256(path) for path in tables},
            )
            write_index(self.path.parent, self._index)

    def made_already(self, tables_of: str, tables: Sequence[Path]) -> bool:
        """Whether tables are there that were made of the same, and nobody changed."""
        return self._index.tables_of == tables_of != "" and all(
            self._index.tables.get(path.name) == film_sha256(path) is not None
            for path in tables
        )

    def _remember(self, record: Record, line: bytes) -> Entry | None:
        measurement, place = record.measurement, (self._complete, len(line))
        self._count(line)  # what is no measurement was refused before
        if record.made_of is None:
            return None
        entry = entry_of(
            record.made_of,
            record.file_name,
            record.asked,
            record.files,
            record.film,
            measurement,
            place,
        )
        self._entries[entry.made_of] = entry
        return entry

    def _count(self, line: bytes) -> None:
        self._complete += len(line)
        self._lines += 1
        self._sha256.update(line)

    def _read(self) -> None:
        try:
            with open_regular(self.path) as file:
                if not self._believe_index(file):
                    file.seek(0)
                self._read_lines(file)
        except Refused as refusal:
            number = self._lines + 1
            raise Refused(
                f"The file {self.path.name} in {self.path.parent.name} is no journal of"
                f" results, or is damaged (line {number}: {str(refusal).rstrip('.')}):"
                " choose another folder, or delete it to measure everything anew."
            ) from None

    def _believe_index(self, file: BinaryIO) -> bool:
        """Take the lines that the index knows, where the journal has them yet."""
        index, digest, left = self._index, hashlib.sha256(), self._index.size
        while left > 0 and (part := file.read(min(left, _CHUNK))):
            digest.update(part)
            left -= len(part)
        if left or not index.size or digest.hexdigest() != index.sha256:
            return False
        self._entries = {entry.made_of: entry for entry in index.entries}
        self._complete, self._lines, self._sha256 = index.size, index.lines, digest
        return True

    def _read_lines(self, file: BinaryIO) -> None:
        while line := file.readline(_LARGEST_LINE):
            if not line.endswith(b"\n"):
                if len(line) == _LARGEST_LINE:
                    raise Refused("it is longer than any line of results")
                if not self._lines and line.strip():
                    raise Refused("it is no header")
                break  # what a crash left of a line
            if not line.strip():
                self._count(line)
            elif self._lines:
                content = parse_json(line, _LARGEST_LINE)
                self._remember(as_type(Record, content), line)
            elif parse_json(line, _LARGEST_LINE) == _HEADER:
                self._count(line)
            else:
                raise Refused("it is no header")


def _line(content: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(content, allow_nan=False)}\n".encode()
