"""The dock, as a person sees it: by the names of its controls."""

from __future__ import annotations

from typing import Any

import pytest
from napari.layers import Layer
from qtpy.QtWidgets import QPushButton

from napari_hipbmd.plugin.viewer.films import open_film_layer
from napari_hipbmd.plugin.viewer.origins import remember_origin
from napari_hipbmd.study import Case

from ..controls import Controls


class Dock(Controls):
    def wait_for_end(self, button: str) -> None:
        """Wait until a button can be pressed again."""
        self.wait(lambda: self.find(QPushButton, button).isEnabled())

    def open(self, case: Case) -> Any:
        layer = Layer.create(*open_film_layer(case.image, side=case.side))
        remember_origin(layer, case.image)
        self.viewer.layers.append(layer)
        return layer


@pytest.fixture
def dock(viewer: Any, qtbot: Any) -> Dock:
    return Dock(viewer, qtbot, "Enhancement")
