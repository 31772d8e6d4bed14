"""The cases of a study as one annotator works through them.

``labels/<annotator>/queue.csv`` holds what the annotator said: ``done``, ``second
look``, and notes. Everything else follows from the files that are there, so that it
is true after a crash too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from ..core.cells import bare, guarded
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.locks import locked
from ..core.reading import read_regular
from .cases.case import checked_name
from .cases.sheet import NotATable, rows_of, text_of
from .labelling.labels import labelled_cases, utc_now
from .labelling.predictions import predicted_cases
from .still_there import insist_on_study
from .study import Study

QueueStatus = Literal["untouched", "predicted", "in work", "done", "second look"]
STATUSES: tuple[QueueStatus, ...] = get_args(QueueStatus)
_SAID: tuple[QueueStatus, ...] = ("done", "second look")
_COLUMNS = ("case_id", "status", "note", "changed")
_LARGEST_BYTES = 1 << 26


@dataclass(frozen=True)
class QueueEntry:
    """One case of the queue.

    Attributes
    ----------
    case_id
        The case.
    status
        ``untouched``, ``predicted`` (a model's landmarks wait to be looked at),
        ``in work``, ``done`` or ``second look``.
    note
        What the annotator wrote about it.
    changed
        When status or note were changed; ISO 8601 in UTC, or empty.
    """

    case_id: str
    status: QueueStatus = "untouched"
    note: str = ""
    changed: str = ""

    @property
    def undone(self) -> bool:
        """Whether there is still something to do."""
        return self.status != "done"


class Queue:
    """One annotator's queue.

    Parameters
    ----------
    study
        The study.
    annotator
        Whose queue.

    Raises
    ------
    Refused
        If ``queue.csv`` cannot be read as a queue.
    """

    def __init__(self, study: Study, annotator: str) -> None:
        checked_name(annotator, "The annotator")
        self._study = study
        self._folder = study.folder / "labels" / annotator
        self.annotator = annotator
        self.refresh()

    @property
    def path(self) -> Path:
        """Where the queue is kept."""
        return self._folder / "queue.csv"

    @property
    def entries(self) -> tuple[QueueEntry, ...]:
        """Every case, in the study's order."""
        return tuple(self._entries.values())

    def refresh(self) -> None:
        """Look at the files again."""
        said = self._read()
        predicted = predicted_cases(self._study.folder)
        labelled = labelled_cases(self._study.folder, self.annotator)

        def status(name: str) -> QueueStatus:
            if name in labelled:
                return "in work"
            return "predicted" if name in predicted else "untouched"

        self._entries = {}
        for case in self._study.cases:
            entry = said.get(case.case_id, QueueEntry(case.case_id))
            if entry.status not in _SAID:
                entry = replace(entry, status=status(case.case_id))
            self._entries[case.case_id] = entry

    def entry(self, case_id: str) -> QueueEntry:
        """One case.

        Raises
        ------
        Refused
            If the study has no such case.
        """
        self._study.case(case_id)
        return self._entries[case_id]

    def set_status(self, case_id: str, status: QueueStatus) -> QueueEntry:
        """Mark a case; anything but ``done`` and ``second look`` takes the mark off."""
        if status not in STATUSES:
            raise Refused(f"A case is one of {', '.join(STATUSES)}.")
        return self._say(case_id, status=status)

    def set_note(self, case_id: str, note: str) -> QueueEntry:
        """Write a note about a case, on one line."""
        return self._say(case_id, note=" ".join(note.split()))

    def filtered(
        self, statuses: Collection[QueueStatus] | None = None, text: str = ""
    ) -> tuple[QueueEntry, ...]:
        """Cases with one of the statuses (any when None) that contain a text.

        The text is looked for in the case's name, its note and its table row.
        """
        wanted = text.casefold().strip()
        return tuple(
            entry
            for entry in self.entries
            if (statuses is None or entry.status in statuses)
            and wanted in self._words(entry)
        )

    def next(
        self,
        case_id: str | None,
        *,
        undone: bool = False,
        among: Collection[QueueEntry] | None = None,
    ) -> str | None:
        """The case after another one, or the first; None at the end.

        Parameters
        ----------
        case_id
            Where one is; None for before the first.
        undone
            Skip what is done, and begin again at the top when the end is reached.
        among
            Look only at these entries: what :meth:`filtered` gave.
        """
        return self._step(case_id, 1, undone, among)

    def previous(
        self,
        case_id: str | None,
        *,
        undone: bool = False,
        among: Collection[QueueEntry] | None = None,
    ) -> str | None:
        """The case before another one, or the last; see :meth:`next`."""
        return self._step(case_id, -1, undone, among)

    def counts(self) -> dict[QueueStatus, int]:
        """Status → number of cases."""
        found = [entry.status for entry in self.entries]
        return {status: found.count(status) for status in STATUSES}

    # how

    def _step(
        self,
        case_id: str | None,
        step: int,
        undone: bool,
        among: Collection[QueueEntry] | None,
    ) -> str | None:
        names = list(self._entries)[::step]
        shown = set(names) if among is None else {entry.case_id for entry in among}
        at = names.index(case_id) if case_id in names else -1
        ahead = names[at + 1 :]
        if undone:
            ahead += names[: max(at, 0)]
        for name in ahead:
            if name in shown and (not undone or self._entries[name].undone):
                return name
        return None

    def _words(self, entry: QueueEntry) -> str:
        case = self._study.case(entry.case_id)
        words = (entry.case_id, entry.note, case.group, *case.extra.values())
        return "\n".join(words).casefold()

    def _say(self, case_id: str, **what: str) -> QueueEntry:
        self._study.case(case_id)
        insist_on_study(self._study.folder)
        lock = self._folder / "journal" / "queue.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("ab") as file, locked(file):
            said = self._read()  # another window may have said something
            old = said.get(case_id, QueueEntry(case_id))
            said[case_id] = replace(old, **what, changed=utc_now())  # type: ignore[arg-type]
            self._write(said)
        self.refresh()
        return self._entries[case_id]

    def _read(self) -> dict[str, QueueEntry]:
        try:
            text = text_of(read_regular(self.path, _LARGEST_BYTES))
            header, rows = rows_of(text, _COLUMNS)
        except FileNotFoundError:
            return {}
        except (Refused, NotATable) as refusal:
            raise self._refusal(str(refusal).rstrip(".")) from None
        except (OSError, UnicodeDecodeError):
            raise self._refusal("it is not UTF-8 text") from None
        strange = [name for name in header if name not in _COLUMNS]
        if strange:  # the next change would write the file without it
            raise self._refusal(
                f"it has no column {strange[0][:20]!r}, and its columns are"
                f" {', '.join(_COLUMNS)}; what is yours belongs into cases.csv"
            )
        out: dict[str, QueueEntry] = {}
        for line, cells in rows:
            row = dict(zip(header, map(bare, cells), strict=False))
            if any(map(str.strip, cells[len(header) :])):
                raise self._refusal(f"line {line} has more cells than columns")
            entry = QueueEntry(*(row.get(name, "") for name in _COLUMNS))  # type: ignore[arg-type]
            if not entry.case_id:
                raise self._refusal("a row has no case_id")
            if entry.case_id in out:
                raise self._refusal(f"{entry.case_id[:40]} has two rows: keep one")
            if entry.status and entry.status not in STATUSES:
                raise self._refusal(
                    f"the status of {entry.case_id[:40]} is {entry.status[:20]!r}, not"
                    f" one of {', '.join(STATUSES)}"
                )
            out[entry.case_id] = replace(entry, status=entry.status or "untouched")
        return out

    def _write(self, said: dict[str, QueueEntry]) -> None:
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        order = {case.case_id: i for i, case in enumerate(self._study.cases)}
        for name in sorted(said, key=lambda name: (order.get(name, len(order)), name)):
            entry = said[name]
            status = entry.status if entry.status in _SAID else ""
            row = [name, status, entry.note, entry.changed]
            writer.writerow([guarded(cell) for cell in row])
        write_text_atomic(self.path, file.getvalue())

    def _refusal(self, reason: str) -> Refused:
        return Refused(
            f"The queue of {self.annotator} (queue.csv) cannot be used: {reason}."
        )
