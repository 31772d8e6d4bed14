"""The tab *Compare*: two models on the same films, in a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.files import write_text_atomic
from ..ui.controls import button, enable, note, press, row
from ..ui.run import Run
from .model_choice import ModelChoice

if TYPE_CHECKING:
    from ...evaluation.model_comparison import Comparison

BUSY = "Models are being compared: wait or press Cancel."
NO_STUDY = "Choose a study of digital hips, or pairs, first."
NOT_RUNNING = "Nothing is running."
NOTHING = "Compare two models first."
HEADS = ("", "A", "B", "B − A")
HINT = (
    "Both models see the same digital hips, or the test part of the same pairs. PSNR"
    " and SSIM are of the STO; the bias is the mean of bone image − exact bone image in"
    " each true region, as the bone mineral that this grey stands for on its film; the"
    " gap is that from raw film to exact STO in ten-fold r."
)
LANDMARKS = {"found by the networks": "predicted", "the true ones": "truth"}


class ComparePanel(QWidget):
    """Choose two models and a study, press Compare.

    ``model_added`` is emitted with a folder that a person chose.
    """

    model_added = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study: Path | None = None
        self._run: Run | None = None
        self._found: Comparison | None = None
        self._setup_ui()
        self._connect()
        self._set_running(False)

    def offer(self, folder: Path) -> None:
        """Put a model on both lists."""
        for choice in self.models:
            choice.offer(folder)

    def choose_study(self, folder: Path) -> None:
        """Take the films of this study."""
        self._study = folder
        self.study_button.setText(folder.name)
        self.study_button.setToolTip(str(folder))
        self._set_running(self._run is not None)

    def stop(self) -> None:
        """Ask what is running to stop."""
        if self._run is not None:
            self._run.cancel()
            self.progress.setFormat("Stopping …")

    def _setup_ui(self) -> None:
        self.models = (ModelChoice("model_a"), ModelChoice("model_b"))
        self.study_button = button("compare_study", "Digital hips or pairs …", NO_STUDY)
        self.landmarks = QComboBox()
        self.landmarks.setObjectName("compare_landmarks")
        self.landmarks.setToolTip("Where the features are read that the gap is about.")
        for text, value in LANDMARKS.items():
            self.landmarks.addItem(text, value)
        self.compare = button("compare", "Compare")
        self.cancel = button("cancel_compare", "Cancel")
        self.progress = QProgressBar()
        self.progress.setObjectName("compare_progress")
        self.note = note("compare_note", HINT)
        self.table = QTableWidget(0, len(HEADS))
        self.table.setObjectName("comparison")
        self.table.setHorizontalHeaderLabels(HEADS)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(
            QHeaderView.ResizeMode.ResizeToContents
        )
        self.table.hide()
        self.export = button("export_comparison", "Export CSV …")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Model A", self.models[0])
        form.addRow("Model B", self.models[1])
        form.addRow("Films", self.study_button)
        form.addRow("Landmarks", self.landmarks)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(form)
        column.addLayout(row(self.compare, self.cancel))
        for widget in (self.progress, self.note, self.table, self.export):
            column.addWidget(widget)

    def _connect(self) -> None:
        press(self.study_button, self._on_study_clicked)
        press(self.compare, self._on_compare_clicked)
        press(self.cancel, self.stop)
        press(self.export, self._on_export_clicked)
        for choice in self.models:
            choice.refused.connect(self.note.setText)
            choice.added.connect(self.model_added)

    def _on_study_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Digital hips or pairs")
        if folder:
            self.choose_study(Path(folder))

    def _on_compare_clicked(self) -> None:
        study = self._study
        if study is None:
            return
        first, second = (choice.folder() for choice in self.models)
        landmarks = self.landmarks.currentData()
        # No parent: the run must outlive a dock that is deleted while it works.
        run = self._run = Run()
        self.destroyed.connect(run.cancel)
        run.stepped.connect(self._on_stepped)
        run.done.connect(self._on_done)
        run.refused.connect(self._on_ended)
        run.stopped.connect(lambda: self._on_ended("Stopped."))
        run.failed.connect(self._on_failed)
        self.note.setText("")
        self.progress.setRange(0, 0)
        self.progress.setFormat("film %v of %m")
        self._set_running(True)
        run.start(lambda run: _compare(run, study, (first, second), landmarks))

    def _on_stepped(self, step: tuple[int, int]) -> None:
        done, count = step
        self.progress.setRange(0, count)
        self.progress.setValue(done)

    def _on_done(self, found: Comparison) -> None:
        from ...evaluation.model_comparison import notes, summary_rows

        self._found = found
        rows = summary_rows(found)
        self.table.setRowCount(len(rows))
        for i, texts in enumerate(rows):
            for j, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if j:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(i, j, item)
        for j, name in enumerate(found.names, 1):
            self.table.horizontalHeaderItem(j).setToolTip(name)
        height = self.table.horizontalHeader().sizeHint().height()
        height += sum(self.table.rowHeight(i) for i in range(len(rows)))
        self.table.setFixedHeight(height + 4)
        self.table.show()
        told = f"A: {found.names[0]}. B: {found.names[1]}. {len(found.case_ids)} films."
        self._on_ended(" ".join([told, *notes(found)]))

    def _on_export_clicked(self) -> None:
        from ...evaluation.model_comparison import csv_text

        if self._found is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, "Export CSV", "comparison.csv", "Table (*.csv)"
        )
        if not name:
            return
        try:
            write_text_atomic(name, csv_text(self._found))
        except OSError as error:
            self.note.setText(f"{Path(name).name} was not written: {error.strerror}.")
            return
        self.note.setText(f"Written: {Path(name).name}.")

    def _on_failed(self, error: BaseException) -> None:
        self._on_ended("The comparison failed; napari's message says how.")
        raise error

    def _on_ended(self, text: str) -> None:
        self._run = None
        self.note.setText(text)
        self._set_running(False)

    def _set_running(self, running: bool) -> None:
        ready = self._study is not None
        enable(self.compare, ready and not running, BUSY if running else NO_STUDY)
        enable(self.cancel, running, NOT_RUNNING)
        enable(self.export, self._found is not None, NOTHING, "One line a film, model.")
        for control in (*self.models, self.study_button, self.landmarks):
            hint = control.toolTip() if control.isEnabled() else ""
            enable(control, not running, BUSY, hint)
        self.study_button.setToolTip(str(self._study) if ready else NO_STUDY)
        self.progress.setVisible(running)


def _compare(
    run: Run, study: Path, models: tuple[Path | None, Path | None], landmarks: Any
) -> Comparison:
    from ...evaluation.model_comparison import compare

    return compare(
        study,
        models,
        landmarks=landmarks,
        progress=lambda done, count: run.stepped.emit((done, count)),
        cancelled=run.is_cancelled,
    )
