"""A dock as a person sees it: by the names of its controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.layers import Layer
from qtpy.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.session import session_of

PLUGIN = "napari-hipbmd"


class Controls:
    """Looks and clicks.

    Parameters
    ----------
    dock
        Its name in the menu of plugins, or a widget that is in no window.
    """

    def __init__(self, viewer: Any, qtbot: Any, dock: str | QWidget) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        if isinstance(dock, str):
            _, self.widget = viewer.window.add_plugin_dock_widget(PLUGIN, dock)
        else:
            self.widget = dock
            qtbot.addWidget(dock)
        self.session = session_of(viewer)

    def find(self, kind: Any, name: str) -> Any:
        found = self.widget.findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        self.find(QPushButton, name).click()

    def choose(self, name: str, data: str) -> None:
        box = self.find(QComboBox, name)
        box.setCurrentIndex(box.findData(data))
        box.activated.emit(box.currentIndex())

    def text(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def layers(self, kind: str) -> list[Layer]:
        return [layer for layer in self.viewer.layers if kind_of(layer) == kind]

    def wait(self, condition: Callable[[], Any]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))
