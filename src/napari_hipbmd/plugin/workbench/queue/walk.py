"""The way through the queue: next and previous, done, second look, notes."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QObject

from ....core.errors import Refused
from ....study import QueueEntry, QueueStatus, what_is_missing
from ...ui.sentences import said
from ...ui.translation import tr
from ..case.kept_case import not_written
from ..opened.work import Work
from .case_bar import CaseBar
from .panel import QueuePanel

NOT_OPEN = tr(
    "The film of {case_id} is not open: it is not marked as done. Leave a note, or mark"
    " it for a second look."
)


class Walk(QObject):
    """Goes from case to case, and keeps the queue's two widgets up to date.

    Parameters
    ----------
    work
        What is open.
    cases, bar
        The table of cases, and the lines below it.
    parent
        Of Qt.
    """

    def __init__(
        self, work: Work, cases: QueuePanel, bar: CaseBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._cases, self._bar = work, cases, bar
        work.study_opened.connect(self._on_study_opened)
        work.case_opened.connect(self._on_case_opened)
        work.case_refused.connect(self.show_queue)
        work.case_closing.connect(self._on_case_closing)
        work.queue_changed.connect(self.show_queue)
        work.predicting_stepped.connect(cases.show_progress)
        work.predicting_ended.connect(self._on_predicting_ended)
        cases.wanted.connect(work.open_case)
        cases.noted.connect(self._on_noted)
        cases.predict.clicked.connect(lambda _: self._on_predict_clicked())
        cases.cancel.clicked.connect(lambda _: work.cancel_predicting())
        bar.step_wanted.connect(self.step)
        bar.undone_wanted.connect(self.next_undone)
        bar.finish_wanted.connect(self.finish)
        bar.accept_wanted.connect(self.accept_film)
        bar.second_look_wanted.connect(self.second_look)

    def step(self, by: int) -> None:
        """Open the case after or before the open one; say what was left missing."""
        queue = self._work.queue
        if queue is None:
            return
        go = queue.next if by > 0 else queue.previous
        found = go(self._work.case_id or None, among=self._among())
        self._go(found, tr("There is no further case."))

    def next_undone(self) -> None:
        """Open the next case that is not done."""
        queue = self._work.queue
        if queue is not None:
            found = queue.next(self._work.case_id or None, undone=True)
            self._go(found, tr("Every case is done."))

    def finish(self) -> None:
        """Mark the case done, whatever is missing, and open the next one."""
        if self._work.editor is None:
            self._say_not_open()
        elif self._mark("done"):
            self.next_undone()

    def accept_film(self) -> None:
        """Accept what is predicted and not placed; if nothing is missing then: done."""
        editor = self._work.editor
        if editor is None:
            self._say_not_open()
            return
        if editor.labels.missing and not editor.accept_all():
            return
        if editor.labels.missing:
            self._work.say(what_is_missing(editor.labels, tr), warning=True)
            return
        self.finish()

    def second_look(self) -> None:
        """Mark the case for a second look, or take the mark off."""
        queue, case_id = self._work.queue, self._work.case_id
        if queue is None or not case_id:
            return
        marked = queue.entry(case_id).status == "second look"
        self._mark("in work" if marked else "second look")

    def show_queue(self) -> None:
        """Look at the files, and show the status of every case."""
        queue = self._work.queue
        if queue is None:
            return
        try:
            queue.refresh()
        except Refused as refusal:  # it was edited elsewhere: what was read stays
            self._work.say(said(refusal), warning=True)
        self._cases.show_rows(queue.entries, self._work.case_id)
        self._show_case()

    def _mark(self, status: QueueStatus) -> bool:
        queue, case_id = self._work.queue, self._work.case_id
        if queue is None or not case_id:
            return False
        try:
            queue.set_status(case_id, status)
        except (Refused, OSError) as problem:
            self._say_not_kept(problem)
            return False
        finally:
            self.show_queue()
        return True

    def _go(self, case_id: str | None, nowhere: str) -> None:
        editor, before = self._work.editor, self._work.case_id
        left = what_is_missing(editor.labels, tr) if editor is not None else ""
        if case_id is None:
            self._work.say(nowhere)
            return
        self._work.open_case(case_id)
        if left and not self._bar.message.text():
            self._work.say(f"{before}: {left}", warning=True)

    def _say_not_kept(self, problem: Refused | OSError) -> None:
        on_disk = isinstance(problem, OSError)
        text = not_written(problem) if on_disk else said(problem)
        self._work.say(text, warning=True)

    def _say_not_open(self) -> None:
        if self._work.case_id:
            text = NOT_OPEN.format(case_id=self._work.case_id)
            self._work.say(text, warning=True)

    def _among(self) -> list[QueueEntry] | None:
        """The cases that the filter shows, if it leaves any to go to."""
        assert self._work.queue is not None
        shown = set(self._cases.shown())
        found = [each for each in self._work.queue.entries if each.case_id in shown]
        return found or None

    def _show_case(self) -> None:
        queue, case_id = self._work.queue, self._work.case_id
        if queue is None or not case_id:
            return
        entries = queue.entries
        editor, pair = self._work.editor, self._work.settling
        self._bar.show_case(
            case_id,
            [entry.case_id for entry in entries].index(case_id) + 1,
            len(entries),
            sum(not entry.undone for entry in entries),
            queue.entry(case_id).status,
            None if editor is None else what_is_missing(editor.labels, tr),
            tr("consensus of {a} and {b}").format(a=pair.a, b=pair.b)
            if pair is not None
            else "",
        )

    def _on_study_opened(self) -> None:
        self._cases.set_running(False, study=True)
        self.show_queue()

    def _on_case_opened(self, editor: Any) -> None:
        editor.changed.connect(self._on_changed)
        self.show_queue()
        self._work.prepare(self._among())

    def _on_case_closing(self) -> None:
        assert self._work.editor is not None
        self._work.editor.changed.disconnect(self._on_changed)

    def _on_changed(self) -> None:
        assert self._work.queue is not None
        status = self._work.queue.entry(self._work.case_id).status
        if status in ("untouched", "predicted"):
            self.show_queue()
        else:
            self._show_case()

    def _on_noted(self, case_id: str, text: str) -> None:
        if self._work.queue is not None:
            queue = self._work.queue
            try:
                queue.set_note(case_id, text)
            except (Refused, OSError) as problem:
                self._say_not_kept(problem)
            self.show_queue()

    def _on_predict_clicked(self) -> None:
        self._cases.set_running(True)
        self._work.predict_all()

    def _on_predicting_ended(self) -> None:
        self._cases.set_running(False, study=self._work.study is not None)
        self.show_queue()
