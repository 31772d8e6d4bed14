"""``hipbmd demo`` opens on a film with everything that was measured."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QComboBox, QTableWidget

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.viewer.identity import kind_of

from ..conftest import FakePipeline


def test_the_film_its_layers_and_its_numbers_are_there(
    make_napari_viewer_proxy: Any, measurement: Measurement, pipeline: FakePipeline
) -> None:
    viewer = make_napari_viewer_proxy()
    widget = show_measurement(viewer, measurement)
    kinds = [kind_of(layer) for layer in viewer.layers]
    assert kinds == ["film", "sto", "bone", "regions", "landmarks"]
    assert widget.findChild(QComboBox, "film").currentText() == "hip_1"
    table = widget.findChild(QTableWidget, "results")
    assert table.item(0, 0).text() == "0.586"
    assert not pipeline.calls
