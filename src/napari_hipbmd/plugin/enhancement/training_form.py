"""What to learn from, how, and where the model goes."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import Refused
from ..ui.controls import button, enable, press, row
from ..ui.options_form import OptionsForm
from ..ui.sentences import said
from ..ui.translation import tr
from .training_plan import TrainingPlan, read_plan, sorted_sources

DEVICES = ("auto", "cpu", "gpu", "mps")
FOLDER = Qt.ItemDataRole.UserRole
LIST_PX = 64
BUSY = tr("A training is running.")
NONE_CHOSEN = tr("Choose a folder in the list first.")


class TrainingForm(QWidget):
    """The upper part of the tab.

    ``changed`` is emitted when sources or the folder change, ``refused`` with a
    sentence when a folder holds nothing to learn from.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._out: Path | None = None
        self._running = False
        self._setup_ui()
        self.set_running(False)

    def out(self) -> Path | None:
        """The folder of the training, or None."""
        return self._out

    def sources(self) -> list[Path]:
        """The folders to learn from."""
        rows = range(self.list.count())
        return [Path(self.list.item(i).data(FOLDER)) for i in rows]

    def plan(self) -> TrainingPlan:
        """What the form says.

        Raises
        ------
        Refused
            If a folder holds nothing to learn from.
        """
        studies, pairs = sorted_sources(self.sources())
        return TrainingPlan(studies, pairs, **self.options.values())

    def add(self, folder: Path) -> None:
        """Learn from this folder, too."""
        try:
            studies, _pairs = sorted_sources([folder])
        except Refused as refusal:
            self.refused.emit(said(refusal))
            return
        if folder in self.sources():
            return
        kind = tr("digital hips") if studies else tr("pairs")
        item = QListWidgetItem(f"{folder.name} ({kind})")
        item.setData(FOLDER, str(folder))
        item.setToolTip(str(folder))
        self.list.addItem(item)
        self.set_running(self._running)
        self.changed.emit()

    def choose_out(self, folder: Path) -> None:
        """Train in this folder; what was begun there fills the form."""
        self._out = folder
        self.out_button.setText(folder.name)
        plan = read_plan(folder)
        if plan is not None:
            self._show(plan)
        self.set_running(self._running)
        self.changed.emit()

    def set_running(self, running: bool) -> None:
        """Lock what a running training depends on."""
        self._running = running
        self.options.lock(BUSY if running else "")
        for control in (self.list, self.add_button, self.out_button):
            enable(control, not running, BUSY, control.property("tip") or "")
        chosen = bool(self.list.selectedItems())
        reason = BUSY if running else NONE_CHOSEN
        enable(self.remove_button, chosen and not running, reason)
        if not running and self._out is not None:
            self.out_button.setToolTip(str(self._out))

    def _setup_ui(self) -> None:
        from ...tasks.train import EPOCHS, TrainOptions

        self.list = QListWidget()
        self.list.setObjectName("train_sources")
        self.list.setMaximumHeight(LIST_PX)
        self.list.setProperty("tip", tr("Own pairs and digital hips, in any mix."))
        self.add_button = button("add_source", tr("Add pairs or digital hips …"))
        self.remove_button = button("remove_source", tr("Remove"))
        self.options = OptionsForm(
            TrainOptions, "preset", ("epochs", "seed"), ("device", "devices"),
            prefix="train_", offered={"device": {name: name for name in DEVICES}},
        )  # fmt: skip
        self.options.show_values({"epochs": EPOCHS["enhancement"]})
        self.out_button = button("train_out", tr("Folder …"))
        self.out_button.setProperty(
            "tip", tr("An empty folder, or one whose training is to go on.")
        )
        form = self.options.form
        form.insertRow(0, tr("Learn from"), self.list)
        form.insertRow(1, "", row(self.add_button, self.remove_button))
        form.addRow(tr("Write into"), self.out_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.options)
        press(self.add_button, self._on_add_clicked)
        press(self.remove_button, self._on_remove_clicked)
        press(self.out_button, self._on_out_clicked)
        self.list.itemSelectionChanged.connect(lambda: self.set_running(self._running))

    def _show(self, plan: TrainingPlan) -> None:
        self.list.clear()
        for folder in (*plan.studies, *plan.pairs):
            self.add(Path(folder))
        names = ("preset", "epochs", "seed", "device", "devices")
        self.options.show_values({name: getattr(plan, name) for name in names})

    def _on_add_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Pairs or digital hips"))
        if folder:
            self.add(Path(folder))

    def _on_remove_clicked(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self.set_running(self._running)
        self.changed.emit()

    def _on_out_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder of the model"))
        if folder:
            self.choose_out(Path(folder))
