"""The dock *Film facts*: windows to choose from, and what the film says of itself."""

from __future__ import annotations

from html import escape
from typing import Any

from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...core.errors import Refused
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.identity import facts_of, kind_of
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.origins import origin_of
from ..viewer.session import Session, session_of
from ..viewer.window_level import film_in_front
from .film_facts import NOT_READ, fact_lines
from .window_choice import WindowChoice

NO_FILM = tr("<b>Open a radiograph first.</b> What it says of itself appears here.")
PRIVATE = tr("Show what may tell who the patient is")
PRIVATE_HINT = tr(
    "Names, numbers, dates, free texts and manufacturers' own elements: read from the"
    " file when you ask for them, and kept nowhere."
)
NO_FILE = tr("The layer was not read from a DICOM file that is still there.")
NOTHING_DOUBTFUL = tr("Nothing about this film is doubtful.")


class FilmFactsWidget(ListeningWidget):
    """Facts of the film in front; private elements only when they are asked for."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._film: Any = None
        self._setup_ui()
        self._let_shrink()
        self._listen()

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        self.title = QLabel()
        self.title.setObjectName("film")
        self.title.setWordWrap(True)
        self.windows = WindowChoice()
        self.facts = _table("facts", ["", ""])
        self.facts.horizontalHeader().hide()
        self.flags = QLabel()
        self.flags.setObjectName("flags")
        self.flags.setWordWrap(True)
        self.private = QCheckBox(PRIVATE)
        self.private.setObjectName("show_private")
        self.elements = _table("elements", [tr("Tag"), tr("Element"), tr("Value")])
        column.addWidget(self.title)
        column.addWidget(self.windows)
        column.addWidget(self.facts, 3)
        column.addWidget(self.flags)
        column.addWidget(self.private)
        column.addWidget(self.elements, 4)
        self.private.toggled.connect(lambda _: self._show_elements())

    def _heard(self) -> Heard:
        layers = self._session.layers
        return [
            (layers.events.inserted, self._on_layers_changed),
            (layers.events.removed, self._on_layers_changed),
            (layers.selection.events.active, self._on_layers_changed),
            (self._session.measured, self._on_layers_changed),
        ]

    def _on_listening(self) -> None:
        self._on_layers_changed()

    def _on_left(self) -> None:
        self.windows.show_film(None)
        self._film = None

    def _on_layers_changed(self, event: Any = None) -> None:
        film = film_in_front(self._session)
        if film is not self._film:
            self._film = film
            # What was asked for about one film was not asked for about the next.
            self.private.blockSignals(True)
            self.private.setChecked(False)
            self.private.blockSignals(False)
            self.windows.show_film(film)
        self._show_film()

    def _show_film(self) -> None:
        film = self._film
        self.title.setText(NO_FILM if film is None else f"<b>{escape(film.name)}</b>")
        lines = [] if film is None else fact_lines(film)
        _fill(self.facts, lines)
        self.facts.setVisible(bool(lines))
        self.flags.setText(_flags_text(film))
        self._show_elements()

    def _show_elements(self) -> None:
        film = self._film
        path = None if film is None else origin_of(film)
        readable = path is not None and facts_of(film).get("facts") is not None
        self.private.setEnabled(readable)
        self.private.setToolTip(PRIVATE_HINT if readable else NO_FILE)
        rows: list[tuple[str, ...]] = []
        if readable and path is not None:
            from ...dicom import elements

            try:
                rows = [
                    (each.tag, each.name, each.value)
                    for each in elements(path)
                    if self.private.isChecked() or not each.private
                ]
            except Refused as refusal:
                rows = [("", "", said(refusal))]
        _fill(self.elements, rows)


def _flags_text(film: Any) -> str:
    if film is None:
        return ""
    if kind_of(film) != "film":
        return NOT_READ
    flags = facts_of(film).get("flags", ())
    if not flags:
        return NOTHING_DOUBTFUL
    return "<br>".join(f"⚠ {escape(said(text))}" for text in flags)


def _table(name: str, headings: list[str]) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    table.setObjectName(name)
    table.setHorizontalHeaderLabels(headings)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(len(headings) - 1, QHeaderView.ResizeMode.Stretch)
    return table


def _fill(table: QTableWidget, rows: list[tuple[str, ...]]) -> None:
    table.setRowCount(len(rows))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(i, j, item)
