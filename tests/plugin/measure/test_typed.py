"""What a person types of a film is kept, and numbers of something else are greyed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QTableWidget

from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.plugin.viewer.films import radiograph_layer
from napari_hipbmd.plugin.viewer.session import session_of

from ..conftest import FakePipeline
from .measure_dock import Dock, dock_with


@pytest.fixture
def dock(viewer: Any, qtbot: Any, film: Radiograph, pipeline: FakePipeline) -> Dock:
    return dock_with(film, viewer, qtbot)


@pytest.fixture
def picture(viewer: Any, qtbot: Any, pipeline: FakePipeline) -> Dock:
    """The dock beside a picture that has no spacing."""
    viewer.add_image(np.arange(400 * 300, dtype=np.uint16).reshape(400, 300) % 4000)
    return Dock(viewer, qtbot)


def is_current(dock: Dock) -> bool:
    return bool(dock.find(QTableWidget, "results").isEnabled())


def choose(dock: Dock, name: str, data: str | None) -> None:
    box = dock.find(QComboBox, name)
    box.setCurrentIndex(box.findData(data))


def test_what_was_typed_of_a_film_is_there_again_when_one_comes_back_to_it(
    picture: Dock, film: Radiograph
) -> None:
    choose(picture, "side", "R")
    choose(picture, "sex", "F")
    picture.find(QDoubleSpinBox, "age").setValue(71)
    picture.find(QDoubleSpinBox, "spacing").setValue(0.15)
    data, arguments, _ = radiograph_layer(film)
    picture.viewer.add_layer(Image(data, **arguments))
    assert picture.find(QComboBox, "film").currentText() == "hip_1"
    picture.viewer.window.remove_dock_widget("all")
    picture.qtbot.wait(50)
    again = Dock(picture.viewer, picture.qtbot)
    again.find(QComboBox, "film").setCurrentIndex(0)
    assert again.find(QComboBox, "side").currentText() == "right"
    assert again.find(QComboBox, "sex").currentText() == "female"
    assert again.find(QDoubleSpinBox, "age").value() == 71
    assert again.find(QDoubleSpinBox, "spacing").value() == 0.15


def test_a_patient_s_age_that_was_taken_away_does_not_come_back(
    dock: Dock, film: Radiograph, pipeline: FakePipeline
) -> None:
    age = dock.find(QDoubleSpinBox, "age")
    age.setValue(age.minimum())
    data, arguments, _ = radiograph_layer(film, "hip_2")
    dock.viewer.add_layer(Image(data, **arguments))
    dock.find(QComboBox, "film").setCurrentIndex(0)
    assert age.text() == "unknown"


def test_numbers_of_another_spacing_are_greyed_until_one_measures_again(
    picture: Dock,
) -> None:
    spacing = picture.find(QDoubleSpinBox, "spacing")
    picture.measure()
    assert is_current(picture)
    spacing.setValue(0.15)
    assert "Another pixel spacing was typed: press Measure" in picture.text("flags")
    assert not is_current(picture)
    picture.measure()
    assert is_current(picture)
    before = picture.text("flags")
    spacing.setValue(0.3)
    assert not is_current(picture)
    spacing.setValue(0.15)
    assert picture.text("flags") == before and is_current(picture)


def test_a_spacing_that_was_typed_wrong_can_be_corrected_and_taken_back(
    picture: Dock, pipeline: FakePipeline
) -> None:
    spacing = picture.find(QDoubleSpinBox, "spacing")
    spacing.setValue(1.5)
    picture.measure()
    spacing.setValue(0.15)
    picture.measure()
    film = pipeline.calls[-1]["film"]
    assert film.spacing_mm == (0.15, 0.15)
    assert not [flag for flag in film.flags if flag.code == "spacing"]
    for layer in picture.viewer.layers:
        np.testing.assert_allclose(layer.scale, 0.15)
    spacing.setValue(0)
    picture.measure()
    assert pipeline.calls[-1]["film"].spacing_mm is None
    assert picture.cell(0, 0) == "–" and is_current(picture)
    for layer in picture.viewer.layers:
        assert [str(unit) for unit in layer.units] == ["pixel"] * 2
        np.testing.assert_allclose(layer.scale, 1)


def test_a_typed_spacing_is_the_width_of_a_pixel_however_high_it_is(
    viewer: Any, qtbot: Any, film: Radiograph, pipeline: FakePipeline
) -> None:
    bare = replace(film, spacing_mm=None, spacing_source="none", aspect=2.0)
    dock = dock_with(bare, viewer, qtbot)
    dock.find(QDoubleSpinBox, "spacing").setValue(0.15)
    for _ in range(2):
        dock.measure()
        assert pipeline.calls[-1]["film"].spacing_mm == (0.3, 0.15)
        assert dock.find(QDoubleSpinBox, "spacing").value() == 0.15
        assert is_current(dock)


def test_numbers_of_another_hip_box_are_greyed_until_one_measures_again(
    dock: Dock,
) -> None:
    dock.measure()
    before = dock.text("flags")
    dock.press("draw_box")
    corners = np.array([[20, 10], [20, 210], [220, 210], [220, 10]])
    dock.layer("box").add_rectangles(corners)
    assert not is_current(dock)
    dock.measure()
    assert dock.text("flags") == before and is_current(dock)
    dock.layer("box").data = [corners + 40]
    assert "Another hip box was drawn: press Measure" in dock.text("flags")
    assert not is_current(dock)


def test_a_dragged_landmark_does_not_hide_that_another_side_was_chosen(
    dock: Dock,
) -> None:
    dock.measure()
    choose(dock, "side", "R")
    before = dock.cell(0, 0)
    points = dock.layer("landmarks")
    points.data[0] += 100
    points.events.features()
    dock.wait(lambda: dock.cell(0, 0) != before)
    assert "Another side was chosen: press Measure" in dock.text("flags")
    assert not is_current(dock)


def test_the_numbers_of_a_film_go_when_its_layer_shows_another(
    dock: Dock,
) -> None:
    dock.measure()
    session = session_of(dock.viewer)
    layer = session.layers[0]
    session.film_exchanged(layer)
    assert session.measurement(layer) is None
    assert dock.cell(0, 0) == "–"
