r"""The journal of one case: ``labels/<annotator>/journal/<case_id>.jsonl``.

Each line is written, flushed to the disk and only then acknowledged. It holds an
entry and a checksum over the entry and the checksum of the line before,

    {"entry": {"op": "do", "text": "N1 moved", …}, "sum": "8f14e45f"}

so that a torn last line, a changed line and two writers are all noticed. Entries:

========  ===============================================================
``open``  first line: the labels before the first change, and the digest
          of the label file they came from
``do``    a change (:class:`Change`)
``undo``  the last change was taken back
``redo``  the last undone change was made again
``save``  the label file was written; its digest
========  ===============================================================
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..core.files import flush_folder, locked
from .case import checked_name

Entry = dict[str, Any]


def journal_path(folder: Path, annotator: str, case_id: str) -> Path:
    """Where the journal of one annotator for one case lies."""
    checked_name(annotator, "The annotator")
    checked_name(case_id, "The case_id")
    return folder / "labels" / annotator / "journal" / f"{case_id}.jsonl"


@dataclass(frozen=True)
class Reading:
    """What a journal holds.

    Attributes
    ----------
    entries
        Every entry up to the end, or up to the first line that is damaged.
    size
        Bytes up to there: what follows is a torn line or damage.
    total
        Bytes of the whole file.
    last_sum
        Checksum of the last good line.
    damaged
        Whether good lines follow the first bad one: not a torn end, but damage.
    """

    entries: tuple[Entry, ...] = ()
    size: int = 0
    total: int = 0
    last_sum: str = ""
    damaged: bool = False


def read_journal(path: Path) -> Reading:
    """Read a journal; a missing one is empty.

    Raises
    ------
    OSError
        If it is there and cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Reading()
    return _parsed(data)


def _parsed(data: bytes) -> Reading:
    entries: list[Entry] = []
    size, last = 0, ""
    for line in data.splitlines(keepends=True):
        found = _entry(line)
        if found is None or found[1] != _sum(found[0], last):
            rest = data[size:].splitlines(keepends=True)[1:]
            damaged = any(_entry(other) is not None for other in rest)
            return Reading(tuple(entries), size, len(data), last, damaged)
        entries.append(found[0])
        last = found[1]
        size += len(line)
    return Reading(tuple(entries), size, len(data), last)


def _entry(line: bytes) -> tuple[Entry, str] | None:
    """A line's entry and checksum, or None when it is not a whole line."""
    if not line.endswith(b"\n"):
        return None
    try:
        content = json.loads(line)
        entry, checksum = content["entry"], content["sum"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or not isinstance(checksum, str):
        return None
    return entry, checksum


def journal_line(entry: Entry, before: str = "") -> tuple[bytes, str]:
    """A line as it is written, and its checksum."""
    checksum = _sum(entry, before)
    content = {"entry": entry, "sum": checksum}
    text = json.dumps(content, ensure_ascii=True, allow_nan=False)
    return text.encode() + b"\n", checksum


def _sum(entry: Entry, before: str) -> str:
    text = before + json.dumps(entry, sort_keys=True, ensure_ascii=True)
    return f"{zlib.crc32(text.encode()):08x}"


class Journal:
    """A journal that entries are added to.

    It remembers where it left the file, so that it notices another writer.
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        self._path = path
        self._size = reading.size
        self._total = reading.total
        self._last = reading.last_sum

    def is_as_left(self) -> bool:
        """Whether nobody else has written since the last reading or writing."""
        try:
            return self._path.stat().st_size == self._total
        except FileNotFoundError:
            return self._total == 0

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """The file, opened and locked against other windows."""
        folder = self._path.parent
        new = not self._path.exists()
        folder.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+", buffering=0) as file, locked(file):
            if new:
                flush_folder(folder)
            yield file

    def append(self, file: BinaryIO, entry: Entry) -> None:
        """Add an entry to the file given by :meth:`writing`; on the disk at return.

        Raises
        ------
        OSError
            If the disk is full or gone. The journal then ends as before.
        """
        line, checksum = journal_line(entry, self._last)
        if self._total != self._size:  # a torn end
            file.truncate(self._size)
        try:
            written = file.write(line)
            if written != len(line):
                raise OSError("the disk is full")
            os.fsync(file.fileno())
        except BaseException:
            self._total = -1
            file.truncate(self._size)
            self._total = self._size
            raise
        self._size += len(line)
        self._total = self._size
        self._last = checksum
