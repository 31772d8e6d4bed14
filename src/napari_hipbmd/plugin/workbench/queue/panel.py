"""The tab *Cases*: the study's films with their status and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....study import STATUSES, QueueEntry, QueueStatus
from ...ui.colours import readable
from ...ui.controls import button, enable, note, row
from ...ui.translation import tr

ALL, UNDONE = "all cases", "not done"
STATUS_COLOURS: dict[QueueStatus, str] = {
    "untouched": "#9a9a9a",
    "predicted": "#56b4e9",
    "in work": "#ffb347",
    "done": "#3ddc97",
    "second look": "#ff6b5e",
}
CASE, STATUS, NOTE = range(3)
MEASURED_ROWS = 100
"""Beyond those in sight, by which the width of a column is found."""
NO_STUDY = tr("Open a study first.")


class _Line(NamedTuple):
    """A line of the table; the one of the open case is bold."""

    entry: QueueEntry
    current: bool


class QueuePanel(QWidget):
    """A table of cases that can be filtered; a double click opens one.

    ``wanted`` is emitted with the id of the case to open, ``noted`` with a case's id
    and its new note, ``filtered`` when other cases are shown.
    """

    wanted = Signal(str)
    noted = Signal(str, str)
    filtered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[QueueEntry] = []
        self._current = ""
        self._lines: dict[int, _Line] = {}
        self._setup_ui()
        self._connect()

    def _setup_ui(self) -> None:
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(tr("Part of a name or a note"))
        self.search.setClearButtonEnabled(True)
        self.status = QComboBox()
        self.status.setObjectName("status_filter")
        for said in (ALL, UNDONE, *STATUSES):
            self.status.addItem(tr(said), said)
        self.table = QTableWidget(0, 3)
        self.table.setObjectName("queue")
        self.table.setHorizontalHeaderLabels([tr("Case"), tr("Status"), tr("Note")])
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(22)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setToolTip(
            tr("Double-click a case to open it, or its note to write.")
        )
        header = self.table.horizontalHeader()
        header.setResizeContentsPrecision(MEASURED_ROWS)
        header.setSectionResizeMode(CASE, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(STATUS, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        self.predict = button(
            "predict",
            tr("Predict all"),
            tr("Predict the landmarks of every film without any."),
        )
        self.cancel = button("cancel_predict", tr("Cancel"))
        self.progress = QProgressBar()
        self.progress.setObjectName("predict_progress")
        self.progress.hide()
        self.count = note("queue_count")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addLayout(row(self.search, self.status))
        column.addWidget(self.table, 1)
        column.addWidget(self.count)
        column.addLayout(row(self.predict, self.cancel))
        column.addWidget(self.progress)
        self.set_running(False)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._on_filter_changed())
        self.status.currentIndexChanged.connect(lambda _: self._on_filter_changed())
        self.table.cellDoubleClicked.connect(self._on_double_clicked)
        self.table.itemChanged.connect(self._on_item_changed)

    def show_rows(self, rows: Sequence[QueueEntry], current: str) -> None:
        """Show the cases of a study; the open one is bold."""
        self._rows, self._current = list(rows), current
        self._fill()

    def shown(self) -> list[str]:
        """The ids of the cases that the filter lets through, in order."""
        return [row.case_id for row in self._shown()]

    def set_running(self, running: bool, study: bool = False) -> None:
        """Lock what makes no sense while films are predicted."""
        reason = tr("Films are being predicted.") if running else NO_STUDY
        hint = tr("Predict the landmarks of every film that has no prediction.")
        enable(self.predict, study and not running, reason, hint)
        enable(
            self.cancel, running, tr("Nothing is running."), tr("Stop after this film.")
        )
        self.progress.setVisible(running)

    def show_progress(self, done: int, count: int) -> None:
        """How many films are predicted."""
        self.progress.setRange(0, count)
        self.progress.setValue(done)
        self.progress.setFormat(
            tr("{done} of {count} films predicted").format(done=done, count=count)
        )

    def _shown(self) -> list[QueueEntry]:
        text, status = self.search.text().casefold(), self.status.currentData()
        return [
            each
            for each in self._rows
            if (text in each.case_id.casefold() or text in each.note.casefold())
            and (
                status == ALL
                or each.status == status
                or (status == UNDONE and each.undone)
            )
        ]

    def _fill(self) -> None:
        """Show what has changed: two thousand lines made anew would be waited for."""
        shown = self._shown()
        lines = [_Line(each, each.case_id == self._current) for each in shown]
        self.table.blockSignals(True)
        self.table.setRowCount(len(lines))
        for i, line in enumerate(lines):
            if self._lines.get(i) != line:
                self._fill_line(i, line)
            if line.current:
                self.table.selectRow(i)
                self.table.scrollToItem(self.table.item(i, CASE))
        self.table.blockSignals(False)
        self._lines = dict(enumerate(lines))
        self.count.setText(self._counted(len(shown)))

    def _fill_line(self, i: int, line: _Line) -> None:
        entry = line.entry
        for column, text in enumerate((entry.case_id, tr(entry.status), entry.note)):
            item = QTableWidgetItem(text)
            if column != NOTE:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            if column == STATUS:
                item.setForeground(
                    QColor(readable(STATUS_COLOURS[entry.status], self.table))
                )
            font = item.font()
            font.setBold(line.current)
            item.setFont(font)
            self.table.setItem(i, column, item)

    def _counted(self, shown: int) -> str:
        if not self._rows:
            return ""
        parts = []
        for status in STATUSES:
            count = sum(row.status == status for row in self._rows)
            if count:
                parts.append(f"{count} {tr(status)}")
        head = (
            tr("{shown} of {count} shown: ").format(shown=shown, count=len(self._rows))
            if shown < len(self._rows)
            else ""
        )
        return head + ", ".join(parts)

    def _on_filter_changed(self) -> None:
        self._fill()
        self.filtered.emit()

    def _on_double_clicked(self, i: int, column: int) -> None:
        if column != NOTE:
            self.wanted.emit(self.table.item(i, CASE).text())

    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == NOTE:
            self._lines.pop(item.row(), None)  # it may be refused
            self.noted.emit(self.table.item(item.row(), CASE).text(), item.text())
