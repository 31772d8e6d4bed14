"""A figure of a validation in the window: its points can be read and clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg, NavigationToolbar2QT
from matplotlib.figure import Figure
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QScrollArea, QVBoxLayout, QWidget

SCALE = 0.92


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure, and its picture in the size that it was drawn in."""

    figure: Figure
    picture: RendererAgg


def draw_figure(figure: Figure, width_px: int) -> Drawing:
    """Draw a figure for a view of this width; takes a second, so not in the window."""
    figure.set_facecolor("white")
    figure.set_size_inches(width_px / figure.dpi, figure.get_figheight() * SCALE)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Drawing(figure, canvas.get_renderer())


class DrawnCanvas(FigureCanvasQTAgg):
    """A canvas that need not draw what is drawn, as long as it has the same size."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(drawing.figure)
        self._picture: RendererAgg | None = drawing.picture
        self._shown = False

    def get_renderer(self) -> RendererAgg:
        """The picture, while it fits."""
        return self._picture if self._fits() else super().get_renderer()

    def draw(self) -> None:
        """Show the picture; draw anew in another size, or when asked again."""
        if self._shown or not self._fits():
            self._picture = None
            super().draw()
            return
        self._shown = True
        self.renderer = self._picture
        self.update()

    def _fits(self) -> bool:
        picture = self._picture
        size = tuple(int(n) for n in self.figure.bbox.size)
        return picture is not None and size == (picture.width, picture.height)


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
        self.canvas: FigureCanvasQTAgg | None = None
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
        canvas = self.canvas = DrawnCanvas(drawing)
        canvas.setFixedHeight(int(drawing.picture.height))
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
