"""What docks share that run something long over a study with readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QCheckBox

from ..ui.rich import plain
from ..ui.run import Run
from ..ui.run_bar import RunBar
from ..ui.translation import first_capital, tr
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.session import Session
from .study_choice import NO_STUDY, StudyChoice

if TYPE_CHECKING:
    from ...evaluation.progress import RowsReport, Step

STOPPED = tr("Stopped. What was measured is kept: start again to go on.")


def reporting(run: Run) -> RowsReport:
    """The library's report of a run: steps, with the results so far."""

    def report(step: Step, results: Any) -> None:
        note = f", {step.note}" if step.note else ""
        what = tr("{stage} {done} of {count}{note}").format(
            stage=first_capital(tr(step.stage)),
            done=step.done,
            count=step.count,
            note=note,
        )
        run.tell_newest(step.done, step.count, what, results)

    return report


class StudyRunWidget(ListeningWidget):
    """A study, a form that is locked while it runs, and the bar that runs it.

    A subclass sets these up, calls :meth:`_connect_run` and then listens.
    """

    _session: Session
    study: StudyChoice
    form: Any
    bar: RunBar
    RUNNING = tr("It is running.")
    NONE_CHOSEN = ""

    def _choices(self) -> Mapping[Any, QCheckBox]:
        """Boxes of which at least one must be ticked, else :attr:`NONE_CHOSEN`."""
        raise NotImplementedError

    def _connect_run(self) -> None:
        self.study.changed.connect(self._on_study_changed)
        self.study.refused.connect(lambda text: self.bar.say(plain(text)))
        self.bar.running.connect(lambda _: self._show_ready())
        for box in self._choices().values():
            box.toggled.connect(lambda _: self._show_ready())

    def _heard(self) -> Heard:
        return [(self._session.study_chosen, self.study.show_session)]

    def _on_listening(self) -> None:
        self.study.show_session()

    def _on_left(self) -> None:
        self.bar.cancel()

    def _on_study_changed(self) -> None:
        if self.study.study is not None:
            self.form.show_study(self.study.study)
        if not self.bar.is_running:
            self.bar.say("")
        self._show_ready()

    def _show_ready(self) -> None:
        running = self.bar.is_running
        chosen = any(box.isChecked() for box in self._choices().values())
        why = "" if chosen else self.NONE_CHOSEN
        self.bar.set_ready(NO_STUDY if self.study.study is None else why)
        for widget in (self.study, self.form):
            widget.setEnabled(not running)
            widget.setToolTip(self.RUNNING if running else "")
