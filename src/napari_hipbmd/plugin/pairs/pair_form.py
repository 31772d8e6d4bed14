"""How pairs are made: the options of ``hipbmd pairs``, and which pair is looked at."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from ...synthesis import PairOptions
from ..ui.controls import button
from ..ui.folder_field import FolderField
from ..ui.options_form import OptionsForm, side_by_side
from ..ui.translation import tr

MOST, COUNT = 999_999, 1000


class PairForm(QWidget):
    """Emits ``changed`` when another pair would come out."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawn = OptionsForm(
            PairOptions,
            "operator", ("rotation_deg", "flip"), "scale", "exposure", "seed", "split",
            prefix="pair_",
        )  # fmt: skip
        self.index = _count("pair_index", 0, tr("Which of the pairs is shown."))
        self.preview_button = button(
            "preview",
            tr("Preview"),
            tr("Show one pair beside the film; it follows every change from then on."),
        )
        self.count = _count("pair_count", COUNT, tr("How many pairs are written."))
        self.out_field = FolderField("pairs_out", tr("a new folder"))
        form = self.drawn.form
        form.addRow(tr("Look at pair"), side_by_side(self.index, self.preview_button))
        form.addRow(tr("Pairs to write"), self.count)
        form.addRow(tr("Into"), self.out_field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.drawn)
        self.drawn.changed.connect(lambda _: self.changed.emit())
        self.index.valueChanged.connect(lambda _: self.changed.emit())

    def options(self) -> PairOptions:
        """What the form says; Refused when it makes no sense."""
        return self.drawn.options()

    def out(self) -> Path | None:
        """The folder for pairs, or None."""
        return self.out_field.folder()


def _count(name: str, value: int, hint: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setRange(0, MOST)
    box.setValue(value)
    box.setToolTip(hint)
    return box
