"""The tab *Observers*: another person's landmarks over mine, and how far apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QWidget,
)

from ....evaluation.observers import (
    Comparison,
    FilmDifference,
    Peers,
    compare_labels,
    error_figures,
)
from ....evaluation.observers.figures import units_of
from ....study import Labels
from ...ui.controls import button, enable, note, press, row
from ...ui.narrow import scrolled_column
from ...ui.translation import tr
from ..case.consensus_editor import ConsensusEditor
from ..case.editor import Editor
from ..case.overlay import from_mine, of_two
from ..opened.work import Work
from .comparing import Comparing
from .consensus_box import ConsensusBox, legend
from .differences_table import DifferencesTable, by_film, by_landmark, one_by_one
from .sessions import blind_cases, blind_reason, next_repeat

NOBODY = tr("nobody")
HERE, FILMS, LANDMARKS, ALL = (
    tr("this film"),
    tr("films"),
    tr("landmarks"),
    tr("every landmark of every film"),
)
VIEWS = (HERE, FILMS, LANDMARKS, ALL)
NO_CASE = tr("Open a case first.")
NO_OTHER = tr("Choose with whom to compare first.")
IDLE_MS = 100


class ObserversPanel(QWidget):
    """Compares the open labels with somebody else's, and settles a consensus.

    ``wanted`` is emitted with a case's and a landmark's id when a line is clicked,
    ``repeat_wanted`` with the annotator of a repeat session.
    """

    wanted = Signal(str, str)
    repeat_wanted = Signal(str)

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._folder: Path | None = None
        self._comparing = Comparing(self)
        self._theirs: Labels | None = None
        self._compared: tuple[FilmDifference, ...] = ()
        self._setup_ui()
        self._connect()
        self._refresh()

    def _setup_ui(self) -> None:
        self.other = QComboBox()
        self.other.setObjectName("other")
        self.other.setToolTip(tr("Whose landmarks are laid over the open ones."))
        self.other.addItem(NOBODY)
        self.view = QComboBox()
        self.view.setObjectName("observer_view")
        self.view.addItems(VIEWS)
        self.view.setToolTip(tr("What the lines of the table are."))
        self.summary = note("observer_summary")
        self.table = DifferencesTable()
        self.cancel = button("cancel_compare", tr("Cancel"))
        self.progress = QProgressBar()
        self.progress.setObjectName("compare_progress")
        self.consensus = ConsensusBox()
        self.repeat = button("repeat", tr("Repeat session"))
        self.export = button("export_errors", tr("Error tables …"))
        column = scrolled_column(self)
        column.addLayout(row(QLabel(tr("Compare with")), self.other))
        column.addLayout(row(QLabel(tr("Lines of the table")), self.view))
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)
        column.addWidget(self.progress)
        column.addWidget(self.consensus)
        column.addLayout(row(self.repeat, self.export, self.cancel))
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)

    def _connect(self) -> None:
        work = self._work
        work.study_opened.connect(self._on_study_opened)
        work.case_opened.connect(self._on_case_opened)
        work.case_closing.connect(self._on_case_closing)
        self._idle.timeout.connect(self._on_changed)
        self.other.currentIndexChanged.connect(lambda _: self._on_other_changed())
        self.view.currentIndexChanged.connect(lambda _: self._on_view_changed())
        self.table.wanted.connect(self.wanted)
        self.consensus.begun.connect(self._on_consensus_begun)
        press(self.repeat, self._on_repeat_clicked)
        press(self.export, self._on_export_clicked)
        press(self.cancel, self._comparing.cancel)
        self._comparing.stepped.connect(self._on_stepped)
        self._comparing.compared.connect(self._on_compared)
        self._comparing.ended.connect(self._on_ended)

    @property
    def pair(self) -> Peers | None:
        """Who is compared; None while nobody is chosen."""
        if self._work.settling is not None:
            return self._work.settling
        other = self.other.currentText()
        if self._work.queue is None or other == NOBODY:
            return None
        return Peers(self._work.queue.annotator, other)

    def settle(self, how: Callable[[ConsensusEditor], object]) -> None:
        """Settle the current landmark, as a key asks."""
        editor = self._work.editor
        if isinstance(editor, ConsensusEditor):
            how(editor)
            self.consensus.refresh()
        else:
            self._work.say(tr("Begin a consensus first, in the tab Observers."))

    # a study and its cases

    def _on_study_opened(self) -> None:
        study = self._work.study
        assert study is not None
        before = self.other.currentText() if study.folder == self._folder else NOBODY
        if self._work.settling is not None:
            before = self._work.settling.b
        self._folder, self._compared = study.folder, ()
        self._fill_others(before)
        self.view.setCurrentText(HERE)

    def _fill_others(self, chosen: str) -> None:
        assert self._work.study is not None
        names = [n for n in self._work.study.annotators() if n != self._work.who]
        self.other.blockSignals(True)
        self.other.clear()
        self.other.addItems([NOBODY, *names])
        self.other.setCurrentText(chosen if chosen in names else NOBODY)
        self.other.blockSignals(False)

    def _on_case_opened(self, editor: Editor) -> None:
        editor.changed.connect(self._on_labels_changed)
        editor.current_changed.connect(self._on_current_changed)
        self._lay_over()
        settling = isinstance(editor, ConsensusEditor)
        self.consensus.show_editor(editor if settling else None)
        if settling:
            self._work.case_view.fit()
        self._refresh()

    def _on_case_closing(self) -> None:
        editor = self._work.editor
        assert editor is not None
        editor.changed.disconnect(self._on_labels_changed)
        editor.current_changed.disconnect(self._on_current_changed)
        self._idle.stop()
        self._theirs = None
        self.consensus.show_editor(None)

    def _lay_over(self) -> None:
        """Lay the other's landmarks over the open ones, unless that would tell."""
        editor, pair = self._work.editor, self.pair
        self._theirs = None
        if editor is None:
            return
        if isinstance(editor, ConsensusEditor):
            self._work.case_view.show_overlay(of_two(editor.a, editor.b))
            return
        if pair is not None and not blind_reason(self._work, pair):
            self._theirs = self._work.labels_of(pair.b)
        found = None if self._theirs is None else from_mine(self._theirs)
        self._work.case_view.show_overlay(found)

    # what is shown

    def _refresh(self) -> None:
        self._enable()
        self._show_table()
        self.consensus.refresh()

    def _show_table(self) -> None:
        view = self.view.currentText()
        pair, here = self.pair, view == HERE
        if pair is None:
            self.summary.setText(NO_OTHER if self._work.case_id else NO_CASE)
            self.table.show_lines(*one_by_one((), with_case=False))
            return
        found = self._differences_here() if here else self._compared
        blind = blind_reason(self._work, pair) if here else ""
        self.summary.setText(blind or self._told(pair, found))
        if view == FILMS:
            self.table.show_lines(*by_film(found))
        elif view == LANDMARKS:
            self.table.show_lines(*by_landmark(found))
        else:
            self.table.show_lines(*one_by_one(found, with_case=not here))
        editor = self._work.editor
        if editor is not None:
            self.table.mark(self._work.case_id, editor.current)

    def _differences_here(self) -> tuple[FilmDifference, ...]:
        editor = self._work.editor
        if isinstance(editor, ConsensusEditor):
            if editor.a is None or editor.b is None:
                return ()
            return compare_labels(editor.a, editor.b)
        if editor is None or self._theirs is None:
            return ()
        return compare_labels(editor.labels, self._theirs)

    def _told(self, pair: Peers, found: tuple[FilmDifference, ...]) -> str:
        who = str(pair)
        if self._work.settling is not None:
            who = legend(pair.a, pair.b, self.summary)
        units = units_of(found)
        if not units:
            where = (
                tr("this film") if self.view.currentText() == HERE else tr("any film")
            )
            return tr(
                "{who}: there is no landmark that both have placed on {where}."
            ).format(who=who, where=where)
        unit = units[0]
        f = error_figures(found, unit)
        films = "" if f.cases == 1 else tr("{cases} films, ").format(cases=f.cases)
        return tr(
            "{who}: {films}mean {mean:.1f} {unit}, SD {sd:.1f}, 95 %"
            " {p95:.1f}, largest {largest:.1f}"
        ).format(
            who=who,
            films=films,
            mean=f.mean,
            unit=unit,
            sd=f.sd,
            p95=f.p95,
            largest=f.largest,
        )

    def _enable(self) -> None:
        work, running = self._work, self._comparing.is_running
        there = work.study is not None
        busy = tr("Films are being compared.") if running else NO_CASE
        settling = work.settling is not None
        enable(
            self.other, there and not settling,
            tr("A consensus is being settled.") if there else NO_CASE,
            tr("Whose landmarks are laid over the open ones."),
        )  # fmt: skip
        enable(self.view, self.pair is not None and not running, busy or NO_OTHER,
               tr("What the lines of the table are."))  # fmt: skip
        enable(
            self.export, there and not running, busy,
            tr("Write the intra- and inter-observer errors of the whole study."),
        )  # fmt: skip
        enable(self.cancel, running, tr("Nothing is running."))
        self.cancel.setVisible(running)
        self.progress.setVisible(running)
        self._enable_sessions(settling)

    def _enable_sessions(self, settling: bool) -> None:
        work, pair = self._work, self.pair
        reason = NO_CASE if work.study is None else NO_OTHER
        if pair is not None and pair.kind == "consensus":
            reason = tr("The consensus is between two persons: choose one of them.")
        elif pair is not None and pair.kind == "intra":
            reason = tr("A consensus is settled between two persons.")
        possible = settling or (pair is not None and pair.kind == "inter")
        self.consensus.allow(
            possible, reason, tr("Go back to my own labels.") if settling
            else tr("Open the consensus, and settle each landmark between the two."),
        )  # fmt: skip
        repeat, why = next_repeat(work)
        enable(
            self.repeat, bool(repeat) and not settling,
            tr("Go back to your own labels first.") if settling else why,
            tr("Label the films once more, blind, as {repeat}.").format(repeat=repeat),
        )  # fmt: skip

    # what a person does

    def _on_other_changed(self) -> None:
        self._compared = ()
        self.view.setCurrentText(HERE)
        self._lay_over()
        self._refresh()

    def _on_labels_changed(self) -> None:
        self._idle.start()

    def _on_changed(self) -> None:
        if self.view.currentText() == HERE:
            self._show_table()
        self.consensus.refresh()

    def _on_current_changed(self, name: str) -> None:
        self.table.mark(self._work.case_id, name)
        self.consensus.refresh()

    def _on_consensus_begun(self, on: bool) -> None:
        work, pair = self._work, self.pair
        if work.study is None or pair is None:
            return
        work.open_study(work.study.folder, work.who, pair if on else None)

    def _on_repeat_clicked(self) -> None:
        self.repeat_wanted.emit(next_repeat(self._work)[0])

    def _on_view_changed(self) -> None:
        study, pair = self._work.study, self.pair
        if study is None or pair is None or self.view.currentText() == HERE:
            self._refresh()
            return
        self._comparing.compare_observers(study, pair)
        self._enable()

    def _on_export_clicked(self) -> None:
        study = self._work.study
        if study is None:
            return
        folder = QFileDialog.getExistingDirectory(
            self, tr("A folder for the error tables"), str(study.folder)
        )
        if folder:
            self._comparing.export(study, folder)
            self._enable()

    def _on_stepped(self, done: int, count: int) -> None:
        self.progress.setRange(0, count)
        self.progress.setValue(done)

    def _on_compared(self, found: Comparison) -> None:
        pair = self.pair
        if pair == found.pair:
            hidden = blind_cases(self._work, pair)
            self._compared = tuple(
                each for each in found.differences if each.case_id not in hidden
            )

    def _on_ended(self, text: str) -> None:
        self._refresh()
        if text:
            self._work.say(text)
