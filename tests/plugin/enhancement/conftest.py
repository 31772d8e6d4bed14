"""The dock, as a person sees it: by the names of its controls."""

from __future__ import annotations

from typing import Any

import pytest
from napari.layers import Layer

from napari_hipbmd.plugin.viewer.films import open_film_layer
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.origins import remember_origin
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Case

NAME = ("napari-hipbmd", "Enhancement")


class Dock:
    """Clicks and looks."""

    def __init__(self, viewer: Any, qtbot: Any) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        _, self.widget = viewer.window.add_plugin_dock_widget(*NAME)
        self.session = session_of(viewer)

    def find(self, kind: Any, name: str) -> Any:
        found = self.widget.findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        from qtpy.QtWidgets import QPushButton

        self.find(QPushButton, name).click()

    def text(self, name: str) -> str:
        from qtpy.QtWidgets import QLabel

        return self.find(QLabel, name).text()

    def wait(self, condition: Any) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=120_000)

    def wait_for_end(self, button: str) -> None:
        """Wait until a button can be pressed again."""
        from qtpy.QtWidgets import QPushButton

        self.wait(lambda: self.find(QPushButton, button).isEnabled())

    def layers(self, kind: str) -> list[Any]:
        return [layer for layer in self.viewer.layers if kind_of(layer) == kind]

    def open(self, case: Case) -> Any:
        layer = Layer.create(*open_film_layer(case.image, side=case.side))
        remember_origin(layer, case.image)
        self.viewer.layers.append(layer)
        return layer


@pytest.fixture
def viewer(make_napari_viewer_proxy: Any) -> Any:
    return make_napari_viewer_proxy()


@pytest.fixture
def dock(viewer: Any, qtbot: Any) -> Dock:
    return Dock(viewer, qtbot)
