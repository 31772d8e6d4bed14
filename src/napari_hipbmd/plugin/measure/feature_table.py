"""The nine features in a table, with their thresholds and what these clip."""

from __future__ import annotations

from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ...core.anatomy import REGIONS, Region
from ...core.region_colours import REGION_COLOURS
from ..ui.colours import readable
from ..ui.translation import tr
from ..viewer.result_panel import SITE_NAMES
from .thresholding import ThresholdedRegion

COLUMNS = {
    "T1": tr("Lower threshold: what is below is set to it."),
    "T2": tr("Upper threshold: what is above is set to it."),
    tr("feature"): tr("Mean grey value after clipping; 0 … 1 is the film's format."),
    "→ T1": tr("Part of the region's pixels that were raised to T1."),
    "→ T2": tr("Part of the region's pixels that were lowered to T2."),
}
PAIRS = 3
ROW_PX = 22
NOTHING = "–"


class FeatureRows(QTableWidget):
    """Three regions × three pairs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PAIRS * len(REGIONS), len(COLUMNS), parent)
        self.setObjectName("features")
        self._setup_ui()

    def show_region(self, region: Region, part: ThresholdedRegion | None) -> None:
        """Show one region's three rows, or that nothing is known."""
        for pair in range(PAIRS):
            row = PAIRS * REGIONS.index(region) + pair
            for column, text in enumerate(_cells(part, pair)):
                item = self.item(row, column)
                if item.text() != text:
                    item.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """The rows' names in colours that can be read in the window's theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            for row in range(self.rowCount()):
                if (header := self.verticalHeaderItem(row)) is not None:
                    colour = REGION_COLOURS[REGIONS[row // PAIRS]]
                    header.setForeground(QColor(readable(colour, self)))

    def _setup_ui(self) -> None:
        self.setHorizontalHeaderLabels(list(COLUMNS))
        for column, explanation in enumerate(COLUMNS.values()):
            self.horizontalHeaderItem(column).setToolTip(explanation)
        for row in range(self.rowCount()):
            region, pair = REGIONS[row // PAIRS], row % PAIRS
            header = QTableWidgetItem(f"{SITE_NAMES[region]} {pair + 1}")
            self.setVerticalHeaderItem(row, header)
            for column in range(self.columnCount()):
                item = QTableWidgetItem(NOTHING)
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.setItem(row, column, item)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().setSectionResizeMode(
            QHeaderView.ResizeMode.ResizeToContents
        )
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(ROW_PX * self.rowCount() + 30 + bar)


def _cells(part: ThresholdedRegion | None, pair: int) -> list[str]:
    if part is None or not part.values.size:
        return [NOTHING] * len(COLUMNS)
    t1, t2 = part.found.thresholds[pair]
    raised, lowered = part.clipped_share(pair)
    numbers = [f"{v:.4f}" for v in (t1, t2, part.found.features[pair])]
    shares = [f"{share:.1%}" for share in (raised, lowered)]
    return [text.replace("-", "−") for text in numbers + shares]
