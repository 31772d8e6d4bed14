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
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..core.radiograph import FilmRefused
from ..core.version import __version__
from .jobs import Job

JOURNAL = "results.jsonl"
_HEADER = {"format": "hipbmd-results", "version": 1}
_KEYS = {"made_of", "file_name", "asked", "files", "result"}
Record = dict[str, Any]


def film_sha256(path: Path) -> str | None:
    """SHA-256 of a film's bytes; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
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


class Journal:
    """The results in a folder.

    Raises
    ------
    FilmRefused
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
        return {r["file_name"]: r.get("film") for r in self._records.values()}

    def append(self, record: Record) -> None:
        """Write one record, flushed to the disk before this returns."""
        new = self._complete == 0
        lines = ([_HEADER] if new else []) + [record]
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
        if record["made_of"] is not None:
            self._records[record["made_of"]] = record

    def _read(self) -> None:
        data = self.path.read_bytes()
        self._complete = data.rfind(b"\n") + 1
        try:
            lines = [
                json.loads(line) for line in data[: self._complete].splitlines() if line
            ]
            header, records = lines[:1], lines[1:]
            if data.strip() and header != [_HEADER]:
                raise ValueError
            for record in records:
                if (
                    not {"made_of", "file_name", "asked", "files", "result"}
                    <= record.keys()
                ):
                    raise ValueError
                self._remember(record)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FilmRefused(
                f"The file {self.path.name} in {self.path.parent.name} is no journal of"
                " results, or is damaged: choose another folder, or delete it to"
                " measure everything anew."
            ) from None
