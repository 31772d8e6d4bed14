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

Older versions refuse an entry that they do not know; one of a new kind says in
``needs`` which version reads it.
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

from ...core.bounded_json import JsonRefused, as_type, parse_json
from ...core.errors import Refused
from ...core.files import flush_folder
from ...core.locks import Busy, Claim, NoLocks, lock, unlock
from ...core.reading import read_regular
from ..cases.case import checked_name

JournalEntry = dict[str, Any]
LOOK_ONLY = "These labels can only be looked at"
_LARGEST_BYTES = 256_000_000
"""A hundred thousand changes of all landmarks."""


def journal_path(folder: Path, annotator: str, case_id: str) -> Path:
    """Where the journal of one annotator for one case lies."""
    checked_name(annotator, "The annotator")
    checked_name(case_id, "The case_id")
    return folder / "labels" / annotator / "journal" / f"{case_id}.jsonl"


@dataclass(frozen=True)
class ReadJournal:
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
        Whether the first bad line is a whole one: not a torn end, but damage. Lines
        are written whole, with their newline, or cut short without it.
    """

    entries: tuple[JournalEntry, ...] = ()
    size: int = 0
    total: int = 0
    last_sum: str = ""
    damaged: bool = False


def read_journal(path: Path) -> ReadJournal:
    """Read a journal; a missing one is empty.

    Raises
    ------
    OSError
        If it is there and cannot be read.
    Refused
        If it is no file, or far larger than any journal.
    """
    try:
        data = read_regular(path, _LARGEST_BYTES)
    except FileNotFoundError:
        return ReadJournal()
    except Refused as refusal:
        raise Refused(
            f"The journal {path.name} cannot be used: {refusal}; move it out of the"
            " study's folder, and the label file is used as it is."
        ) from None
    return _parsed(data)


def _parsed(data: bytes) -> ReadJournal:
    entries: list[JournalEntry] = []
    size, last = 0, ""
    while size < len(data):
        end = data.find(b"\n", size)
        line = _line(data[size:end]) if end >= 0 else None
        if line is None or line.sum != _sum(line.entry, last):
            damaged = end >= 0 or _lacks_its_newline(data[size:], last)
            return ReadJournal(tuple(entries), size, len(data), last, damaged)
        entries.append(line.entry)
        last = line.sum
        size = end + 1
    return ReadJournal(tuple(entries), size, len(data), last)


@dataclass(frozen=True)
class _Line:
    entry: JournalEntry
    sum: str


def _line(text: bytes) -> _Line | None:
    """A line's entry and checksum, or None when it is none."""
    try:
        return as_type(_Line, parse_json(text))
    except JsonRefused:
        return None


def _lacks_its_newline(tail: bytes, last: str) -> bool:
    """Whether a torn end is a whole entry whose newline has become another byte."""
    line = _line(tail[:-1])
    return line is not None and line.sum == _sum(line.entry, last)


def journal_line(entry: JournalEntry, before: str = "") -> tuple[bytes, str]:
    """A line as it is written, and its checksum."""
    checksum = _sum(entry, before)
    content = {"entry": entry, "sum": checksum}
    text = json.dumps(content, ensure_ascii=True, allow_nan=False)
    return text.encode() + b"\n", checksum


def _sum(entry: JournalEntry, before: str) -> str:
    text = before + json.dumps(entry, sort_keys=True, ensure_ascii=True)
    return f"{zlib.crc32(text.encode()):08x}"


class Journal:
    """A journal that entries are added to.

    It remembers where it left the file, so that it notices another writer. In a folder
    without locks, nobody would notice in time: there the first who writes keeps
    everybody else from writing until ``claim`` is released.
    """

    def __init__(
        self, path: Path, reading: ReadJournal, claim: Claim | None = None
    ) -> None:
        self._path = path
        self._claim = claim or Claim(path)
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
        """The file, opened and locked against other windows.

        Raises
        ------
        Refused
            If the folder has no locks and another window writes this journal.
        """
        folder = self._path.parent
        new = not self._path.exists()
        folder.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+", buffering=0) as file, self._alone(file):
            if new:
                flush_folder(folder)
            yield file

    @contextmanager
    def _alone(self, file: BinaryIO) -> Iterator[None]:
        try:
            lock(file, wait=True)
        except NoLocks:
            try:
                self._claim.take()
            except Busy as busy:
                raise Refused(f"{LOOK_ONLY}: {busy}.") from None
            yield
            return
        try:
            yield
        finally:
            unlock(file)

    def append(self, file: BinaryIO, entry: JournalEntry) -> None:
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
