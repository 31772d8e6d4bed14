"""Room for the film: napari's own two docks, folded away and back by one key."""

from __future__ import annotations

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QDockWidget, QWidget

from ..ui.run import is_there

NAPARI_DOCKS = ("layer list", "layer controls")
"""What napari calls its docks at the left."""


class ScreenRoom(QObject):
    """Folds napari's layer list and layer controls away.

    Parameters
    ----------
    dock
        In whose window they are; they come back when it is closed.
    """

    def __init__(self, dock: QWidget) -> None:
        super().__init__(dock)
        self._dock = dock
        self._folded: list[QDockWidget] = []

    def fold_layers(self) -> None:
        """Fold away what is shown of the two, or bring back what was folded."""
        if self._folded:
            self.leave()
            return
        self._folded = [
            each
            for each in self._dock.window().findChildren(QDockWidget)
            if each.objectName() in NAPARI_DOCKS and each.isVisibleTo(each.window())
        ]
        for each in self._folded:
            each.hide()

    def leave(self) -> None:
        """Bring back what was folded away."""
        for each in self._folded:
            if is_there(each):
                each.show()
        self._folded = []
