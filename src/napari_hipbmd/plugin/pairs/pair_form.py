"""How pairs are made: operator, ranges, seed, how many and where to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from ...synthesis import PairOptions, checked_shares
from ..ui.folder_field import FolderField

OPERATORS = {
    "additive: film = STO + bone": "additive",
    "replace: paste the donor, as in the paper": "replace",
}


class PairForm(QWidget):
    """Emits ``changed`` when another pair would come out."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()
        self.operator.currentIndexChanged.connect(self._on_changed)
        self.flip.toggled.connect(self._on_changed)
        for box in (self.rotation, self.smallest, self.largest, self.exposure):
            box.valueChanged.connect(self._on_changed)
        self.seed.valueChanged.connect(self._on_changed)
        self.index.valueChanged.connect(self._on_changed)

    def options(self) -> PairOptions:
        """What the form says; FilmRefused when it makes no sense."""
        return PairOptions(
            self.operator.currentData(),
            self.rotation.value(),
            self.flip.isChecked(),
            (self.smallest.value(), self.largest.value()),
            self.exposure.value(),
            self.seed.value(),
            checked_shares(self._shares()),
        )

    def out(self) -> Path | None:
        """The folder for pairs, or None."""
        return self.out_field.folder()

    def _shares(self) -> list[float]:
        try:
            return [float(word) for word in self.split.text().split()]
        except ValueError:
            return []

    def _on_changed(self, _: Any = None) -> None:
        self.changed.emit()

    def _setup_ui(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        self.operator = QComboBox()
        for text, value in OPERATORS.items():
            self.operator.addItem(text, value)
        self.rotation = _number(0, 180, 15, 1, " °")
        self.flip = QCheckBox("mirror half of them")
        self.flip.setChecked(True)
        self.smallest = _number(0.25, 4, 0.9, 0.05, " ×")
        self.largest = _number(0.25, 4, 1.1, 0.05, " ×")
        self.exposure = _number(0, 0.4, 0.1, 0.02, "")
        self.exposure.setToolTip("Up to so much more or less grey in film and STO.")
        self.seed = _count(0, 2**31 - 1, 0)
        self.index = _count(0, 999_999, 0)
        self.index.setToolTip("Which of the pairs is shown.")
        self.preview_button = QPushButton("Preview")
        self.split = QLineEdit("0.8 0.1 0.1")
        self.split.setToolTip(
            "Shares of training, validation and test. Patients are divided first, then"
            " pairs are made: no patient is in two of them."
        )
        self.count = _count(1, 999_999, 1000)
        self.out_field = FolderField("pairs_out", "a new folder")
        self.preview_button.setToolTip(
            "Show one pair beside the film; it follows every change from then on."
        )
        names = {
            "operator": self.operator,
            "rotation": self.rotation,
            "flip": self.flip,
            "scale_low": self.smallest,
            "scale_high": self.largest,
            "exposure": self.exposure,
            "pair_seed": self.seed,
            "pair_index": self.index,
            "preview": self.preview_button,
            "split": self.split,
            "pair_count": self.count,
        }
        for name, widget in names.items():
            widget.setObjectName(name)
        form.addRow("Operator", self.operator)
        form.addRow("Rotation up to", row(self.rotation, self.flip))
        form.addRow("Scale", row(self.smallest, self.largest))
        form.addRow("Exposure ±", self.exposure)
        form.addRow("Seed", self.seed)
        form.addRow("Look at pair", row(self.index, self.preview_button))
        form.addRow("Split by patient", self.split)
        form.addRow("Pairs to write", self.count)
        form.addRow("Into", self.out_field)


def row(*widgets: QWidget) -> QWidget:
    """Widgets side by side."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, 1)
    return holder


def _number(
    low: float, high: float, value: float, step: float, unit: str
) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setValue(value)
    box.setSuffix(unit)
    return box


def _count(low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    return box
