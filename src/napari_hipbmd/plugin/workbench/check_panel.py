"""The tab *Check*: what looks wrong in the open case, or in any case, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QWidget,
)

from ...core.errors import Refused
from ...study import Study
from ...study.doubts import Doubt, doubts_about, study_doubts
from ..ui.controls import button, enable, note, press, row
from ..ui.narrow import scrolled_column
from ..ui.run import Run, Stepped, begin
from ..ui.sentences import said
from ..ui.translation import tr, trn
from .case.editor import Editor

if TYPE_CHECKING:
    from ...landmarks.shape import ShapeModel

IDLE_MS = 250
DIGITAL, OWN = tr("digital hips"), tr("this annotator's labels")
ROLE = Qt.ItemDataRole.UserRole
FAILED = tr("The check failed; napari's message says how.")
FINE = tr("Nothing looks wrong.")
TOO_FEW = tr("Fewer than six landmarks are placed: too few to compare.")


class CheckPanel(QWidget):
    """Doubts about the open case, kept up to date, and about the whole study.

    ``wanted`` is emitted with a case's and a landmark's id when a line is clicked,
    ``checked`` when the doubts about the open case are new.
    """

    wanted = Signal(str, str)
    checked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.doubts: list[Doubt] = []
        self._editor: Editor | None = None
        self._study: Study | None = None
        self._annotator = ""
        self._model: ShapeModel | None = None
        self._run: Run | None = None
        self._setup_ui()
        self._connect()
        self._set_running(False)

    def _setup_ui(self) -> None:
        self.verdict = note("verdict")
        self.here = QListWidget()
        self.here.setObjectName("doubts")
        self.all = QListWidget()
        self.all.setObjectName("all_doubts")
        for each in (self.here, self.all):
            each.setWordWrap(True)
            each.setToolTip(tr("Click a line to go to the landmark."))
        self.model = QComboBox()
        self.model.setObjectName("shapes")
        self.model.addItems([DIGITAL, OWN])
        self.model.setToolTip(tr("The hips that the landmarks are compared with."))
        self.check_all = button("check_all", tr("Check every case"))
        self.cancel = button("cancel_check", tr("Cancel"))
        self.progress = QProgressBar()
        self.progress.setObjectName("check_progress")
        column = scrolled_column(self)
        column.addLayout(row(QLabel(tr("Compare with")), self.model))
        column.addWidget(self.verdict)
        column.addWidget(self.here, 2)
        column.addLayout(row(self.check_all, self.cancel))
        column.addWidget(self.progress)
        column.addWidget(self.all, 3)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)

    def _connect(self) -> None:
        self._idle.timeout.connect(self.check)
        press(self.check_all, self._on_check_all_clicked)
        press(self.cancel, self._on_cancel_clicked)
        self.model.currentIndexChanged.connect(lambda _: self._on_model_changed())
        for each in (self.here, self.all):
            each.itemClicked.connect(self._on_item_clicked)

    def open(self, editor: Editor, study: Study) -> None:
        """Follow a case."""
        self._editor, self._study = editor, study
        self._annotator = editor.annotator
        editor.changed.connect(self._on_changed)
        self.doubts = []
        self._idle.start()
        self._set_running(self._run is not None)

    def close_case(self) -> None:
        """Follow the case no more."""
        self._idle.stop()
        if self._editor is not None:
            self._editor.changed.disconnect(self._on_changed)
        self._editor = None
        self.doubts = []
        self.here.clear()
        self.verdict.setText("")

    def warned(self) -> dict[str, str]:
        """Landmark → why it is doubted, in the open case."""
        found: dict[str, list[str]] = {}
        for doubt in self.doubts:
            for name in doubt.landmarks:
                found.setdefault(name, []).append(said(doubt.text))
        return {name: " ".join(texts) for name, texts in found.items()}

    def check(self) -> None:
        """Look at the open case now."""
        if self._editor is None:
            return
        labels = self._editor.labels
        self.doubts = doubts_about(labels, self._model)
        _fill(self.here, self.doubts, with_case=False)
        placed = int(np.isfinite(labels.xy).all(axis=1).sum())
        if self.doubts:
            count = len(self.doubts)
            told = trn("{count} thing to look at:", "{count} things to look at:", count)
            self.verdict.setText(told.format(count=count))
        else:
            self.verdict.setText(FINE if placed >= 6 else TOO_FEW)
        self.checked.emit()

    def _on_changed(self) -> None:
        self._idle.start()

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        doubt: Doubt = item.data(ROLE)
        self.wanted.emit(doubt.case_id, next(iter(doubt.landmarks), ""))

    def _on_model_changed(self) -> None:
        self._model = None
        if self.model.currentText() == OWN and self._study is not None:
            from ...study.shapes import shapes_of_study

            try:
                self._model = shapes_of_study(self._study, self._annotator)
            except Refused as refusal:
                self.model.setCurrentText(DIGITAL)
                self.verdict.setText(said(refusal))
                return
        self.check()

    def _on_check_all_clicked(self) -> None:
        study, annotator, model = self._study, self._annotator, self._model
        if study is None:
            return
        self.all.clear()
        self._run = begin(
            self,
            lambda run: study_doubts(
                study, annotator, model, run.tell, run.is_cancelled
            ),
            self._on_done,
            self._on_ended,
            stepped=self._on_stepped,
            failed=FAILED,
        )
        self._set_running(True)

    def _on_cancel_clicked(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _on_stepped(self, step: Stepped) -> None:
        self.progress.setRange(0, step.count)
        self.progress.setValue(step.done)

    def _on_done(self, doubts: list[Doubt]) -> None:
        self._on_ended("")
        _fill(self.all, doubts, with_case=True)
        if not doubts:
            self.all.addItem(FINE)
            self.all.item(0).setFlags(Qt.ItemFlag.NoItemFlags)

    def _on_ended(self, text: str) -> None:
        self._run = None
        self._set_running(False)
        if text:
            self.verdict.setText(text)

    def _set_running(self, running: bool) -> None:
        there = self._study is not None
        reason = (
            tr("Cases are being checked.") if running else tr("Open a study first.")
        )
        hint = tr("Check every case of this annotator.")
        enable(self.check_all, there and not running, reason, hint)
        enable(self.cancel, running, tr("Nothing is running."))
        self.progress.setVisible(running)


def _fill(widget: QListWidget, doubts: list[Doubt], with_case: bool) -> None:
    widget.clear()
    for doubt in doubts:
        told = said(doubt.text)
        text = f"{doubt.case_id}: {told}" if with_case else told
        item = QListWidgetItem(text)
        item.setData(ROLE, doubt)
        widget.addItem(item)
