"""The tab *Files*: labels out to other programs' files, and in from them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QPushButton,
    QWidget,
)

from ...core.errors import Refused
from ...study.exchange import (
    FORMATS,
    HOLDINGS,
    SAID,
    Exported,
    Imported,
    ImportPlan,
    LabelFormat,
    Names,
    export_labels,
    import_labels,
    read_names,
)
from ..ui.ask_first import AskFirst
from ..ui.controls import button, enable, note, press, row
from ..ui.narrow import scrolled_column
from ..ui.run import Run, Stepped, begin
from ..ui.run_bar import STOPPING, WordedBar
from ..ui.sentences import said
from ..ui.translation import tr
from .opened.work import Work

EVERYBODY = tr("everybody")
NO_STUDY = tr("Open a study first.")
BUSY = tr("Labels are being written or read: wait, or press Cancel.")
SETTLING = tr("Go back to your own labels first, in the tab Observers.")
STOPPED = tr("Stopped; nothing was changed.")
FAILED = tr("It could not be done; nothing was changed.")
OUR_NAMES = tr("Landmarks are called as here")
REPLACE_HINT = tr(
    "Let imported landmarks take the place of other ones that I have; undo brings mine"
    " back."
)


class ExchangePanel(QWidget):
    """Exports everybody's labels or one person's, and imports into those at work."""

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._run: Run | None = None
        self._names: Path | None = None
        self._ask_first = AskFirst(self, self._on_cancel_clicked)
        self._setup_ui()
        self._connect()
        self._on_form_changed()
        self._enable()

    def _setup_ui(self) -> None:
        self.form = QComboBox()
        self.form.setObjectName("label_format")
        self.form.setToolTip(tr("The kind of files."))
        for form in FORMATS.values():
            self.form.addItem(f"{form.title} ({form.endings[0]})", form.name)
        self.who = QComboBox()
        self.who.setObjectName("export_who")
        self.who.setToolTip(tr("Whose labels are written."))
        self.who.addItem(EVERYBODY)
        self.held = note("held")
        self.export = button("export_labels", tr("Export …"))
        self.names = button("label_names", tr("Names …"))
        self.replace = QCheckBox(tr("Replace mine"))
        self.replace.setObjectName("replace_labels")
        self.replace.setToolTip(REPLACE_HINT)
        self.import_ = button("import_labels", tr("Import …"))
        self.cancel = button("cancel_exchange", tr("Cancel"))
        self.progress = WordedBar()
        self.progress.setObjectName("exchange_progress")
        self.outcome = note("exchange_outcome")
        self.outcome.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
        )
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Files"), self.form)
        form.addRow(tr("Labels of"), self.who)
        column = scrolled_column(self, spacing=6)
        column.addLayout(form)
        column.addWidget(self.export)
        column.addLayout(row(self.names, self.replace))
        column.addWidget(self.import_)
        column.addWidget(self.progress)
        column.addWidget(self.cancel)
        column.addWidget(self.outcome)
        column.addWidget(self.held)
        column.addStretch(1)

    def _connect(self) -> None:
        self._work.study_opened.connect(self._on_study_opened)
        self.form.currentIndexChanged.connect(lambda _: self._on_form_changed())
        press(self.export, self._on_export_clicked)
        press(self.names, self._on_names_clicked)
        press(self.import_, self._on_import_clicked)
        press(self.cancel, self._on_cancel_clicked)

    @property
    def format(self) -> LabelFormat:
        """The format that is chosen."""
        return FORMATS[self.form.currentData()]

    def _on_study_opened(self) -> None:
        study = self._work.study
        assert study is not None
        before = self.who.currentText()
        self.who.clear()
        self.who.addItems([EVERYBODY, *study.annotators()])
        self.who.setCurrentText(before)
        self._enable()

    def _on_form_changed(self) -> None:
        """Say what the format cannot hold, before anything is written."""
        form = self.format
        lost = [SAID[what] for what in HOLDINGS if what not in form.holds]
        cannot = (
            tr("It cannot hold: {names}.\n\n").format(names="; ".join(lost))
            if lost
            else ""
        )
        self.held.setText(f"{cannot}{said(form.notes)}")

    def _enable(self) -> None:
        running = self._run is not None
        there = self._work.study is not None
        settling = self._work.settling is not None
        reason = BUSY if running else NO_STUDY
        free = there and not running
        enable(self.export, free, reason, tr("Write labels into a new folder."))
        enable(
            self.import_, free and not settling, SETTLING if settling else reason,
            tr("Take labels from files over as mine; undo takes each case back."),
        )  # fmt: skip
        names = (
            OUR_NAMES
            if self._names is None
            else tr("As {name} says").format(name=self._names.name)
        )
        enable(
            self.names, not running, BUSY,
            tr("{names}. Choose a file that says what others call them.").format(
                names=names
            ),
        )  # fmt: skip
        enable(self.replace, not running, BUSY, REPLACE_HINT)
        enable(self.cancel, running, tr("Nothing is running."))
        self.cancel.setVisible(running)
        self.progress.setVisible(running)

    # out

    def _on_export_clicked(self) -> None:
        study, form = self._work.study, self.format
        assert study is not None
        where = QFileDialog.getExistingDirectory(
            self, tr("Make the new folder of labels in"), str(study.folder.parent)
        )
        if not where:
            return
        out = _free_name(Path(where), f"{study.folder.name}-{form.name}")
        who = None if self.who.currentIndex() == 0 else [self.who.currentText()]

        def work(run: Run) -> tuple[Exported, Path]:
            step = _stepping(run)
            found = export_labels(study, form.name, out, who, step, run.is_cancelled)
            return found, out

        self._start(self.export, work, self._on_exported)

    def _on_exported(self, result: tuple[Exported, Path]) -> None:
        found, out = result
        counts = [
            tr("{count} by {who}").format(count=len(cases), who=who)
            for who, cases in found.cases.items()
        ]
        lines = [
            tr("Cases written to {name}: {names}.").format(
                name=out.name, names=", ".join(counts)
            )
        ]
        self._on_ended("\n".join([*lines, *found.lost, *found.left_out]))

    # in

    def _on_names_clicked(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(
            self, tr("What others call the landmarks"), "", tr("Names (*.json)")
        )
        self._names = Path(path) if path else None
        self.names.setText(self._names.name if self._names else tr("Names …"))
        self._enable()

    def _on_import_clicked(self) -> None:
        work, form = self._work, self.format
        study, queue = work.study, work.queue
        assert study is not None and queue is not None
        path = self._asked_path(form)
        if not path:
            return
        try:
            names = Names() if self._names is None else read_names(self._names)
        except Refused as refusal:
            self.outcome.setText(said(refusal))
            return
        plan = ImportPlan(queue.annotator, work.who, names, self.replace.isChecked())
        work.close_case()  # its labels may be about to change

        def read(run: Run) -> Imported:
            return import_labels(
                study, form.name, path, plan, _stepping(run), run.is_cancelled
            )

        self._start(self.import_, read, self._on_imported)

    def _asked_path(self, form: LabelFormat) -> str:
        if form.read_study is None:
            return QFileDialog.getExistingDirectory(
                self, tr("The folder with the files")
            )
        kinds = " ".join(f"*{ending}" for ending in form.endings)
        path, _kind = QFileDialog.getOpenFileName(
            self, tr("The file with the labels"), "", f"{form.title} ({kinds})"
        )
        return path

    def _on_imported(self, found: Imported) -> None:
        text = tr(
            "{landmarks} landmarks and {outlines} outlines of {count} cases imported."
        ).format(
            landmarks=found.landmarks, outlines=found.outlines, count=len(found.cases)
        )
        if found.unchanged:
            text += tr(" {count} cases were so already.").format(
                count=len(found.unchanged)
            )
        self._on_ended("\n".join([text, *map(said, found.told)]))

    # running

    def _start(
        self, pressed: QPushButton, work: Callable[[Run], Any], done: Callable[..., Any]
    ) -> None:
        self.outcome.setText("")
        self.progress.setRange(0, 0)
        self.progress.setFormat(pressed.text())
        self._run = begin(
            self, work, done, self._on_ended,
            stepped=self._on_stepped, stopped=STOPPED, failed=FAILED,
        )  # fmt: skip
        self._ask_first.begin(pressed.text().rstrip(" …"))
        self._enable()

    def _on_stepped(self, step: Stepped) -> None:
        self.progress.setRange(0, step.count)
        self.progress.setValue(step.done)
        if self._run is not None and not self._run.is_cancelled():
            self.progress.setFormat(tr("%v of %m {what}").format(what=step.what))

    def _on_cancel_clicked(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self.progress.setFormat(STOPPING)

    def _on_ended(self, text: str) -> None:
        self._run = None
        self._ask_first.end()
        self.outcome.setText(text)
        self._enable()
        self._reopen()

    def _reopen(self) -> None:
        """Open the case again that was closed for an import."""
        work = self._work
        if work.study is not None and work.editor is None:
            work.open_study(work.study.folder, work.who, work.settling)


def _stepping(run: Run) -> Callable[[str, int, int], None]:
    return lambda what, done, count: run.tell(done, count, what)


def _free_name(folder: Path, name: str) -> Path:
    """A name in a folder that is not taken: ``study-coco``, ``study-coco-2``, …."""
    names = (folder / (name if i == 1 else f"{name}-{i}") for i in count(1))
    return next(path for path in names if not path.exists())
