"""Docks that stay usable on a small screen: what makes room, and what gives way."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

FEWEST_LETTERS, BUTTON_MARGIN = 6, 8
OF_TEXT = "least_px_of_text"
"""A button's property: the least width that its text was given here."""
NARROW, LARGE = 320, 1500
"""Screen pixels: what a dock takes of a small screen, and from where one is large."""


class NarrowDock(QWidget):
    """A dock that takes 320 pixels of a small screen, and more of a large one.

    A subclass calls :meth:`_let_shrink` when it is set up.

    Attributes
    ----------
    WIDE
        What it takes of a large screen.
    """

    WIDE = 440

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow on a small screen: the film needs the room."""
        screen = self.screen()
        small = screen is not None and screen.availableSize().width() < LARGE
        return QSize(NARROW if small else self.WIDE, super().sizeHint().height())

    def showEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Measure the buttons anew: napari's letters are known by now."""
        super().showEvent(event)
        let_buttons_shrink(self)

    def _let_shrink(self) -> None:
        """Let long labels stand above their field, and no long choice be in the way.

        Tab leaves a table, as it leaves every other control.
        """
        let_choices_shrink(self)
        let_buttons_shrink(self)
        let_tab_leave(self)
        for form in self.findChildren(QFormLayout):
            form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)


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


def let_buttons_shrink(widget: QWidget) -> None:
    """Let short buttons be narrower than the 80 pixels that Qt gives each."""
    for button in widget.findChildren(QPushButton):
        if button.minimumWidth() in (0, button.property(OF_TEXT)):
            text_px = button.fontMetrics().horizontalAdvance(button.text())
            button.setMinimumWidth(text_px + BUTTON_MARGIN)
            button.setProperty(OF_TEXT, text_px + BUTTON_MARGIN)


def let_tab_leave(widget: QWidget) -> None:
    """Let Tab go on from a table to what stands below it; arrows go from cell to cell.

    Qt keeps it in the table for ever, so whoever has no mouse came no further.
    """
    for table in widget.findChildren(QTableView):
        table.setTabKeyNavigation(False)


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
