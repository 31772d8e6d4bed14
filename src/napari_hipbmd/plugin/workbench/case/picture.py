"""A film with one set of labels on it, small: to compare two of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from qtpy.QtCore import QPointF, QSize
from qtpy.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF
from qtpy.QtWidgets import QWidget

from ....core.region_colours import REGION_COLOURS
from ....study import Labels
from .layers import STATE_COLOURS

SIDE = 320


class CasePicture(QWidget):
    """The film around the hip with regions and landmarks.

    Parameters
    ----------
    film_layer
        What is drawn below.
    labels
        What is drawn on it; None draws the film alone.
    marked
        Landmarks that are drawn larger, with their names.
    around
        Labels that decide which part of the film is shown, so that two pictures show
        the same.
    """

    def __init__(
        self,
        film_layer: Any,
        labels: Labels | None,
        marked: set[str],
        around: list[Labels],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._labels, self._marked = labels, marked
        self._low, self._step = _part(film_layer.data.shape[-2:], around)
        self._grey = _picture(film_layer, self._low, self._step)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square."""
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """The film, the regions and the landmarks."""
        painter = QPainter(self)
        image = QImage(
            self._grey.data, SIDE, SIDE, SIDE, QImage.Format.Format_Grayscale8
        )
        painter.drawImage(0, 0, image)
        if self._labels is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for region, polygon in self._labels.outlines().items():
            painter.setPen(QPen(QColor(REGION_COLOURS[region]), 1.5))
            painter.drawPolygon(QPolygonF([self._at(xy) for xy in polygon]))
        painter.setFont(QFont(painter.font().family(), 9))
        for name, label in self._labels.landmarks.items():
            if label.xy is None:
                continue
            at = self._at(label.xy)
            painter.setPen(QPen(QColor(STATE_COLOURS[label.state]), 2))
            painter.drawEllipse(at, *((5, 5) if name in self._marked else (2, 2)))
            if name in self._marked:
                painter.drawText(at + QPointF(7, -4), name)

    def _at(self, xy: Any) -> QPointF:
        column, row = (np.asarray(xy, float)[::-1] - self._low)[::-1] / self._step
        return QPointF(float(column), float(row))


def _part(shape: tuple[int, int], around: list[Labels]) -> tuple[np.ndarray, float]:
    """The first corner ``(row, column)`` and the film's pixels for one of ours."""
    known = np.concatenate([labels.xy for labels in around])
    known = known[np.isfinite(known).all(axis=1)][:, ::-1]
    if not len(known):
        return np.zeros(2), max(shape) / SIDE
    low, high = known.min(axis=0), known.max(axis=0)
    extent = max(float((high - low).max()) * 1.25, 32.0)
    return (low + high) / 2 - extent / 2, extent / SIDE


def _picture(film: Any, low: np.ndarray, step: float) -> np.ndarray:
    at = (np.arange(SIDE) * step + step / 2).astype(int)
    rows, columns = (at + int(v) for v in low)
    height, width = film.data.shape[-2:]
    seen = np.asarray(
        film.data[np.clip(rows, 0, height - 1)][:, np.clip(columns, 0, width - 1)],
        float,
    )
    dark, bright = film.contrast_limits
    grey = np.clip((seen - dark) / max(bright - dark, 1e-9), 0, 1)
    if film.colormap.name.endswith("_r"):
        grey = 1 - grey
    grey[(rows < 0) | (rows >= height)] = 0
    grey[:, (columns < 0) | (columns >= width)] = 0
    return np.ascontiguousarray((255 * grey).astype(np.uint8))
