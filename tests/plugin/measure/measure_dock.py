"""The dock *Measure BMD*, as a person sees it: by the names of its controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.layers import Image
from qtpy.QtWidgets import QLabel, QPushButton, QTableWidget, QWidget

from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.plugin.viewer.films import radiograph_layer
from napari_hipbmd.plugin.viewer.identity import kind_of


class Dock:
    """Looks and clicks."""

    def __init__(self, viewer: Any, qtbot: Any) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        _, self.widget = viewer.window.add_plugin_dock_widget(
            "napari-hipbmd", "Measure BMD"
        )

    def find(self, kind: type[QWidget], name: str) -> Any:
        found = self.widget.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, name: str) -> None:
        self.find(QPushButton, name).click()

    def measure(self) -> None:
        self.press("measure")
        self.wait(lambda: not self.find(QPushButton, "cancel_measure").isEnabled())

    def wait(self, condition: Callable[[], Any]) -> None:
        self.qtbot.waitUntil(condition)

    def cell(self, row: int, column: int) -> str:
        return self.find(QTableWidget, "results").item(row, column).text()

    def text(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def layer(self, kind: str) -> Any:
        (found,) = [each for each in self.viewer.layers if kind_of(each) == kind]
        return found


def dock_with(film: Radiograph, viewer: Any, qtbot: Any) -> Dock:
    """The dock beside a film."""
    data, arguments, _ = radiograph_layer(film)
    viewer.add_layer(Image(data, **arguments))
    return Dock(viewer, qtbot)
