"""The sixteen landmarks of the open case, one a line."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ....core.anatomy import LANDMARK_IDS, LANDMARKS
from ....evaluation.observers import CONSENSUS
from ....study import Label, Labels
from ....study.exchange import IMPORTED
from ...ui.colours import readable
from ...ui.translation import tr
from ..case.layers import STATE_COLOURS

COLUMNS = ("", tr("Landmark"), tr("State"), tr("From"), tr("Moved"))
ID, NAME, STATE, SOURCE, MOVED = range(5)
MISSING = "missing"
ROW_PX, LEAST_ROWS = 21, 5
NOTHING = "–"


class LandmarkTable(QTableWidget):
    """Id, name, state, origin and displacement; a click goes to the landmark.

    ``chosen`` is emitted with the id of the landmark that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(len(LANDMARKS), len(COLUMNS), parent)
        self.setObjectName("landmarks")
        self.setHorizontalHeaderLabels(list(COLUMNS))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMinimumHeight(LEAST_ROWS * ROW_PX)
        for row, mark in enumerate(LANDMARKS):
            for column in range(len(COLUMNS)):
                self.setItem(row, column, QTableWidgetItem())
            self.item(row, ID).setText(mark.id)
            self.item(row, NAME).setText(tr(mark.name))
            self.item(row, NAME).setToolTip(f"{mark.id}: {tr(mark.definition)}")
        self.cellClicked.connect(lambda row, _: self.chosen.emit(LANDMARK_IDS[row]))

    def show_nothing(self) -> None:
        """No case is open."""
        self.clearSelection()
        for row in range(self.rowCount()):
            for column in (STATE, SOURCE, MOVED):
                self.item(row, column).setText(NOTHING)
                self.item(row, column).setToolTip("")

    def show_labels(
        self, labels: Labels, current: str, warned: dict[str, str] | None = None
    ) -> None:
        """Fill in a case; ``warned`` gives landmarks that the check doubts."""
        spacing = labels.film.spacing_mm
        for row, name in enumerate(LANDMARK_IDS):
            label = labels.landmarks.get(name)
            state = tr(MISSING if label is None else label.state)
            item = self.item(row, STATE)
            item.setText(f"{state} ⚠" if warned and name in warned else state)
            item.setToolTip((warned or {}).get(name, ""))
            colour = "#ff6b5e" if label is None else STATE_COLOURS[label.state]
            item.setForeground(QColor(readable(colour, self)))
            self.item(row, SOURCE).setText(_source(label))
            self.item(row, SOURCE).setToolTip(_history(label))
            self.item(row, MOVED).setText(_moved(label, spacing))
        row = LANDMARK_IDS.index(current)
        self.blockSignals(True)
        self.selectRow(row)
        self.blockSignals(False)
        self.scrollToItem(self.item(row, ID))


def _source(label: Label | None) -> str:
    if label is None:
        return NOTHING
    if label.source == "person":
        return label.who or tr("person")
    if label.source == CONSENSUS:
        return label.version.split(",")[0].split(" of ")[0]
    return tr("file") if label.source.startswith(IMPORTED) else tr("model")


def _history(label: Label | None) -> str:
    """Where a label came from, in a sentence."""
    if label is None:
        return tr("Nobody has placed it yet.")
    if label.source == "person":
        start = tr("Placed by hand")
    elif label.source == CONSENSUS:
        start = tr("Settled: {version}").format(version=label.version)
    elif label.source.startswith(IMPORTED):
        start = label.source.capitalize()
    else:
        start = (
            tr("Started from the prediction of {source} {version}")
            .format(source=label.source, version=label.version)
            .strip()
        )
    who = tr(", last touched by {who}").format(who=label.who) if label.who else ""
    when = ""
    if label.when:
        day, _, time = label.when.partition("T")
        when = tr(" on {day} at {time}").format(day=day, time=time)
    return f"{start}{who}{when}."


def _moved(label: Label | None, spacing_mm: tuple[float, float] | None) -> str:
    """How far it was moved from its prediction."""
    if label is None or label.moved_px is None:
        return NOTHING
    moved_mm = label.moved_mm(spacing_mm)
    return f"{label.moved_px:.1f} px" if moved_mm is None else f"{moved_mm:.1f} mm"
