"""A lens: the film around the cursor or the current landmark, with a crosshair."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPointF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QImage, QPainter, QPen
from qtpy.QtWidgets import QWidget
from scipy.ndimage import map_coordinates

from ....study import Labels
from ...ui.translation import tr
from ..case.layers import STATE_COLOURS

SIDE = 200
FILM_PX = 44.0
"""Pixels of the film that the lens is wide."""
CROSS = "#ffe14d"


class Magnifier(QWidget):
    """A square piece of a film, much enlarged; the crosshair marks its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("magnifier")
        self.setToolTip(
            tr("The film under the cursor, or around the current landmark.")
        )
        self._film: Any = None
        self._labels: Labels | None = None
        self._middle: NDArray[np.float64] | None = None
        self._title = ""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square."""
        return QSize(SIDE, SIDE)

    def show_film(self, film_layer: Any) -> None:
        """Look at another film, or at none."""
        self._film, self._middle = film_layer, None
        self.update()

    def look_at(
        self, row_col: NDArray[np.float64] | None, title: str, labels: Labels | None
    ) -> None:
        """Show the film about a place.

        Parameters
        ----------
        row_col
            In pixels of the film; None shows nothing.
        title
            What is there, such as the landmark's id.
        labels
            Points that lie inside are drawn too.
        """
        self._middle, self._title, self._labels = row_col, title, labels
        self.update()

    @property
    def middle(self) -> NDArray[np.float64] | None:
        """The place that is shown, ``(row, column)``."""
        return self._middle

    def picture(self) -> NDArray[np.uint8]:
        """What the lens shows, ``(200, 200)`` grey."""
        film, middle = self._film, self._middle
        if film is None or middle is None:
            return np.zeros((SIDE, SIDE), np.uint8)
        at = (np.arange(SIDE) + 0.5 - SIDE / 2) * (FILM_PX / SIDE)
        rows, columns = at + middle[0], at + middle[1]
        data = film.data
        r0, c0 = (max(0, int(v[0]) - 2) for v in (rows, columns))
        part = np.asarray(
            data[r0 : int(rows[-1]) + 3, c0 : int(columns[-1]) + 3], float
        )
        if min(part.shape) < 2:
            return np.zeros((SIDE, SIDE), np.uint8)
        grid = np.meshgrid(rows - r0, columns - c0, indexing="ij")
        low, high = film.contrast_limits
        inverted = film.colormap.name.endswith("_r")
        outside = high if inverted else low
        seen = map_coordinates(part, grid, order=1, mode="constant", cval=outside)
        grey = np.clip((seen - low) / max(high - low, 1e-9), 0, 1)
        if inverted:
            grey = 1 - grey
        return (255 * grey).astype(np.uint8)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """The film, the landmarks on it, the crosshair and the title."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("black"))
        if self._film is None or self._middle is None:
            painter.setPen(QColor("#808080"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("no film"))
            return
        grey = np.ascontiguousarray(self.picture())
        painter.scale(self.width() / SIDE, self.height() / SIDE)
        image = QImage(grey.data, SIDE, SIDE, SIDE, QImage.Format.Format_Grayscale8)
        painter.drawImage(0, 0, image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_points(painter)
        self._paint_cross(painter)
        painter.setPen(QColor("white"))
        painter.setFont(QFont(painter.font().family(), 9))
        painter.drawText(6, 16, self._title)

    def _paint_points(self, painter: QPainter) -> None:
        if self._labels is None:
            return
        scale = SIDE / FILM_PX
        for label in self._labels.landmarks.values():
            if label.xy is None:
                continue
            x, y = (np.array(label.xy) - self._middle[::-1]) * scale + SIDE / 2
            if 0 <= x < SIDE and 0 <= y < SIDE:
                painter.setPen(QPen(QColor(STATE_COLOURS[label.state]), 1.5))
                painter.drawEllipse(QPointF(x, y), 4, 4)

    @staticmethod
    def _paint_cross(painter: QPainter) -> None:
        painter.setPen(QPen(QColor(CROSS), 1))
        half, gap = SIDE / 2, 9
        for start, end in ((0, half - gap), (half + gap, SIDE)):
            painter.drawLine(QPointF(half, start), QPointF(half, end))
            painter.drawLine(QPointF(start, half), QPointF(end, half))
