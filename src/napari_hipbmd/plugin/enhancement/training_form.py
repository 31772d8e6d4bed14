"""What to learn from, how, and where the model goes."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QWidget,
)

from ...core.radiograph import FilmRefused
from ..ui.controls import button, enable, press, row
from .training_plan import TrainingPlan, read_plan, sorted_sources

EPOCHS = 90
FOLDER = Qt.ItemDataRole.UserRole
LIST_PX = 64
BUSY = "A training is running."
NONE_CHOSEN = "Choose a folder in the list first."
PRESETS = {
    "default": "default: smaller grid, more is varied (see docs)",
    "paper": "paper: as it is described",
}
DEVICES_TIP = (
    "How many devices, or which ones: auto, 2, or 0,1. Lightning's own option."
)


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
        FilmRefused
            If a folder holds nothing to learn from.
        """
        studies, pairs = sorted_sources(self.sources())
        return TrainingPlan(
            studies,
            pairs,
            self.preset.currentData(),
            self.epochs.value(),
            self.seed.value(),
            self.device.currentText(),
            self.devices.text().strip() or "auto",
        )

    def add(self, folder: Path) -> None:
        """Learn from this folder, too."""
        try:
            studies, _pairs = sorted_sources([folder])
        except FilmRefused as refusal:
            self.refused.emit(str(refusal))
            return
        if folder in self.sources():
            return
        kind = "digital hips" if studies else "pairs"
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
        for control in (
            *(self.list, self.add_button, self.preset, self.epochs, self.seed),
            *(self.device, self.devices, self.out_button),
        ):
            enable(control, not running, BUSY, control.property("tip") or "")
        chosen = bool(self.list.selectedItems())
        reason = BUSY if running else NONE_CHOSEN
        enable(self.remove_button, chosen and not running, reason)
        if not running and self._out is not None:
            self.out_button.setToolTip(str(self._out))

    def _setup_ui(self) -> None:
        self.list = QListWidget()
        self.list.setObjectName("train_sources")
        self.list.setMaximumHeight(LIST_PX)
        self.list.setProperty("tip", "Own pairs and digital hips, in any mix.")
        self.add_button = button("add_source", "Add pairs or digital hips …")
        self.remove_button = button("remove_source", "Remove")
        self.preset = QComboBox()
        self.preset.setObjectName("train_preset")
        for value, text in PRESETS.items():
            self.preset.addItem(text, value)
        self.epochs = _count("train_epochs", 1, 10_000, EPOCHS)
        self.seed = _count("train_seed", 0, 2**31 - 1, 0)
        self.device = QComboBox()
        self.device.setObjectName("train_device")
        self.device.addItems(["auto", "cpu", "gpu", "mps"])
        self.device.setEditable(True)
        self.device.setProperty("tip", "Lightning's accelerator.")
        self.devices = QLineEdit("auto")
        self.devices.setObjectName("train_devices")
        self.devices.setProperty("tip", DEVICES_TIP)
        self.out_button = button("train_out", "Folder …")
        self.out_button.setProperty(
            "tip", "An empty folder, or one whose training is to go on."
        )
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Learn from", self.list)
        form.addRow("", row(self.add_button, self.remove_button))
        form.addRow("Preset", self.preset)
        form.addRow("Epochs, seed", row(self.epochs, self.seed))
        form.addRow("Device", row(self.device, self.devices))
        form.addRow("Write into", self.out_button)
        press(self.add_button, self._on_add_clicked)
        press(self.remove_button, self._on_remove_clicked)
        press(self.out_button, self._on_out_clicked)
        self.list.itemSelectionChanged.connect(lambda: self.set_running(self._running))

    def _show(self, plan: TrainingPlan) -> None:
        self.list.clear()
        for folder in (*plan.studies, *plan.pairs):
            self.add(Path(folder))
        self.preset.setCurrentIndex(max(self.preset.findData(plan.preset), 0))
        self.epochs.setValue(plan.epochs)
        self.seed.setValue(plan.seed)
        self.device.setCurrentText(plan.device)
        self.devices.setText(plan.devices)

    def _on_add_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Pairs or digital hips")
        if folder:
            self.add(Path(folder))

    def _on_remove_clicked(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self.set_running(self._running)
        self.changed.emit()

    def _on_out_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of the model")
        if folder:
            self.choose_out(Path(folder))


def _count(name: str, low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setRange(low, high)
    box.setValue(value)
    return box
