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
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..core.bounded_json import as_type, parse_json
from ..core.errors import Refused
from ..core.files import file_sha256, open_regular
from ..core.measurement import Measurement
from ..core.measurement_json import measurement_from_json
from ..core.version import __version__
from ..dicom.guard import MAX_FILE_BYTES
from .jobs import Job

JOURNAL = "results.jsonl"
_HEADER = {"format": "hipbmd-results", "version": 1}
_LARGEST_LINE = 16_000_000
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
        job.image,
        options,
        known,
    ]
    if job.landmarks is not None:
        parts.append(job.landmarks)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class RunJournal:
    """The results in a folder.

    Raises
    ------
    Refused
        If the folder has a file of that name that is no such journal.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self._records: dict[str, Record] = {}
        self._complete = 0  # bytes of whole lines
        if self.path.exists():
            self._read()

    def __len__(self) -> int:
        return len(self._records)

    def done(self, made: str | None) -> Record | None:
        """The record that was made of the same, if there is one."""
        return None if made is None else self._records.get(made)

    def file_names(self) -> dict[str, str | None]:
        """File name → SHA-256 of the film it is about; None where a line lacks it."""
        return {r.file_name: r.film for r in self._records.values()}

    def append(self, record: Record) -> None:
        """Write one record, flushed to the disk before this returns."""
        new = self._complete == 0
        lines = ([_HEADER] if new else []) + [asdict(record)]
        text = "".join(f"{json.dumps(r, allow_nan=False)}\n" for r in lines)
        data = text.encode("utf-8")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.seek(self._complete)
            file.truncate()  # what a crash left of a line
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._complete += len(data)
        self._remember(record)

    def _remember(self, record: Record) -> None:
        if record.made_of is not None:
            self._records[record.made_of] = record

    def _read(self) -> None:
        number = 0
        try:
            with open_regular(self.path) as file:
                while line := file.readline(_LARGEST_LINE):
                    number += 1
                    if not line.endswith(b"\n"):
                        if len(line) == _LARGEST_LINE:
                            raise Refused("it is longer than any line of results")
                        if number == 1 and line.strip():
                            raise Refused("it is no header")
                        break  # what a crash left of a line
                    self._complete += len(line)
                    if line.strip():
                        self._take(parse_json(line, _LARGEST_LINE), number)
        except Refused as refusal:
            raise Refused(
                f"The file {self.path.name} in {self.path.parent.name} is no journal of"
                f" results, or is damaged (line {number}: {str(refusal).rstrip('.')}):"
                " choose another folder, or delete it to measure everything anew."
            ) from None

    def _take(self, content: Any, number: int) -> None:
        """A line that was read."""
        if number > 1:
            record = as_type(Record, content)
            assert record.measurement  # refuses what is none, and is kept
            record.result.clear()  # ten thousand of both would fill the memory
            self._remember(record)
        elif content != _HEADER:
            raise Refused("it is no header")
