"""The list of films: evenness, type, boxes and mask of each."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..ui.folder_field import FolderField
from ..ui.run_bar import BUSY
from ..ui.sentences import said
from ..ui.translation import tr
from .films import PairFilm, ordered

COLUMNS = (tr("film"), tr("evenness"), tr("type"), tr("STO boxes"), tr("hip mask"))
NO_FILMS = tr("Choose a folder of films first.")


class FilmList(QWidget):
    """``folder_chosen`` gives a path, ``film_chosen`` a :class:`PairFilm`."""

    folder_chosen = Signal(object)
    film_chosen = Signal(object)
    order_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._films: list[PairFilm] = []
        self._folder: Path | None = None
        self._setup_ui()
        self.field.chosen.connect(self._on_chosen)
        self.order_button.clicked.connect(lambda _: self.order_wanted.emit())
        self.table.itemSelectionChanged.connect(self._on_selected)

    def films(self) -> list[PairFilm]:
        """The films in the order of the list."""
        return list(self._films)

    def choose_folder(self, folder: Path) -> None:
        """List the films of a folder, as if it had been typed."""
        self.field.line.setText(str(folder))
        self._on_chosen()

    def show_films(self, films: list[PairFilm]) -> None:
        """List these films; the chosen one stays chosen if it is among them."""
        chosen = self._chosen()
        self.table.blockSignals(True)
        self._films = films
        self.table.clearSelection()
        self.table.setCurrentCell(-1, -1)
        self.table.setRowCount(len(films))
        for row in range(len(films)):
            self._fill(row)
        for row, film in enumerate(films):
            if chosen is not None and film.name == chosen.name:
                self.table.selectRow(row)
        self.table.blockSignals(False)

    def update_film(self, film: PairFilm) -> None:
        """Show what is new about one film."""
        for row, known in enumerate(self._films):
            if known.name == film.name:
                self._films[row] = film
                self._fill(row)

    def show_score(self, name: str, score: float | None, reason: str) -> None:
        """Show how even a film is, where it stands in the list by now."""
        for film in self._films:
            if film.name == name:
                self.update_film(film.with_score(score, reason))
                return

    def order(self) -> None:
        """The most even first."""
        self.show_films(ordered(self._films))

    def step(self, by: int) -> None:
        """Choose the next film, or the one before."""
        row = self.table.currentRow() + by
        if 0 <= row < len(self._films):
            self.table.selectRow(row)

    def set_ready(self, films: bool, busy: bool) -> None:
        """Lock what makes no sense now."""
        self.field.setEnabled(not busy)
        self.field.setToolTip(BUSY if busy else "")
        self.order_button.setEnabled(films and not busy)
        self.order_button.setToolTip(BUSY if busy else "" if films else NO_FILMS)

    def _chosen(self) -> PairFilm | None:
        row = self.table.currentRow()
        return self._films[row] if 0 <= row < len(self._films) else None

    def _on_chosen(self) -> None:
        folder = self.field.folder()
        if folder is not None and folder != self._folder:
            self._folder = folder
            self.folder_chosen.emit(folder)

    def forget_folder(self) -> None:
        """Let the same folder be chosen again."""
        self._folder = None

    def _on_selected(self) -> None:
        film = self._chosen()
        if film is not None:
            self.film_chosen.emit(film)

    def _fill(self, row: int) -> None:
        film = self._films[row]
        marks = film.marks
        choice = None if marks is None else marks.choice
        texts = (
            film.name,
            "–" if film.score is None else f"{100 * film.score:.1f} %",
            "–" if choice is None else str(choice.film_type),
            "–" if marks is None else str(len(marks.sto_boxes)),
            tr("yes") if film.masked else "–",
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if column == 2 and choice is not None:
                item.setToolTip(f"{choice.by}, {choice.at}")
            elif film.reason:
                item.setToolTip(said(film.reason))
            self.table.setItem(row, column, item)

    def _setup_ui(self) -> None:
        self.field = FolderField("pair_folder", tr("a folder of films, or a study"))
        self.order_button = QPushButton(tr("Order by evenness"))
        self.order_button.setObjectName("order")
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setObjectName("pair_films")
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.verticalHeader().setVisible(False)
        self.table.setMinimumHeight(150)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        column.addWidget(self.table)
        column.addWidget(self.order_button)
