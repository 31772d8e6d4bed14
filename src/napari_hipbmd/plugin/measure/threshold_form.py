"""The multipliers of the three pairs of thresholds, and the way back to the paper's."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...bmd import SD_MULTIPLIERS, Multipliers
from ..ui.colours import readable
from ..ui.decimals import number_box
from ..ui.translation import tr

PAPER = tr("The paper's thresholds: the features that the regression takes.")
EXPLORING = tr(
    "<b>Exploration:</b> these are not the paper's thresholds. The regression is fitted"
    " to the paper's, so these features give no aBMD."
)
IS_PAPERS = tr("These are the paper's thresholds already.")
CHANGED = "#ffb454"
LIMITS_SD = (0.0, 6.0)


class ThresholdForm(QWidget):
    """Six numbers; ``changed`` is emitted when a person changes one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()
        self._show_state()

    def multipliers(self) -> Multipliers:
        """Standard deviations below and above the mean, pair by pair."""
        values = [(low.value(), high.value()) for low, high in self._boxes]
        return SD_MULTIPLIERS if values == list(SD_MULTIPLIERS) else tuple(values)

    def are_the_papers(self) -> bool:
        """Whether nothing was changed."""
        return self.multipliers() == SD_MULTIPLIERS

    def reset(self) -> None:
        """Go back to the paper's."""
        for boxes, pair in zip(self._boxes, SD_MULTIPLIERS, strict=True):
            for box, value in zip(boxes, pair, strict=True):
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)
        self._on_changed()

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        grid = QGridLayout()
        self._boxes = []
        for pair, (below, above) in enumerate(SD_MULTIPLIERS):
            low = self._box(f"below_{pair + 1}", "m − ", below)
            high = self._box(f"above_{pair + 1}", "m + ", above)
            grid.addWidget(QLabel(tr("Pair {pair}").format(pair=pair + 1)), pair, 0)
            grid.addWidget(low, pair, 1)
            grid.addWidget(high, pair, 2)
            self._boxes.append((low, high))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)
        row = QHBoxLayout()
        self.note = QLabel()
        self.note.setObjectName("threshold_note")
        self.note.setWordWrap(True)
        self.reset_button = QPushButton(tr("Paper's values"))
        self.reset_button.setObjectName("reset_thresholds")
        self.reset_button.clicked.connect(lambda _: self.reset())
        row.addWidget(self.note, 1)
        row.addWidget(self.reset_button)
        column.addLayout(row)

    def _box(self, name: str, prefix: str, value: float) -> QDoubleSpinBox:
        box = number_box()
        box.setObjectName(name)
        box.setRange(*LIMITS_SD)
        box.setDecimals(2)
        box.setSingleStep(0.1)
        box.setPrefix(prefix)
        box.setSuffix(" s")
        # Arrow keys and the wheel do it too, and the number is seen whole.
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setValue(value)
        box.setToolTip(
            tr("The paper's: {prefix}{value:g} s, of the region's grey values.").format(
                prefix=prefix, value=value
            )
        )
        box.valueChanged.connect(lambda _: self._on_changed())
        return box

    def _on_changed(self) -> None:
        self._show_state()
        self.changed.emit()

    def _show_state(self) -> None:
        papers = self.are_the_papers()
        self.note.setText(PAPER if papers else EXPLORING)
        self.reset_button.setEnabled(not papers)
        self.reset_button.setToolTip(IS_PAPERS if papers else "")
        for boxes, pair in zip(self._boxes, SD_MULTIPLIERS, strict=True):
            for box, value in zip(boxes, pair, strict=True):
                changed = box.value() != value
                box.setStyleSheet(
                    f"color: {readable(CHANGED, self)}" if changed else ""
                )
