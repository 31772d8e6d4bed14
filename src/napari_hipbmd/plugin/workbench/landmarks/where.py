"""Where a landmark belongs: a small digital hip with the place marked on it."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from qtpy.QtCore import QPointF, QRect, QSize, Qt
from qtpy.QtGui import QColor, QFont, QImage, QPainter, QPen
from qtpy.QtWidgets import QWidget

from ....core.anatomy import LANDMARK_IDS
from ....core.radiograph import Side
from ...ui.translation import tr

SIDE = 200
HERE, ELSEWHERE = "#ffe14d", "#9fb8c8"


@lru_cache(maxsize=1)
def hip_picture() -> tuple[QImage, dict[str, tuple[float, float]]]:
    """A digital left hip, and its landmarks as parts of its width and height.

    Made by ``scripts/where_picture.py`` from the truth of a digital hip.
    """
    folder = files(__package__)
    image = QImage.fromData(folder.joinpath("where.png").read_bytes())
    known = json.loads(folder.joinpath("where.json").read_text("utf-8"))
    return image, {name: (float(x), float(y)) for name, (x, y) in known.items()}


class WherePicture(QWidget):
    """The place of the current landmark on a digital hip, mirrored for a right one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("where")
        self.setToolTip(tr("Where the current landmark belongs, on a digital hip."))
        self._name = LANDMARK_IDS[0]
        self._side: Side | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square."""
        return QSize(SIDE, SIDE)

    def show_landmark(self, name: str, side: Side | None) -> None:
        """Mark another landmark, on a hip of the film's side."""
        self._name, self._side = name, side
        self.update()

    def place_of(self, name: str) -> QPointF:
        """Where a landmark is drawn, on a picture of 200 pixels."""
        x, y = hip_picture()[1][name]
        return QPointF((1 - x if self._side == "R" else x) * SIDE, y * SIDE)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """The hip, every landmark as a dot, and a ring about the current one."""
        painter = QPainter(self)
        painter.scale(self.width() / SIDE, self.height() / SIDE)
        image, _ = hip_picture()
        if self._side == "R":
            image = image.mirrored(True, False)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect(0, 0, SIDE, SIDE), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ELSEWHERE))
        for name in LANDMARK_IDS:
            painter.drawEllipse(self.place_of(name), 2, 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(HERE), 2))
        middle = self.place_of(self._name)
        painter.drawEllipse(middle, 8, 8)
        painter.setFont(QFont(painter.font().family(), 10, QFont.Weight.Bold))
        right = middle.x() < SIDE * 0.7
        painter.drawText(middle + QPointF(11 if right else -30, -6), self._name)
