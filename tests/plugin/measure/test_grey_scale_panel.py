"""The tab *Grey scale*: rulers can be looked at and switched off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QPushButton,
    QTableWidget,
    QTabWidget,
)

from napari_hipbmd.core.anatomy import INDEX
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.viewer.identity import kind_of

from ..controls import Controls


class Tab(Controls):
    def cell(self, row: int, column: int) -> str:
        return self.find(QTableWidget, "rulers").item(row, column).text()

    def tick(self, row: int, on: bool) -> None:
        state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        self.find(QTableWidget, "rulers").item(row, 0).setCheckState(state)

    @property
    def measurement(self) -> Measurement:
        found = self.session.measurement(self.session.films()[0])
        assert found is not None
        return found


@pytest.fixture
def tab(viewer: Any, qtbot: Any, really_measured: Measurement) -> Tab:
    show_measurement(viewer, really_measured)
    tab = Tab(viewer, qtbot, "Measure BMD")
    tab.find(QTabWidget, "result_tabs").setCurrentIndex(1)
    return tab


def test_it_says_what_a_grey_step_is_worth_and_who_says_so(tab: Tab) -> None:
    scale = tab.measurement.grey_scale
    assert scale is not None and scale.cortex is not None
    assert f"{scale.gain_per_g_cm2:.3f}" in tab.text("grey_scale_summary")
    assert f"{scale.cortex.medial_mm:.1f} mm" in tab.text("grey_scale_summary")
    weights = [float(tab.cell(row, 3).strip(" %")) for row in range(4)]
    assert sum(weights) == pytest.approx(100, abs=1.5)
    assert tab.find(QComboBox, "stretch").count() >= 1
    assert "Tube: gain" in tab.text("tube")


def test_the_profile_is_drawn_when_the_tab_is_first_looked_at(tab: Tab) -> None:
    panel = tab.widget.grey_scale
    assert not panel.profile.is_made
    tab.qtbot.addWidget(panel)
    panel.setParent(None)
    panel.show()
    [film, tube] = panel.profile.figure.axes.get_lines()
    assert panel.profile.isVisible() and len(film.get_xdata()) > 10
    assert len(tube.get_xdata()) == len(film.get_xdata())


def test_a_ruler_that_is_switched_off_has_no_say_and_bmd_follows(tab: Tab) -> None:
    before = tab.measurement
    tab.tick(0, on=False)
    after = tab.measurement
    assert after.grey_scale is not None and before.grey_scale is not None
    assert {ruler.name for ruler in after.grey_scale.rulers} == {
        "film",
        "network",
        "usual",
    }
    assert tab.cell(0, 1) == "–"
    assert after.grey_scale.relative_error > before.grey_scale.relative_error
    told = measurement_as_json(after)["regions"]["neck"]["features_g_cm2"]
    assert told != measurement_as_json(before)["regions"]["neck"]["features_g_cm2"]
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


def test_a_level_that_is_dragged_or_deleted_changes_what_the_shaft_says(
    tab: Tab,
) -> None:
    before = tab.measurement
    assert before.grey_scale is not None
    tab.find(QCheckBox, "show_levels").click()
    (levels,) = tab.layers("levels")
    count = len(levels.data)
    levels.selected_data = {0}
    levels.remove_selected()
    fewer = tab.measurement
    assert fewer.rulers.levels_mm is not None
    assert len(fewer.rulers.levels_mm) == count - 1
    assert fewer.grey_scale is not None
    assert fewer.grey_scale.gain_per_g_cm2 != before.grey_scale.gain_per_g_cm2
    assert fewer.bmd_g_cm2 != before.bmd_g_cm2
    (levels,) = tab.layers("levels")
    assert len(levels.data) == count - 1
    moved = [line + (6, 0) if i == 0 else line for i, line in enumerate(levels.data)]
    levels.data = moved
    levels.events.data(value=levels.data, action="changed")
    after = tab.measurement.rulers.levels_mm
    assert after is not None and after != fewer.rulers.levels_mm
    for i in reversed(range(count - 1)):
        (levels,) = tab.layers("levels")
        levels.selected_data = {i}
        levels.remove_selected()
        if not tab.layers("levels"):
            break
    scale = tab.measurement.grey_scale
    assert scale is not None and "too few of its levels" in str(scale.shaft_reason)


def test_an_object_that_is_drawn_becomes_a_ruler_and_leaves_with_its_shape(
    tab: Tab,
) -> None:
    before = tab.measurement
    film = before.film
    assert film is not None and before.landmarks is not None
    assert tab.cell(4, 1) == "–"
    tab.find(QComboBox, "object_material").setCurrentText("aluminium")
    tab.find(QDoubleSpinBox, "object_mm").setValue(4)
    tab.find(QPushButton, "draw_object").click()
    (objects,) = tab.layers("known_objects")
    assert kind_of(tab.viewer.layers.selection.active) == "known_objects"
    x, y = before.landmarks.xy[INDEX["T4"]]
    around = [[y - 20, x - 15], [y - 20, x + 15], [y + 40, x + 15], [y + 40, x - 15]]
    objects.add_rectangles([np.array(around)])
    assert list(objects.features["mm"]) == [4.0]
    found = tab.measurement
    assert [one.material for one in found.rulers.objects] == ["aluminium"]
    assert "4 mm aluminium" in tab.text("objects")
    objects.add_ellipses([np.array(around)])
    assert len(tab.measurement.rulers.objects[1].outline_xy) == 48
    objects.selected_data = {0, 1}
    objects.remove_selected()
    assert tab.measurement.rulers.objects == ()
    assert tab.measurement.grey_scale == before.grey_scale
    assert tab.measurement.bmd_g_cm2 == before.bmd_g_cm2


def test_an_object_is_still_a_ruler_when_its_film_is_measured_anew(tab: Tab) -> None:
    before = tab.measurement
    assert before.landmarks is not None
    tab.find(QPushButton, "draw_object").click()
    (objects,) = tab.layers("known_objects")
    x, y = before.landmarks.xy[INDEX["T4"]]
    around = [[y - 20, x - 15], [y - 20, x + 15], [y + 40, x + 15], [y + 40, x - 15]]
    objects.add_rectangles([np.array(around)])
    with_object = tab.measurement
    tab.session.show(tab.session.films()[0], before)
    again = tab.measurement
    assert len(again.rulers.objects) == 1
    assert again.grey_scale == with_object.grey_scale
