"""The tab *Compare*: two models on the same films, in a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.files import write_text_atomic
from ..ui.controls import button, enable, press
from ..ui.options_form import OptionsForm
from ..ui.rich import plain
from ..ui.run import Run
from ..ui.run_bar import RunBar
from ..ui.translation import tr
from .model_choice import BUNDLED, ModelChoice

if TYPE_CHECKING:
    from ...evaluation.model_comparison import ModelComparison
    from ...tasks.compare import CompareOptions

BUSY = tr("Models are being compared: wait or press Cancel.")
NO_STUDY = tr("Choose a study of digital hips, or pairs, first.")
NOTHING = tr("Compare two models first.")
HEADS = ("", "A", "B", "B − A")
HINT = tr(
    "Both models see the same digital hips, or the test part of the same pairs. PSNR"
    " and SSIM are of the STO; the bias is the mean of bone image − exact bone image in"
    " each true region, as the bone mineral that this grey stands for on its film; the"
    " gap is that from raw film to exact STO in ten-fold r."
)
FAILED = tr("The comparison failed; napari's message says how.")


class ComparePanel(QWidget):
    """Choose two models and a study, press Compare.

    ``model_added`` is emitted with a folder that a person chose.
    """

    model_added = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study: Path | None = None
        self._found: ModelComparison | None = None
        self._setup_ui()
        self._connect()
        self._show_state()

    def offer(self, folder: Path) -> None:
        """Put a model on both lists."""
        for choice in self.models:
            choice.offer(folder)

    def choose_study(self, folder: Path) -> None:
        """Take the films of this study."""
        self._study = folder
        self.study_button.setText(folder.name)
        self.study_button.setToolTip(str(folder))
        self._show_state()

    def stop(self) -> None:
        """Ask what is running to stop."""
        self.bar.cancel()

    def _setup_ui(self) -> None:
        from ...tasks.compare import CompareOptions

        self.models = (ModelChoice("model_a"), ModelChoice("model_b"))
        self.study_button = button(
            "compare_study", tr("Digital hips or pairs …"), NO_STUDY
        )
        self.options = OptionsForm(CompareOptions, "landmarks", prefix="compare_")
        self.bar = RunBar("compare", tr("Compare"), prefix="compare_", busy=BUSY)
        self.bar.say(HINT)
        self.table = QTableWidget(0, len(HEADS))
        self.table.setObjectName("comparison")
        self.table.setHorizontalHeaderLabels(HEADS)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(
            QHeaderView.ResizeMode.ResizeToContents
        )
        self.table.hide()
        self.export = button("export_comparison", tr("Export CSV …"))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Model A"), self.models[0])
        form.addRow(tr("Model B"), self.models[1])
        form.addRow(tr("Films"), self.study_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(form)
        for widget in (self.options, self.bar, self.table, self.export):
            column.addWidget(widget)

    def _connect(self) -> None:
        press(self.study_button, self._on_study_clicked)
        self.bar.wanted.connect(self._on_compare_clicked)
        self.bar.running.connect(lambda _: self._show_state())
        press(self.export, self._on_export_clicked)
        for choice in self.models:
            choice.refused.connect(lambda text: self.bar.say(plain(text)))
            choice.added.connect(self.model_added)

    def _on_study_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Digital hips or pairs"))
        if folder:
            self.choose_study(Path(folder))

    def _on_compare_clicked(self) -> None:
        study = self._study
        if study is None:
            return
        both = [choice.folder() for choice in self.models]
        options = self.options.options(
            films=study, models=tuple(str(one or BUNDLED) for one in both)
        )
        self.bar.start(
            lambda run: _compare(run, options), self._on_done, tr("Film"), failed=FAILED
        )

    def _on_done(self, found: ModelComparison) -> None:
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
        told = tr("A: {first}. B: {second}. {count} films.").format(
            first=found.names[0], second=found.names[1], count=len(found.case_ids)
        )
        self.bar.say(plain(" ".join([told, *notes(found)])))
        self._show_state()

    def _on_export_clicked(self) -> None:
        from ...evaluation.model_comparison import comparison_csv

        if self._found is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export CSV"), "comparison.csv", tr("Table (*.csv)")
        )
        if not name:
            return
        try:
            write_text_atomic(name, comparison_csv(self._found))
        except OSError as error:
            self.bar.say(
                plain(
                    tr("{name} was not written: {strerror}.").format(
                        name=Path(name).name, strerror=error.strerror
                    )
                )
            )
            return
        self.bar.say(plain(tr("Written: {name}.").format(name=Path(name).name)))

    def _show_state(self) -> None:
        running, ready = self.bar.is_running, self._study is not None
        self.bar.set_ready("" if ready else NO_STUDY)
        enable(
            self.export, self._found is not None, NOTHING, tr("One line a film, model.")
        )
        self.options.lock(BUSY if running else "")
        for control in (*self.models, self.study_button):
            enable(control, not running, BUSY)
        self.study_button.setToolTip(str(self._study) if ready else NO_STUDY)


def _compare(run: Run, options: CompareOptions) -> ModelComparison:
    from ...tasks.compare import compare_models

    return compare_models(options, progress=run.tell, cancelled=run.is_cancelled)
