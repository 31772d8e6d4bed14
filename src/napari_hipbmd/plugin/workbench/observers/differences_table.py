"""A table of how far two observers are apart, sorted by a click on a head."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ....evaluation.observers import FilmDifference, error_figures
from ....evaluation.observers.figures import units_of
from ...ui.translation import tr

ROLE = Qt.ItemDataRole.UserRole
NOTHING = "–"
Cell = str | float | int | None


@dataclass(frozen=True)
class DifferenceLine:
    """Cells, and where a click on them goes."""

    cells: tuple[Cell, ...]
    case_id: str
    landmark: str


class DifferencesTable(QTableWidget):
    """Lines with numbers that sort as numbers.

    ``wanted`` is emitted with a case's and a landmark's id when a line is clicked.
    """

    wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 0, parent)
        self.setObjectName("observer_differences")
        self.setToolTip(tr("Click a line to go there, a head to sort by it."))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(21)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSortingEnabled(True)
        self.cellClicked.connect(self._on_clicked)

    def show_lines(self, heads: Sequence[str], lines: Iterable[DifferenceLine]) -> None:
        """Show other lines, sorted as before where the columns are the same."""
        lines = list(lines)
        same = [self._head(i) for i in range(self.columnCount())] == list(heads)
        column, order = (
            self.horizontalHeader().sortIndicatorSection(),
            (self.horizontalHeader().sortIndicatorOrder()),
        )
        self.setSortingEnabled(False)
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels(list(heads))
        self.setRowCount(len(lines))
        for i, line in enumerate(lines):
            for j, value in enumerate(line.cells):
                item = _Item(value)
                item.setData(ROLE, line)
                self.setItem(i, j, item)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        if not same:
            # As given: the caller puts the worst first.
            column, order = len(heads), Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, order)
        self.setSortingEnabled(True)

    def mark(self, case_id: str, landmark: str) -> None:
        """Show which line is the current one."""
        for i in range(self.rowCount()):
            line: DifferenceLine = self.item(i, 0).data(ROLE)
            if (line.case_id, line.landmark) == (case_id, landmark):
                self.selectRow(i)
                return
        self.clearSelection()

    def _head(self, column: int) -> str:
        item = self.horizontalHeaderItem(column)
        return item.text() if item is not None else ""

    def _on_clicked(self, row: int, column: int) -> None:
        line: DifferenceLine = self.item(row, column).data(ROLE)
        self.wanted.emit(line.case_id, line.landmark)


class _Item(QTableWidgetItem):
    """A cell that sorts by its value: numbers before what is not known."""

    def __init__(self, value: Cell) -> None:
        super().__init__(_text(value))
        self._key = (value is None or isinstance(value, str), value or 0)
        if not isinstance(value, str):
            self.setTextAlignment(
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, _Item):
            if isinstance(self._key[1], str) != isinstance(other._key[1], str):
                return self._key[0] < other._key[0]
            return self._key < other._key
        return super().__lt__(other)


def _text(value: Cell) -> str:
    if value is None or value != value:
        return NOTHING
    return f"{value:.1f}" if isinstance(value, float) else str(value)


Lines = tuple[tuple[str, ...], list[DifferenceLine]]


def one_by_one(differences: Iterable[FilmDifference], *, with_case: bool) -> Lines:
    """Each landmark of each film, the farthest apart first."""
    found = list(differences)
    unit = _unit(found)
    lines = [
        DifferenceLine(
            (
                *((each.case_id,) if with_case else ()),
                each.landmark,
                _length(each),
                each.lateral_mm,
                each.inferior_mm,
                _states(each),
            ),
            each.case_id,
            each.landmark,
        )
        for each in sorted(found, key=lambda d: -(_length(d) or 0))
    ]
    heads = (
        tr("Landmark"),
        tr("Apart, {unit}").format(unit=unit),
        tr("lateral"),
        tr("inferior"),
        tr("States"),
    )
    return ((tr("Film"), *heads) if with_case else heads), lines


def by_film(differences: Iterable[FilmDifference]) -> Lines:
    """Each film with its figures; a click goes to its worst landmark."""
    return _grouped(differences, tr("Film"), lambda each: each.case_id)


def by_landmark(differences: Iterable[FilmDifference]) -> Lines:
    """Each landmark with its figures; a click goes to its worst film."""
    return _grouped(differences, tr("Landmark"), lambda each: each.landmark)


def _grouped(
    differences: Iterable[FilmDifference],
    first: str,
    key: Callable[[FilmDifference], str],
) -> Lines:
    groups: dict[str, list[FilmDifference]] = {}
    for each in differences:
        groups.setdefault(key(each), []).append(each)
    unit = _unit([each for group in groups.values() for each in group])
    lines = []
    for name, group in groups.items():
        worst = max(group, key=lambda d: _length(d) or 0)
        f = error_figures(group, unit)
        cells = (name, f.n, f.mean, f.sd, f.p95, f.largest, f.only_one)
        lines.append(DifferenceLine(cells, worst.case_id, worst.landmark))
    lines.sort(key=lambda line: -float(line.cells[2] or 0))
    return (
        first,
        "n",
        tr("mean, {unit}").format(unit=unit),
        tr("SD"),
        "95 %",
        tr("largest"),
        tr("one only"),
    ), lines


def _unit(differences: Sequence[FilmDifference]) -> str:
    return next(iter(units_of(differences)), "mm")


def _length(each: FilmDifference) -> float | None:
    return each.distance_px if each.distance_mm is None else each.distance_mm


def _states(each: FilmDifference) -> str:
    if each.a_state == each.b_state:
        return tr(each.a_state)
    return f"{tr(each.a_state)} / {tr(each.b_state)}"
