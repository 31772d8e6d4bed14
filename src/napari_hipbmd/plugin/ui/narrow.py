"""Docks that stay usable on a small screen: what makes room, and what gives way."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

FEWEST_LETTERS = 6


def scrolled_column(panel: QWidget, spacing: int = 4) -> QVBoxLayout:
    """A column for a panel's controls, which scrolls where the panel is too low."""
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(4, 4, 4, 4)
    column.setSpacing(spacing)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    area.setWidget(inside)
    outer = QVBoxLayout(panel)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(area)
    return column


def let_choices_shrink(widget: QWidget) -> None:
    """Let no long entry of a choice keep a dock from being made narrow."""
    for choice in widget.findChildren(QComboBox):
        choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        choice.setMinimumContentsLength(FEWEST_LETTERS)


class Squares(QWidget):
    """Square pictures side by side, as large as the width lets them be.

    Parameters
    ----------
    pictures
        Widgets that paint themselves at any size.
    least, most
        Of their side, in screen pixels.
    """

    def __init__(self, *pictures: QWidget, least: int, most: int) -> None:
        super().__init__()
        self._pictures, self._least, self._most = pictures, least, most
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        for picture in pictures:
            self._line.addWidget(picture)
        self._fit(least)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Fill the new width."""
        super().resizeEvent(event)
        count = len(self._pictures)
        room = (event.size().width() - self._line.spacing() * (count - 1)) // count
        self._fit(min(max(room, self._least), self._most))

    def _fit(self, side: int) -> None:
        for picture in self._pictures:
            picture.setFixedSize(side, side)
        self.setMinimumWidth(len(self._pictures) * (self._least + self._line.spacing()))
        self.setFixedHeight(side)
