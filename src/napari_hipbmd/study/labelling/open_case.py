"""One case open for labelling: nothing is lost, and nobody is overwritten.

    with study.open_case("anna", "hip 1", FilmFacts.of(film)) as case:
        case.apply(edits.place(case.state, "N1", (123.4, 56.7), "anna"))
        case.undo()

Each change is on the disk when ``apply``, ``undo`` or ``redo`` returns.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from ...core.errors import Refused
from ...core.files import write_bytes_atomic, write_text_atomic
from ...core.locks import Claim
from ...core.reading import file_sha256
from ...core.writable import is_writable
from ..still_there import insist_on_study, is_study
from .changes import Change
from .facts import FilmFacts
from .history import CaseHistory
from .journal import LOOK_ONLY, Journal, JournalEntry, journal_line, journal_path
from .labels import Labels, labels_json, labels_path, labels_text, utc_now
from .recovery import (
    Conflict,
    ConflictFound,
    Recovered,
    digest_of,
    recover,
    same_content,
)


class OpenCase:
    """The labels of one annotator for one case, with their history, on the disk.

    Parameters
    ----------
    folder
        The study.
    annotator, case_id
        Whose labels of what.
    film
        Facts of the film, for labels that have none yet.

    Attributes
    ----------
    folder
        The study.
    history
        :class:`CaseHistory`; change it through this object only.
    conflict
        What has to be settled by :meth:`resolve` before anything can be changed;
        None nearly always. May be there right after opening.
    notice
        What a person should know about opening it, as a sentence; nearly always
        empty.

    Raises
    ------
    Refused
        If what lies on the disk cannot be used. Later, by whatever writes or looks: if
        the study has been moved, or its drive is gone.
    """

    def __init__(
        self,
        folder: str | Path,
        annotator: str,
        case_id: str,
        film: FilmFacts | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.annotator = annotator
        self.case_id = case_id
        self._film = film
        self._of_study = is_study(self.folder)
        self._file = labels_path(self.folder, annotator, case_id)
        self._journal_path = journal_path(self.folder, annotator, case_id)
        self._claim = Claim(self._journal_path)
        self.conflict: Conflict | None = None
        self.notice = ""
        if holder := self._claim.holder():
            self.notice = (
                f"{LOOK_ONLY}: another window or program works on them ({holder}), and"
                " this folder has no locks."
            )
        elif not is_writable(self._journal_path.parent):
            self.notice = f"{LOOK_ONLY}: the folder {self.folder.name} is read-only."
        self._adopt(self._mended(self._recovered()))
        if film is not None and self.state.film.is_of_another_film(film):
            self.notice = (
                f"The film of {case_id} is another one than these labels were placed"
                f" on. {self.notice}"
            ).strip()

    # what is there

    @property
    def state(self) -> Labels:
        """The present labels."""
        return self.history.state

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo, of this session or an earlier one."""
        return self.history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change, with nothing done since."""
        return self.history.can_redo

    # changing it

    def apply(self, change: Change) -> Change | None:
        """Make a change and journal it.

        Returns
        -------
        Change or None
            What really changed; None when everything was so already.

        Raises
        ------
        Refused
            If the result would not be labels.
        ConflictFound
            If somebody else has changed these labels. Nothing is written;
            ``conflict.mine`` holds the change. Where a folder has no locks, also
            ``Refused`` if another window writes them.
        OSError
            If the disk is full or gone. Nothing is changed.
        """
        change = change.effective(self.state)
        if not change:
            return None
        change = self._of_this_film(change)
        attempt = change.applied_to(self.state)  # refuses before anything is written
        self._write({"op": "do", **change.to_json()}, attempt)
        return self.history.apply(change)

    def _of_this_film(self, change: Change) -> Change:
        """Labels of earlier versions learn which film they are on."""
        film, known = self._film, self.state.film
        if film is None or known.pixels_sha256 or change.film is not None:
            return change
        if not film.pixels_sha256 or known.is_of_another_film(film):
            return change
        return replace(change, film=replace(known, pixels_sha256=film.pixels_sha256))

    def undo(self) -> Change | None:
        """Take the last change back; gives the change that does it, or None."""
        if not self.can_undo:
            return None
        when = utc_now()
        self._write({"op": "undo", "when": when}, self.state)
        return self.history.undo(when)

    def redo(self) -> Change | None:
        """Make the last undone change again; gives it, or None."""
        if not self.can_redo:
            return None
        when = utc_now()
        self._write({"op": "redo", "when": when}, self.state)
        return self.history.redo(when)

    def save(self) -> None:
        """Bring the label file up to the journal; cheap when it is already.

        Raises
        ------
        ConflictFound, OSError
            As :meth:`apply`.
        """
        text = labels_text(self.state)
        if not self._begun or digest_of(text.encode()) == self._digest:
            return
        with self._writing() as file:
            self._insist_on_peace(self.state)
            self._save(file, text)

    def close(self) -> None:
        """Save, and let other windows write; nothing is lost without it.

        Raises
        ------
        ConflictFound, OSError
            As :meth:`apply`.
        """
        try:
            self.save()
        finally:
            self._claim.release()

    def __enter__(self) -> OpenCase:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.conflict is None:
            self.close()
        self._claim.release()

    # others

    def check(self) -> Conflict | None:
        """Look whether the disk is newer than this window; also sets ``conflict``.

        To be called when a window comes to the front.
        """
        self._insist_on_place()
        try:
            self._insist_on_peace(self.state)
        except ConflictFound as found:
            return found.conflict
        return None

    def resolve(self, kept: Labels) -> None:
        """End a conflict by keeping ``conflict.mine``, ``.theirs`` or a mixture.

        Both sides go into the history before what is kept, so that undo brings
        either of them back. A label file that cannot be read is put aside beside
        the journal.

        Raises
        ------
        ConflictFound
            If the disk has changed once more since the conflict was shown.
        OSError
            If the disk is full or gone. Nothing is changed, and the conflict stays.
        """
        conflict = self.conflict
        if conflict is None:
            return
        with self._writing() as file:
            found = self._recovered()
            theirs = None if found.reason and found.theirs is None else found.latest
            if not _same(theirs, conflict.theirs):
                self.conflict = Conflict(conflict.mine, theirs, conflict.reason)
                raise ConflictFound(self.conflict)
            before = vars(self).copy()
            try:
                self._settle(file, found, conflict, kept)
            except BaseException:
                vars(self).update(before)
                file.truncate(found.reading.size)
                raise

    # how

    def _settle(
        self, file: BinaryIO, found: Recovered, conflict: Conflict, kept: Labels
    ) -> None:
        self._adopt(found)
        self._record(file, conflict.mine, "labels of this window")
        if conflict.theirs is not None:
            self._record(file, conflict.theirs, "labels from elsewhere")
        self._record(file, kept, "conflict settled")
        if conflict.theirs is None:
            self._file.rename(self._name_aside(self._file, "unreadable"))
        self._save(file, labels_text(self.state))
        self.conflict = None

    @contextmanager
    def _writing(self) -> Iterator[BinaryIO]:
        self._insist_on_place()
        with self._journal.writing() as file:
            yield file

    def _insist_on_place(self) -> None:
        if self._of_study:
            insist_on_study(self.folder)

    def _recovered(self) -> Recovered:
        self._stamp = self._stamp_of_file()  # first: a later change is then noticed
        return recover(self.folder, self.annotator, self.case_id, self._film)

    def _mended(self, found: Recovered) -> Recovered:
        """Begin a damaged journal anew; the damaged one is kept beside it."""
        if not found.reading.damaged:
            return found
        if not is_writable(self._journal_path.parent):
            raise Refused(
                f"The journal of {self.case_id} is damaged, and its folder is"
                " read-only: copy the study to where you may write, and open it there."
            )
        aside = self._name_aside(self._journal_path, "damaged")
        shutil.copyfile(self._journal_path, aside)
        entry = _first_entry(found.history.state, found.digest)
        write_bytes_atomic(self._journal_path, journal_line(entry)[0])
        self.notice = (
            f"The journal of {self.case_id} was damaged: the labels are as of the last"
            f" change that can be read, and undo begins here ({aside.name} is kept)."
        )
        return self._recovered()

    def _adopt(self, found: Recovered) -> None:
        self.history: CaseHistory = found.history
        self._digest = found.digest
        self._begun = bool(found.reading.entries)
        self._recorded = found.recorded
        self._journal = Journal(self._journal_path, found.reading, self._claim)
        self.conflict = None
        if found.reason:
            self.conflict = Conflict(self.state, found.theirs, found.reason)

    def _write(self, entry: JournalEntry, attempt: Labels) -> None:
        with self._writing() as file:
            self._insist_on_peace(attempt)
            self._begin(file)
            self._journal.append(file, entry)

    def _begin(self, file: BinaryIO) -> None:
        if not self._begun:
            self._journal.append(file, _first_entry(self.state, self._digest))
            self._begun = True
        if not self._recorded:
            self._note_saved(file)

    def _record(self, file: BinaryIO, labels: Labels, text: str) -> None:
        change = Change.between(self.state, labels, text, utc_now())
        if change:
            self._begin(file)
            self._journal.append(file, {"op": "do", **change.to_json()})
            self.history.apply(change)

    def _save(self, file: BinaryIO, text: str) -> None:
        write_text_atomic(self._file, text)
        self._digest = digest_of(text.encode())
        self._stamp = self._stamp_of_file()
        self._recorded = False
        self._begin(file)

    def _note_saved(self, file: BinaryIO) -> None:
        entry = {"op": "save", "when": utc_now(), "file": self._digest}
        self._journal.append(file, entry)
        self._recorded = True

    def _insist_on_peace(self, attempt: Labels) -> None:
        """Raise if the disk holds other labels than this window left there."""
        if self.conflict is None:
            if self._journal.is_as_left() and self._stamp == self._stamp_of_file():
                return
            found = self._recovered()
            if not found.reason and same_content(found.latest, self.state):
                self._adopt(found)  # saved elsewhere, or the date of the file changed
                return
            theirs = None if found.reason and found.theirs is None else found.latest
            self.conflict = Conflict(
                attempt,
                theirs,
                f"The labels of {self.case_id} by {self.annotator} were changed in"
                " another window or by another program: choose whose to keep.",
            )
        raise ConflictFound(self.conflict)

    def _stamp_of_file(self) -> str:
        """What tells whether the label file has changed: its date may not."""
        try:
            return file_sha256(self._file)
        except FileNotFoundError:
            return ""

    def _name_aside(self, path: Path, why: str) -> Path:
        """A free name beside the journal."""
        names = (
            self._journal_path.with_name(f"{path.stem}.{why}-{i}{path.suffix}")
            for i in count(1)
        )
        return next(name for name in names if not name.exists())


def _first_entry(base: Labels, digest: str) -> JournalEntry:
    return {"op": "open", "base": labels_json(base), "file": digest}


def _same(a: Labels | None, b: Labels | None) -> bool:
    if a is None or b is None:
        return a is b
    return same_content(a, b)
