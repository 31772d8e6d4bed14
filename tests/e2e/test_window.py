"""What a person sees and does in a real window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.layers import Image
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel, QPushButton, QTableWidget

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.resources import sample_data_dir, weights_dir
from napari_hipbmd.plugin.measure.demo import DOCK, look_again, show_measurement
from napari_hipbmd.plugin.viewer.films import radiograph_layer
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Study

from ..napari_window import canvas_of

pytestmark = pytest.mark.e2e


def on_canvas(viewer: Any, world: np.ndarray) -> QPoint:
    """Where a place of the world is drawn, in pixels of the canvas."""
    canvas = canvas_of(viewer)
    middle = np.array(canvas.size) / 2
    offset = (np.asarray(world) - viewer.camera.center[-2:]) * viewer.camera.zoom
    row, column = middle + offset
    return QPoint(round(column), round(row))


def result(viewer: Any, kind: str) -> Any:
    return next(layer for layer in viewer.layers if kind_of(layer) == kind)


def test_a_landmark_that_is_dragged_takes_its_region_and_the_numbers_along(
    window: Any, qtbot: Any, measurement: Measurement, pipeline: Any
) -> None:
    widget = show_measurement(window, measurement)
    qtbot.wait(300)
    table = widget.findChild(QTableWidget, "results")
    points, regions = result(window, "landmarks"), result(window, "regions")
    before, start = table.item(0, 0).text(), points.data[0].copy()
    native = canvas_of(window).native

    at = on_canvas(window, points.data_to_world(start))
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=at)
    for step in range(1, 6):
        QTest.mouseMove(native, at + QPoint(8 * step, -8 * step))
        qtbot.wait(20)
        if step == 4:
            assert pipeline.remeasured > 0, "nothing follows while the mouse is down"
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=at + QPoint(40, -40))
    qtbot.waitUntil(lambda: table.item(0, 0).text() != before)

    moved_mm = (points.data[0] - start) * points.scale
    np.testing.assert_allclose(moved_mm * window.camera.zoom, (-40, 40), atol=2)
    np.testing.assert_allclose(regions.data[0][0], points.data[0])
    np.testing.assert_allclose(points.data[1:], measured_points(measurement)[1:])


def measured_points(measurement: Measurement) -> np.ndarray:
    assert measurement.landmarks is not None
    return measurement.landmarks.xy[:, ::-1]


def test_film_regions_and_landmarks_are_really_drawn(
    window: Any, qtbot: Any, measurement: Measurement, pipeline: Any
) -> None:
    show_measurement(window, measurement)
    qtbot.wait(300)
    shown = window.screenshot(canvas_only=True, flash=False)[..., :3].astype(int)
    grey = np.ptp(shown, axis=-1) < 12
    assert (shown[grey].max(axis=-1) > 100).mean() > 0.1, "the film is not drawn"
    for layer in (result(window, "regions"), result(window, "landmarks")):
        layer.visible = False
        qtbot.wait(100)
        without = window.screenshot(canvas_only=True, flash=False)[..., :3]
        assert (np.abs(shown - without).max(axis=-1) > 30).sum() > 200
        layer.visible = True


def test_the_demo_shows_the_whole_film_whatever_room_the_docks_take(
    window: Any, qtbot: Any, measurement: Measurement, pipeline: Any
) -> None:
    show_measurement(window, measurement)
    qtbot.wait(300)
    look_again(window, measurement)
    film = window.layers[0]
    width, height = canvas_of(window).size[::-1]
    last = np.array(film.data.shape) - 1
    for corner in (np.zeros(2), last):
        at = on_canvas(window, film.data_to_world(corner))
        assert 0 <= at.x() <= width and 0 <= at.y() <= height


def drag(viewer: Any, qtbot: Any, start: QPoint, end: QPoint) -> None:
    native = canvas_of(viewer).native
    QTest.mouseMove(native, start)
    qtbot.wait(30)
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(native, start + (end - start) * part)
        qtbot.wait(30)
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=end)


def test_a_drawn_rectangle_becomes_the_hip_box_and_stays_a_square_when_dragged(
    window: Any, qtbot: Any, measurement: Measurement, pipeline: Any
) -> None:
    widget = show_measurement(window, measurement)
    qtbot.wait(300)
    widget.findChild(QPushButton, "draw_box").click()
    film = window.layers[0]

    def at(*row_column: float) -> QPoint:
        return on_canvas(window, film.data_to_world(row_column))

    drag(window, qtbot, at(20, 10), at(220, 190))
    note = widget.findChild(QLabel, "box_note")
    qtbot.waitUntil(lambda: "drawn by hand" in note.text())
    layer = result(window, "box")
    np.testing.assert_allclose(layer.data[-1].min(axis=0), (20, 0), atol=3)
    np.testing.assert_allclose(layer.data[-1].max(axis=0), (220, 200), atol=3)
    assert layer.mode == "select" and layer.selected_data == {0}

    drag(window, qtbot, at(220, 200), at(320, 220))
    low, high = layer.data[-1].min(axis=0), layer.data[-1].max(axis=0)
    np.testing.assert_allclose(high - low, 300, atol=6)
    np.testing.assert_allclose(low, (20, 0), atol=3)

    drag(window, qtbot, at(100, 100), at(130, 110))
    np.testing.assert_allclose(layer.data[-1].min(axis=0), low + (30, 10), atol=4)
    np.testing.assert_allclose(np.ptp(layer.data[-1], axis=0), high - low, atol=0.01)


@pytest.mark.parametrize("mode", ["add_polygon", "select", "pan_zoom"])
def test_the_right_button_sets_the_window_while_another_tool_is_active(
    window: Any, qtbot: Any, measurement: Measurement, mode: str
) -> None:
    assert measurement.film is not None
    session_of(window)
    data, arguments, _ = radiograph_layer(measurement.film)
    film = window.add_layer(Image(data, **arguments))
    shapes = window.add_shapes(ndim=2, scale=film.scale, units=film.units)
    shapes.mode = mode
    qtbot.wait(100)
    before, zoom = tuple(film.contrast_limits), window.camera.zoom
    native = canvas_of(window).native
    start = on_canvas(window, film.data_to_world((200, 180)))
    QTest.mouseMove(native, start)
    QTest.mousePress(native, Qt.MouseButton.RightButton, pos=start)
    for step in (20, 40, 60):
        move_with_right_button(native, start + QPoint(-step, 0))
        qtbot.wait(20)
    QTest.mouseRelease(native, Qt.MouseButton.RightButton, pos=start + QPoint(-60, 0))
    low, high = film.contrast_limits
    narrower = (high - low) / (before[1] - before[0])
    assert narrower == pytest.approx(np.exp(-60 / 200), abs=0.02)
    assert window.camera.zoom == zoom and shapes.mode == mode
    assert not len(shapes.data), "the tool drew nothing"


def move_with_right_button(native: Any, at: QPoint) -> None:
    """A move with the button held: QTest's own tells of no button."""
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(native.mapToGlobal(at)),
        Qt.MouseButton.NoButton, Qt.MouseButton.RightButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(native, event)


@pytest.mark.slow
def test_a_sample_is_opened_measured_and_shown(window: Any, qtbot: Any) -> None:
    if not Study.is_study(sample_data_dir()):
        pytest.skip("the sample data has not been made yet")
    if not (weights_dir() / "bmd.json").is_file():
        pytest.skip("the weights have not been made yet")
    window.open_sample("napari-hipbmd", "type_2")
    _, widget = window.window.add_plugin_dock_widget(*DOCK)
    widget.findChild(QPushButton, "measure").click()
    cancel = widget.findChild(QPushButton, "cancel_measure")
    qtbot.waitUntil(lambda: not cancel.isEnabled(), timeout=120_000)
    table = widget.findChild(QTableWidget, "results")
    assert 0.2 < float(table.item(0, 0).text()) < 1.6
    points = result(window, "landmarks")
    before = table.item(0, 0).text()
    points.data[4] += 12
    points.events.features()
    qtbot.waitUntil(lambda: table.item(0, 0).text() != before, timeout=5000)
    widget.close()
    window.window.remove_dock_widget("all")
    assert not (sample_data_dir() / "labels").exists()  # samples are nobody's
