"""Labels that were changed elsewhere too: both side by side, and a choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....core.anatomy import INDEX, LANDMARK_IDS, distances_mm
from ....study import Conflict, Label, Labels
from ...ui.controls import button, enable, note, press, row
from ...ui.narrow import let_tab_leave
from ...ui.sentences import said
from ...ui.translation import first_capital, tr
from ..case.picture import CasePicture

MINE, THEIRS = tr("this window"), tr("the disk")
COLUMNS = (tr("Landmark"), tr("This window"), tr("The disk"), tr("Apart"), tr("Keep"))
UNREADABLE = tr("The file on the disk cannot be read.")


class ConflictDialog(QDialog):
    """Two states of one case; ``kept`` is emitted with the labels that were chosen.

    Nothing is written before that, and both states stay in the history.
    """

    kept = Signal(object)

    def __init__(
        self, conflict: Conflict, film_layer: Any, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._conflict = conflict
        self._names = differing(conflict.mine, conflict.theirs)
        self._setup_ui(film_layer)
        self._connect()

    def _setup_ui(self, film_layer: Any) -> None:
        self.setObjectName("conflict")
        self.setWindowTitle(tr("Changed in two places"))
        mine, theirs = self._conflict.mine, self._conflict.theirs
        both = [labels for labels in (mine, theirs) if labels is not None]
        pictures = QGridLayout()
        for column, (title, labels) in enumerate(((MINE, mine), (THEIRS, theirs))):
            pictures.addWidget(QLabel(f"<b>{first_capital(title)}</b>"), 0, column)
            shown = CasePicture(film_layer, labels, set(self._names), both)
            pictures.addWidget(shown, 1, column)
        self.table = QTableWidget(len(self._names), len(COLUMNS))
        self.table.setObjectName("differences")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(
            len(COLUMNS) - 1, QHeaderView.ResizeMode.ResizeToContents
        )
        self.choices: dict[str, QComboBox] = {}
        for i, name in enumerate(self._names):
            self._fill(i, name)
        self.keep_mine = button("keep_mine", tr("Keep all of this window"))
        self.keep_theirs = button("keep_theirs", tr("Keep all of the disk"))
        self.keep_chosen = button("keep_chosen", tr("Keep as chosen"))
        for each in (self.keep_theirs, self.keep_chosen):
            enable(each, theirs is not None, UNREADABLE)
        column = QVBoxLayout(self)
        column.addWidget(note("conflict_reason", said(self._conflict.reason)))
        column.addLayout(pictures)
        column.addWidget(self.table, 1)
        column.addLayout(row(self.keep_mine, self.keep_theirs, self.keep_chosen))
        let_tab_leave(self)
        self.resize(680, 720)

    def _fill(self, i: int, name: str) -> None:
        mine, theirs = self._conflict.mine, self._conflict.theirs
        assert theirs is not None
        spacing = mine.film.spacing_mm or theirs.film.spacing_mm
        texts = (
            name,
            _text(mine.landmarks.get(name)),
            _text(theirs.landmarks.get(name)),
            _apart(mine, theirs, name, spacing),
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(i, column, item)
        choice = QComboBox()
        choice.setObjectName(f"keep_{name}")
        choice.addItems([MINE, THEIRS])
        self.choices[name] = choice
        self.table.setCellWidget(i, len(COLUMNS) - 1, choice)

    def _connect(self) -> None:
        press(self.keep_mine, lambda: self._keep(self._conflict.mine))
        press(self.keep_theirs, lambda: self._keep(self._conflict.theirs))
        press(self.keep_chosen, lambda: self._keep(self.chosen()))

    def chosen(self) -> Labels:
        """The mixture: each landmark from where its line says."""
        mine, theirs = self._conflict.mine, self._conflict.theirs
        assert theirs is not None
        from_disk = {
            name
            for name, choice in self.choices.items()
            if choice.currentText() == THEIRS
        }
        landmarks = {
            name: label
            for name in LANDMARK_IDS
            if (
                label := (theirs if name in from_disk else mine).landmarks.get(name)
            ) is not None
        }  # fmt: skip
        return replace(mine, landmarks=landmarks)

    def _keep(self, labels: Labels | None) -> None:
        self.kept.emit(labels)
        self.accept()


def differing(mine: Labels, theirs: Labels | None) -> list[str]:
    """The landmarks that are not the same in both."""
    if theirs is None:
        return []
    return [
        name
        for name in LANDMARK_IDS
        if _core(mine.landmarks.get(name)) != _core(theirs.landmarks.get(name))
    ]


def _core(label: Label | None) -> Any:
    return None if label is None else (label.xy, label.state)


def _text(label: Label | None) -> str:
    if label is None:
        return tr("missing")
    when = label.when[11:16]
    return f"{tr(label.state)}{f', {when}' if when else ''}"


def _apart(
    mine: Labels, theirs: Labels, name: str, spacing: tuple[float, float] | None
) -> str:
    a, b = mine.xy[INDEX[name]], theirs.xy[INDEX[name]]
    if not np.isfinite([a, b]).all():
        return "–"
    distance = float(distances_mm(a, b, spacing or (1.0, 1.0)))
    return f"{distance:.1f} {'px' if spacing is None else 'mm'}"
