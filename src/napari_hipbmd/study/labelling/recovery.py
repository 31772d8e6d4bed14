"""The labels of one case as they were left: label file and journal together.

The journal is ahead of the label file when a window was killed, and behind it when
another program wrote the file. ReadJournal changes nothing on the disk.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ...core.bounded_json import as_type
from ...core.errors import Refused, StudyWarning
from ...core.reading import read_regular
from ...core.version import __version__
from .changes import PARTS, Change
from .facts import FilmFacts
from .history import CaseHistory
from .journal import JournalEntry, ReadJournal, journal_path, read_journal
from .labels import (
    LARGEST_BYTES,
    Labels,
    labels_of_json,
    labels_of_text,
    labels_path,
    labels_text,
)


@dataclass(frozen=True)
class Conflict:
    """Two states of one annotator's labels that both want to be kept.

    Attributes
    ----------
    mine
        What this window has, with the change that was being made.
    theirs
        What the disk has; None when its label file cannot be read.
    reason
        What happened, as a sentence.
    """

    mine: Labels
    theirs: Labels | None
    reason: str


class ConflictFound(Refused):
    """Labels were changed elsewhere; nothing was written. See :class:`Conflict`."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(conflict.reason)
        self.conflict = conflict


@dataclass(frozen=True)
class Recovered:
    """What lies on the disk about one case.

    Attributes
    ----------
    history
        Everything that was journalled, or the label file alone.
    digest
        Of the label file as it lies there; empty when there is none.
    theirs
        The label file, when it is not what the journal left: another program wrote
        it. None when it is, or cannot be read.
    reason
        Why the label file is not what the journal left; empty when it is.
    reading
        The journal.
    recorded
        Whether the journal knows the label file; it does not when a window was
        killed after writing the file and before noting so.
    """

    history: CaseHistory
    digest: str
    theirs: Labels | None
    reason: str
    reading: ReadJournal
    recorded: bool = True

    @property
    def latest(self) -> Labels:
        """The label file when another program wrote it, else the journal's state."""
        return self.history.state if self.theirs is None else self.theirs

    @property
    def labels(self) -> Labels | None:
        """The same; None where nothing lies on the disk."""
        return self.latest if self.digest or self.reading.entries else None

    @property
    def fault(self) -> str:
        """Why the label file is not used and its journal is; empty where it is."""
        if self.theirs is not None or not self.reason:
            return ""
        return f"{self.reason.rstrip('.')}: what their journal says is taken."


def latest_labels(folder: str | Path, annotator: str, case_id: str) -> Labels | None:
    """The labels as of the last change, whether a window has saved it or not.

    Raises
    ------
    Refused
        If there is a file, but nothing that can be read as labels of that case.

    Warns
    -----
    StudyWarning
        If the file cannot be used, and the journal is.
    """
    found = recover(Path(folder), annotator, case_id)
    if found.fault:
        warnings.warn(found.fault, StudyWarning, stacklevel=3)
    return found.labels


def recover(
    folder: Path, annotator: str, case_id: str, film: FilmFacts | None = None
) -> Recovered:
    """Read label file and journal.

    Parameters
    ----------
    folder
        The study.
    annotator, case_id
        Whose labels of what.
    film
        Facts for labels that have none yet.

    Raises
    ------
    Refused
        If the label file cannot be used and there is no journal to go by.
    """
    film = film or FilmFacts()
    reading = read_journal(journal_path(folder, annotator, case_id))
    data = _bytes(labels_path(folder, annotator, case_id), f"{case_id} by {annotator}")
    digest = digest_of(data)
    history, known = _replayed(reading.entries, annotator, case_id)
    if history is None:
        base = Labels(case_id, annotator)
        if data is not None:
            base = labels_of_text(data, annotator, case_id)
        base = replace(base, film=base.film.or_else(film))
        return Recovered(CaseHistory(base), digest, None, "", reading)
    state = history.state
    if digest in (known, digest_of(labels_text(state).encode())):
        history, recorded = _unless_damaged(history, reading), digest == known
        return Recovered(history, digest, None, "", reading, recorded)
    try:
        theirs = Labels(case_id, annotator)
        if data is not None:
            theirs = labels_of_text(data, annotator, case_id)
    except Refused as refusal:
        history = _unless_damaged(history, reading)
        return Recovered(history, digest, None, str(refusal), reading)
    if reading.damaged:  # what comes later is nearer to what was lost
        later = max(state, theirs, key=lambda labels: labels.modified)
        return Recovered(CaseHistory(later), digest, None, "", reading)
    if same_content(theirs, state):
        return Recovered(history, digest, None, "", reading, recorded=False)
    done = "taken away" if data is None else "changed by another program"
    reason = (
        f"The labels of {case_id} by {annotator} were {done} since they were last"
        " open here: choose whose to keep."
    )
    return Recovered(history, digest, theirs, reason, reading)


def _unless_damaged(history: CaseHistory, reading: ReadJournal) -> CaseHistory:
    """The history; only its end when its journal has to be begun anew."""
    return CaseHistory(history.state) if reading.damaged else history


def same_content(a: Labels, b: Labels) -> bool:
    """Whether two labels differ in their dates at most."""
    return replace(a, created="", modified="") == replace(b, created="", modified="")


def digest_of(data: bytes | None) -> str:
    """Digest of a file's content; empty when there is no file."""
    return "" if data is None else hashlib.sha256(data).hexdigest()[:32]


def _replayed(
    entries: tuple[JournalEntry, ...], annotator: str, case_id: str
) -> tuple[CaseHistory | None, str]:
    """The history that a journal tells, and the digest of the file it last wrote."""
    if not entries:
        return None, ""
    who = f"The journal of {case_id} by {annotator}"
    for entry in entries:
        _refuse_newer(entry, who)
    try:
        opened = as_type(_Opened, entries[0])
        history = CaseHistory(labels_of_json(opened.base, annotator, case_id))
        digest = opened.file
        for entry in entries[1:]:
            step = as_type(_Step, entry)
            match step.op:
                case "do":
                    history.apply(Change.from_json(entry))
                case "undo":
                    history.undo(step.when)
                case "redo":
                    history.redo(step.when)
                case "save":
                    digest = step.file
    except Refused as refusal:
        raise Refused(
            f"{who} cannot be used ({str(refusal).rstrip('.')}): move it out of the"
            " study's folder, and the label file is used as it is."
        ) from None
    return history, digest


@dataclass(frozen=True)
class _Opened:
    """The first entry of a journal."""

    base: dict[str, Any]
    file: str


@dataclass(frozen=True)
class _Step:
    """Any other entry; a change says more."""

    op: Literal["do", "undo", "redo", "save"]
    when: str = ""
    file: str = ""


_KNOWN = {
    "open": {"base", "file"},
    "do": set(PARTS),
    "undo": {"when"},
    "redo": {"when"},
    "save": {"when", "file"},
}


def _refuse_newer(entry: JournalEntry, who: str) -> None:
    """Refuse what a newer version has written: it would be lost with the next save.

    An entry of a new kind says in ``needs`` which version reads it.
    """
    op = entry.get("op")
    known = _KNOWN.get(op) if isinstance(op, str) else None
    if known is not None and not entry.keys() - known - {"op"}:
        return
    needs = entry.get("needs")
    version = f"version {needs[:20]}" if isinstance(needs, str) else "a newer version"
    raise Refused(
        f"{who} was written on by {version} of napari-hipbmd and this is"
        f" {__version__}: open it with {version}."
    )


def _bytes(path: Path, whose: str) -> bytes | None:
    try:
        return read_regular(path, LARGEST_BYTES)
    except FileNotFoundError:
        return None
    except Refused as refusal:
        raise Refused(f"The labels of {whose} cannot be used: {refusal}.") from None
