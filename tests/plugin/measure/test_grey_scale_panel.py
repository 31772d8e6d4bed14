"""The tab *Grey scale*: rulers can be looked at and switched off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QComboBox, QLabel, QTableWidget, QTabWidget

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.session import session_of


class Tab:
    """What a person sees of it, by the names of its controls."""

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        _, self.widget = viewer.window.add_plugin_dock_widget(
            "napari-hipbmd", "Measure BMD"
        )
        self.find(QTabWidget, "result_tabs").setCurrentIndex(1)
        self.session = session_of(viewer)

    def find(self, kind: Any, name: str) -> Any:
        found = self.widget.findChild(kind, name)
        assert found is not None, name
        return found

    def text(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def cell(self, row: int, column: int) -> str:
        return self.find(QTableWidget, "rulers").item(row, column).text()

    def tick(self, row: int, on: bool) -> None:
        state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        self.find(QTableWidget, "rulers").item(row, 0).setCheckState(state)

    def layers(self, kind: str) -> list[Any]:
        return [layer for layer in self.viewer.layers if kind_of(layer) == kind]

    @property
    def measurement(self) -> Measurement:
        found = self.session.measurement(self.session.films()[0])
        assert found is not None
        return found


@pytest.fixture
def tab(make_napari_viewer_proxy: Any, really_measured: Measurement) -> Tab:
    viewer = make_napari_viewer_proxy()
    show_measurement(viewer, really_measured)
    return Tab(viewer)


def test_it_says_what_a_grey_step_is_worth_and_who_says_so(tab: Tab) -> None:
    scale = tab.measurement.grey_scale
    assert scale is not None and scale.cortex is not None
    assert f"{scale.gain_per_g_cm2:.3f}" in tab.text("grey_scale_summary")
    assert f"{scale.cortex.medial_mm:.1f} mm" in tab.text("grey_scale_summary")
    weights = [float(tab.cell(row, 3).strip(" %")) for row in range(3)]
    assert sum(weights) == pytest.approx(100, abs=1.5)
    assert tab.find(QComboBox, "stretch").count() >= 1
    assert "Tube: gain" in tab.text("tube")


def test_a_ruler_that_is_switched_off_has_no_say_and_bmd_follows(tab: Tab) -> None:
    before = tab.measurement
    tab.tick(0, on=False)
    after = tab.measurement
    assert after.grey_scale is not None and before.grey_scale is not None
    assert {ruler.name for ruler in after.grey_scale.rulers} == {"film", "usual"}
    assert tab.cell(0, 1) == "–"
    assert after.grey_scale.relative_error > before.grey_scale.relative_error
    told = after.to_json()["regions"]["neck"]["features_g_cm2"]
    assert told != before.to_json()["regions"]["neck"]["features_g_cm2"]
    tab.tick(0, on=True)
    assert tab.measurement.grey_scale == before.grey_scale
    assert tab.measurement.bmd_g_cm2 == before.bmd_g_cm2


def test_levels_and_mineral_map_lie_on_the_film(tab: Tab) -> None:
    tab.find(QCheckBox, "show_levels").click()
    tab.find(QCheckBox, "show_mineral").click()
    (levels,), (mineral,) = tab.layers("levels"), tab.layers("mineral")
    film = tab.session.films()[0]
    rows = [
        film.world_to_data(levels.data_to_world(line[0]))[0] for line in levels.data
    ]
    landmarks = tab.measurement.landmarks
    assert landmarks is not None
    assert min(rows) > landmarks.xy[:, 1].min(), "the shaft lies below the head"
    assert "g/cm²" in mineral.name and mineral.colorbar.visible
    expected = tab.measurement.mineral_g_cm2
    np.testing.assert_array_equal(mineral.data, expected)
    tab.tick(0, on=False)
    assert not np.array_equal(tab.layers("mineral")[0].data, expected)
    assert kind_of(tab.viewer.layers.selection.active) == "landmarks"
    for name in ("show_levels", "show_mineral"):
        tab.find(QCheckBox, name).click()
    assert not tab.layers("levels") + tab.layers("mineral")
