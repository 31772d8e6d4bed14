"""A figure of a validation in the window: its points can be read and clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QScrollArea, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from .drawing import Drawing, DrawnCanvas


class FigureView(QWidget):
    """Shows one figure at a time.

    A point is one of a scatter whose ``gid`` is a row and whose ``urls`` are case ids.
    ``hovered`` is emitted with (row, case id) under the mouse, two empty texts off
    every point; ``clicked`` when a point is pressed.
    """

    hovered = Signal(str, str)
    clicked = Signal(str, str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.canvas: DrawnCanvas | None = None
        self._toolbar: Any = None
        self._leaving: list[QWidget | None] = []
        self._under = ("", "")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        # Always there: a figure is drawn for the room beside it.
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._column.addWidget(self._scroll, 1)

    @property
    def room_px(self) -> int:
        """How wide a figure is shown."""
        return int(self._scroll.viewport().width())

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Show this figure in place of the one before."""
        at = self._scroll.verticalScrollBar().value()
        # Later: the canvas may be in the middle of an event, or about to draw.
        # Held till then, lest a worker thread's garbage collection takes it away.
        self._leaving = [self._scroll.takeWidget(), self._toolbar]
        for old in self._leaving:
            if old is not None:
                old.hide()
                old.deleteLater()
        self._toolbar = self.canvas = None
        if drawing is None:
            self._scroll.setWidget(QWidget())
            return
        from matplotlib.backends.backend_qtagg import NavigationToolbar2QT

        from .drawing import DrawnCanvas

        canvas = self.canvas = DrawnCanvas(drawing)
        canvas.setFixedHeight(drawing.height_px)
        canvas.mpl_connect("motion_notify_event", self._on_moved)
        canvas.mpl_connect("button_press_event", self._on_pressed)
        self._scroll.setWidget(canvas)
        self._toolbar = NavigationToolbar2QT(canvas, self, coordinates=False)
        self._column.addWidget(self._toolbar)
        self._scroll.verticalScrollBar().setValue(at)

    def _on_moved(self, event: Any) -> None:
        found = point_at(event)
        if found == self._under:
            return
        self._under = found
        if self.canvas is not None and not self._toolbar.mode:
            shape = Qt.CursorShape
            self.canvas.setCursor(
                shape.PointingHandCursor if found[1] else shape.ArrowCursor
            )
        self.hovered.emit(*found)

    def _on_pressed(self, event: Any) -> None:
        found = point_at(event)
        # While the toolbar zooms or pans, a press is not about a point.
        if found[1] and event.button == 1 and not self._toolbar.mode:
            self.clicked.emit(*found)


def point_at(event: Any) -> tuple[str, str]:
    """Row and case of the nearest point under the mouse; two empty texts without."""
    best, found = np.inf, ("", "")
    for artist in event.inaxes.collections if event.inaxes is not None else ():
        cases = artist.get_urls()
        if not artist.get_gid() or len(cases) != len(artist.get_offsets()):
            continue
        hit, which = artist.contains(event)
        if not hit:
            continue
        points = artist.get_offset_transform().transform(artist.get_offsets())
        away = np.hypot(*(points[which["ind"]] - (event.x, event.y)).T)
        if away.min() < best:
            best = float(away.min())
            index = int(which["ind"][int(away.argmin())])
            found = (str(artist.get_gid()), str(cases[index]))
    return found
