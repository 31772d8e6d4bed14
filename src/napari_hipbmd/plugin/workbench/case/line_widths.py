"""Lines of a case that stay thin on the screen, however much it is enlarged."""

from __future__ import annotations

from typing import Any

import numpy as np
from qtpy.QtCore import QTimer

from ...viewer.camera import camera_of
from .layers import line_width
from .shown_case import ShownCase

THICKEST = 2.5
"""Screen pixels of a line: much enlarged, it would hide the edge that one looks for."""
THIN_MS = 40


class LineWidths:
    """Follows the zoom of the viewer while a case is open."""

    def __init__(self, case: ShownCase) -> None:
        self._case = case
        self._zoomed = False

    def follow(self) -> None:
        """Follow the zoom from now on."""
        if self._case.viewer is not None:
            camera_of(self._case.viewer).events.zoom.connect(self._on_zoomed)

    def leave(self) -> None:
        """Follow it no more."""
        if self._case.viewer is not None:
            camera_of(self._case.viewer).events.zoom.disconnect(self._on_zoomed)

    def now(self) -> float:
        """In pixels of the film, as thick as it is drawn at the present zoom."""
        film, viewer = self._case.film, self._case.viewer
        width = line_width(self._case.place)
        if film is None or viewer is None:
            return width
        shown = camera_of(viewer).zoom * float(np.mean(np.abs(film.scale)))
        return min(width, THICKEST / max(shown, 1e-9))

    def set(self) -> None:
        """Give all lines the present width."""
        self._zoomed = False
        if self._case.editor is None:
            return
        width = self.now()
        for kind in ("label_regions", "box", "differences"):
            layer = self._case.layer(kind)
            if layer is None or not np.any(np.not_equal(layer.edge_width, width)):
                continue
            layer.edge_width = width
            layer.refresh()  # napari does not draw the new width by itself

    def _on_zoomed(self, event: Any = None) -> None:
        if not self._zoomed:
            self._zoomed = True
            QTimer.singleShot(THIN_MS, self.set)
