"""Small tables of a validation or a fit, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import (
    QAbstractItemView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from .rich import plain, sentence
from .translation import tr

if TYPE_CHECKING:
    from ...report.grid import Grid

ROW_PX = 22


class GridList(QWidget):
    """Each table with its title above and its note below."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.tables: list[QTableWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_grids(self, grids: Sequence[Grid]) -> None:
        """Show these in place of those before."""
        while self._column.count():
            widget = self._column.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        self.tables = []
        for grid in grids:
            self._column.addWidget(sentence("title", f"<b>{plain(grid.title)}</b>"))
            table = GridTable(grid)
            self.tables.append(table)
            self._column.addWidget(table)
            if grid.note:
                self._column.addWidget(sentence("note", plain(grid.note)))
        self._column.addStretch(1)


class GridTable(QTableWidget):
    """One table, as high as it is long; what is selected can be copied."""

    def __init__(self, grid: Grid, parent: QWidget | None = None) -> None:
        super().__init__(len(grid.rows), len(grid.heads), parent)
        self.setTabKeyNavigation(False)
        self.setHorizontalHeaderLabels(_heads(grid.heads))
        self.verticalHeader().hide()
        for i, row in enumerate(grid.rows):
            for j, cell in enumerate(row):
                item = QTableWidgetItem(cell)
                side = Qt.AlignmentFlag.AlignRight if j else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(i, j, item)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.resizeColumnsToContents()
        bar = self.horizontalScrollBar().sizeHint().height()
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(ROW_PX * len(grid.rows) + head + bar + 4)

    def cells(self) -> list[list[str]]:
        """What the table shows."""
        return [
            [self.item(i, j).text() for j in range(self.columnCount())]
            for i in range(self.rowCount())
        ]

    def keyPressEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Copy what is selected as lines of tab-separated cells."""
        if not event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            super().keyPressEvent(event)
            return
        lines = [
            "\t".join(
                self.item(i, j).text()
                for j in range(part.leftColumn(), part.rightColumn() + 1)
            )
            for part in self.selectedRanges()
            for i in range(part.topRow(), part.bottomRow() + 1)
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _heads(heads: Sequence[str]) -> list[str]:
    """An empty head is that of the interval of the column before."""
    return [head or tr("95 % interval") for head in heads]
