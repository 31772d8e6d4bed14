"""The dock: a film goes in; layers and numbers come out and stay in step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from napari.layers import Image
from napari.utils.colormaps.standardize_color import transform_color
from qtpy.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QPushButton,
    QTableWidget,
)

from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import source_of
from napari_hipbmd.plugin.measure.dock import MeasureWidget
from napari_hipbmd.plugin.viewer import shown_result
from napari_hipbmd.plugin.viewer.films import radiograph_layer
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.layers import PLACED
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Study

from ..conftest import CORNER, SPACING, FakePipeline
from .measure_dock import Dock, dock_with


@pytest.fixture
def dock(viewer: Any, qtbot: Any, film: Radiograph, pipeline: FakePipeline) -> Dock:
    return dock_with(film, viewer, qtbot)


def test_an_empty_viewer_says_what_to_do_first(viewer: Any, qtbot: Any) -> None:
    dock = Dock(viewer, qtbot)
    button = dock.find(QPushButton, "measure")
    assert not button.isEnabled()
    assert "Open a radiograph" in button.toolTip()
    assert "Open a radiograph" in dock.find(QPushButton, "draw_box").toolTip()
    assert "Open Sample" in dock.text("result_title")


def test_a_film_fills_in_what_it_knows(dock: Dock) -> None:
    assert dock.find(QComboBox, "film").currentText() == "hip_1"
    assert dock.find(QComboBox, "side").currentText() == "left"
    assert dock.find(QComboBox, "sex").currentText() == "female"
    assert dock.find(QDoubleSpinBox, "age").value() == 70
    assert not dock.find(QDoubleSpinBox, "spacing").isEnabled()
    assert dock.text("spacing_note") == "0.2 × 0.25 mm from PixelSpacing"


def test_pictures_that_cannot_be_measured_are_listed_greyed_with_the_reason(
    dock: Dock,
) -> None:
    dock.viewer.add_image(np.zeros((9, 9, 3)), rgb=True, name="photo")
    dock.viewer.add_image(np.zeros((4, 9, 9)), name="volume")
    dock.viewer.add_labels(np.zeros((9, 9), int), name="outline")
    choice = dock.find(QComboBox, "film")
    texts = [choice.itemText(i) for i in range(choice.count())]
    assert texts == [
        "hip_1",
        "photo: a picture in colours",
        "volume: 3 dimensions, a film has two",
        "outline: labels hold no grey values",
    ]
    enabled = [choice.model().item(i).isEnabled() for i in range(choice.count())]
    assert enabled == [True, False, False, False]
    assert choice.currentText() == "hip_1"


def test_what_was_made_of_a_film_leaves_the_viewer_with_it(dock: Dock) -> None:
    dock.viewer.add_image(np.zeros((9, 9)), name="somebody else's")
    dock.find(QComboBox, "film").setCurrentIndex(0)
    dock.measure()
    dock.viewer.layers.remove(dock.layer("film"))
    dock.wait(lambda: len(dock.viewer.layers) == 1)
    assert dock.viewer.layers[0].name == "somebody else's"


def test_measure_gives_layers_in_mm_right_above_their_film(
    dock: Dock, film: Radiograph
) -> None:
    dock.viewer.add_image(np.zeros((9, 9)), name="somebody else's")
    dock.find(QComboBox, "film").setCurrentIndex(0)
    dock.measure()
    kinds = [kind_of(layer) for layer in dock.viewer.layers]
    assert kinds == ["film", "sto", "bone", "regions", "landmarks", None]
    for layer in dock.viewer.layers[:5]:
        np.testing.assert_allclose(layer.scale, SPACING)
        assert [str(unit) for unit in layer.units] == ["millimeter"] * 2
        assert layer.axis_labels == ("row", "column")
    for kind in ("sto", "bone"):
        np.testing.assert_allclose(
            dock.layer(kind).translate, np.multiply(CORNER, SPACING)
        )


def test_what_the_form_says_is_measured(dock: Dock, pipeline: FakePipeline) -> None:
    dock.find(QComboBox, "side").setCurrentText("right")
    dock.find(QComboBox, "sex").setCurrentText("unknown")
    dock.find(QDoubleSpinBox, "weight").setValue(81.5)
    dock.measure()
    (call,) = pipeline.calls
    assert call["side"] == "R"
    assert call["box"] is None
    assert call["patient"].sex is None
    assert call["patient"].weight_kg == 81.5


def test_a_side_that_is_chosen_after_measuring_is_said_to_need_measuring(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.measure()
    side = dock.find(QComboBox, "side")
    before, measured = dock.text("flags"), side.currentText()
    side.setCurrentText("right" if measured == "left" else "left")
    assert "Another side was chosen: press Measure" in dock.text("flags")
    side.setCurrentText(measured)
    assert dock.text("flags") == before


def test_moving_a_landmark_moves_its_region_and_the_numbers(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.measure()
    points, regions = dock.layer("landmarks"), dock.layer("regions")
    before = dock.cell(0, 0)
    points.data[0] += (10, 100)
    points.events.features()
    dock.wait(lambda: dock.cell(0, 0) != before)
    np.testing.assert_allclose(regions.data[0][0], points.data[0])
    assert list(regions.features["region"]) == [
        "neck",
        "trochanter",
        "inter-trochanter",
    ]
    assert not regions.editable


def test_a_landmark_that_was_moved_is_shown_as_placed_by_hand(dock: Dock) -> None:
    dock.measure()
    points = dock.layer("landmarks")
    large = points.size[15]
    points.data[15] += 10
    points.events.features()
    dock.wait(lambda: points.features["state"][15] == "placed")
    assert points.features["sigma_mm"][15] == 0
    assert points.size[15] < large
    np.testing.assert_allclose(
        points.border_color[15], transform_color(PLACED)[0], atol=0.01
    )
    assert list(points.features["state"][:15]) == ["predicted"] * 15
    assert points.features["sigma_mm"][0] == 0.5
    points.data[15] += 10
    points.events.features()
    dock.qtbot.wait(50)
    np.testing.assert_allclose(points.data, dock.layer("landmarks").data)


def test_a_hip_on_a_large_film_is_brought_near_once(
    dock: Dock, film: Radiograph
) -> None:
    dock.press("draw_box")
    corners = np.array([[100, 50], [100, 150], [200, 150], [200, 50]])
    dock.layer("box").add_rectangles(corners)
    dock.measure()
    camera = dock.viewer.camera
    np.testing.assert_allclose(camera.center[-2:], np.multiply(SPACING, (150, 100)))
    camera.zoom = 1.0
    dock.measure()
    assert camera.zoom == 1.0


def test_many_moves_in_one_turn_are_measured_once(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.measure()
    points = dock.layer("landmarks")
    for _ in range(20):
        points.data[0] += 1
        points.events.features()
    dock.wait(lambda: pipeline.remeasured > 1)
    dock.qtbot.wait(50)
    assert pipeline.remeasured == 2  # for all the moves, and when it came to rest


def test_a_landmark_that_was_deleted_is_missed_by_name(dock: Dock) -> None:
    dock.measure()
    dock.layer("landmarks").remove([2])
    dock.wait(lambda: "Landmark N3 has no point" in dock.text("flags"))
    assert not dock.find(QTableWidget, "results").isEnabled()


def test_a_point_that_was_added_is_named(dock: Dock) -> None:
    dock.measure()
    points = dock.layer("landmarks")
    points.add([[50, 50]])
    dock.wait(lambda: "two points called" in dock.text("flags"))
    points.remove([16])
    dock.wait(lambda: dock.find(QTableWidget, "results").isEnabled())


def test_a_run_can_be_cancelled(dock: Dock, pipeline: FakePipeline) -> None:
    pipeline.hold.clear()
    dock.press("measure")
    dock.wait(pipeline.started.is_set)
    assert not dock.find(QPushButton, "measure").isEnabled()
    assert "running" in dock.find(QPushButton, "measure").toolTip()
    dock.press("cancel_measure")
    dock.wait(lambda: dock.find(QPushButton, "measure").isEnabled())
    assert len(dock.viewer.layers) == 1


@pytest.mark.parametrize("change", ["remove", "edit"])
def test_a_result_whose_film_changed_meanwhile_is_thrown_away(
    dock: Dock, pipeline: FakePipeline, change: str
) -> None:
    pipeline.hold.clear()
    dock.press("measure")
    dock.wait(pipeline.started.is_set)
    if change == "remove":
        dock.viewer.layers.pop(0)
    else:
        dock.viewer.layers[0].data = dock.viewer.layers[0].data[::-1].copy()
    pipeline.hold.set()
    dock.wait(lambda: "the result is gone" in dock.text("flags"))
    assert not [each for each in dock.viewer.layers if kind_of(each) == "sto"]


def test_a_refusal_is_shown_in_its_own_words(
    dock: Dock, pipeline: FakePipeline
) -> None:
    pipeline.refusal = "The film shows a hand."
    dock.measure()
    assert "The film shows a hand." in dock.text("flags")
    assert len(dock.viewer.layers) == 1


def test_an_error_leaves_the_dock_ready(dock: Dock, pipeline: FakePipeline) -> None:
    pipeline.error = MemoryError("out of memory")
    with dock.qtbot.captureExceptions() as errors:
        dock.measure()
    assert dock.find(QPushButton, "measure").isEnabled()
    assert "failed" in dock.text("flags")
    assert "out of memory" in [str(error) for _, error, _ in errors]


def test_measuring_again_renews_the_layers_and_keeps_how_they_are_shown(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.measure()
    bone, regions, points = map(dock.layer, ("bone", "regions", "landmarks"))
    layers, found, pixels = list(dock.viewer.layers), points.data.copy(), bone.data
    bone.visible, regions.visible = True, False
    bone.contrast_limits = (0.01, 0.02)
    points.data[0] += (10, 40)
    points.events.features()
    dock.wait(lambda: points.features["state"][0] == "placed")
    dock.measure()
    assert list(dock.viewer.layers) == layers and len(layers) == 5
    assert bone.visible and not regions.visible and not regions.editable
    assert bone.contrast_limits == [0.01, 0.02] and bone.data is not pixels
    np.testing.assert_allclose(points.data, found)
    np.testing.assert_allclose(regions.data[0][0], found[0])
    assert set(points.features["state"]) == {"predicted"}
    dock.qtbot.wait(300)
    before = pipeline.remeasured
    points.data[0] += 1
    points.events.features()
    dock.wait(lambda: pipeline.remeasured == before + 2)  # while it moves, at rest
    dock.qtbot.wait(300)
    assert pipeline.remeasured == before + 2


def test_a_landmark_that_comes_to_rest_while_a_new_result_is_shown_is_predicted_again(
    dock: Dock, pipeline: FakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    dock.measure()
    points = dock.layer("landmarks")
    points.data[0] += (10, 40)
    points.events.features()
    dock.wait(lambda: points.features["state"][0] == "placed")

    def draw_slowly() -> None:
        if points.features["state"][0] == "predicted":  # the new landmarks are shown
            dock.qtbot.wait(300)  # longer than a landmark needs to come to rest

    monkeypatch.setattr(shown_result, "let_window_draw", draw_slowly)
    dock.measure()
    dock.qtbot.wait(50)
    assert set(points.features["state"]) == {"predicted"}


def test_a_drawn_rectangle_is_the_hip_box_as_a_square_on_the_film(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.press("draw_box")
    box = dock.layer("box")
    assert dock.viewer.layers.selection.active == box
    assert box.mode == "add_rectangle"
    box.add_rectangles(np.array([[20, 10], [20, 210], [320, 210], [320, 10]]))
    assert dock.text("box_note") == ("300 × 300 pixels of the left hip, drawn by hand.")
    dock.measure()
    drawn = pipeline.calls[0]["box"]
    assert (drawn.x0, drawn.y0, drawn.x1, drawn.y1) == (-0.5, 20, 299.5, 320)


def test_of_two_hips_the_one_is_measured_whose_side_is_chosen(
    dock: Dock, pipeline: FakePipeline
) -> None:
    side = dock.find(QComboBox, "side")
    for hip, x in (("L", 0), ("R", 150)):
        side.setCurrentIndex(side.findData(hip))
        dock.press("draw_box")
        corners = np.array([[20, x], [20, x + 200], [220, x + 200], [220, x]])
        dock.layer("box").add_rectangles(corners)
    side.setCurrentIndex(side.findData(None))
    assert "choose the side" in dock.text("box_note")
    dock.measure()
    assert "choose the side" in dock.text("flags") and not pipeline.calls
    for hip, x0 in (("L", 0), ("R", 150)):
        side.setCurrentIndex(side.findData(hip))
        dock.measure()
        assert pipeline.calls[-1]["side"] == hip
        assert pipeline.calls[-1]["box"].x0 == x0


def test_a_tiny_box_is_refused_when_it_is_drawn(dock: Dock) -> None:
    dock.press("draw_box")
    dock.layer("box").add_rectangles(np.array([[2, 1], [2, 5], [8, 5], [8, 1]]))
    assert "smaller than 32 pixels" in dock.text("flags")
    assert not len(dock.layer("box").data)


def test_a_picture_without_spacing_asks_for_it_and_then_lies_in_mm(
    viewer: Any, qtbot: Any, pipeline: FakePipeline
) -> None:
    viewer.add_image(np.arange(400 * 300, dtype=np.uint16).reshape(400, 300) % 4000)
    dock = Dock(viewer, qtbot)
    assert "no trusted spacing" in dock.text("spacing_note")
    dock.measure()
    assert dock.cell(0, 0) == "–"
    assert "trusted spacing" in dock.text("flags")
    assert [str(u) for u in dock.layer("landmarks").units] == ["pixel"] * 2
    dock.find(QDoubleSpinBox, "spacing").setValue(0.15)
    assert dock.text("spacing_note") == "0.15 mm, given by you."
    dock.measure()
    assert dock.cell(0, 0) != "–"
    assert dock.find(QDoubleSpinBox, "spacing").value() == 0.15
    for layer in viewer.layers:
        np.testing.assert_allclose(layer.scale, 0.15)
        assert [str(unit) for unit in layer.units] == ["millimeter"] * 2


def test_each_film_keeps_its_own_result(dock: Dock, film: Radiograph) -> None:
    dock.measure()
    data, arguments, _ = radiograph_layer(film, "hip_2")
    dock.viewer.add_layer(Image(data, **arguments))
    assert dock.find(QComboBox, "film").currentText() == "hip_2"
    assert dock.cell(0, 0) == "–"
    dock.viewer.layers.selection.active = dock.viewer.layers[0]
    assert dock.find(QComboBox, "film").currentText() == "hip_1"
    assert dock.cell(0, 0) == "0.586"
    assert dock.find(QComboBox, "film").count() == 2


def test_a_closed_dock_can_be_opened_again_with_its_result(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.measure()
    dock.viewer.window.remove_dock_widget("all")
    dock.qtbot.wait(50)
    again = Dock(dock.viewer, dock.qtbot)
    assert again.cell(0, 0) == "0.586"
    points = again.layer("landmarks")
    points.data[0] += 100
    points.events.features()
    again.wait(lambda: again.cell(0, 0) == "0.596")
    dock.viewer.layers.clear()


def test_closing_the_dock_stops_its_run(dock: Dock, pipeline: FakePipeline) -> None:
    pipeline.hold.clear()
    dock.press("measure")
    dock.wait(pipeline.started.is_set)
    assert pipeline.thread is not None
    dock.viewer.window.remove_dock_widget("all")
    dock.wait(pipeline.stopped.is_set)


def test_two_viewers_keep_their_own_state(
    make_napari_viewer_proxy: Any, film: Radiograph, pipeline: FakePipeline
) -> None:
    one, two = make_napari_viewer_proxy(), make_napari_viewer_proxy()
    assert session_of(one) is session_of(one)
    assert session_of(one) is not session_of(two)


def test_a_flagged_value_can_be_withheld_with_its_reason(dock: Dock) -> None:
    dock.measure()
    policy = dock.find(QComboBox, "policy")
    policy.setCurrentIndex(1)
    policy.activated.emit(1)
    assert [dock.cell(0, column) for column in range(4)] == ["withheld"] * 4
    assert [dock.cell(2, column) for column in range(4)] == [
        "withheld", "–", "–", "withheld",
    ]  # fmt: skip
    assert "0.5" not in dock.cell(1, 0)
    cell = dock.find(QTableWidget, "results").item(0, 0)
    assert "There is metal" in cell.toolTip()
    assert "Withheld by the policy 'default'" in dock.text("flags")
    points = dock.layer("landmarks")
    points.data[0] += 30
    points.events.features()
    dock.qtbot.wait(50)
    assert dock.cell(0, 0) == "withheld"
    policy.setCurrentIndex(0)
    policy.activated.emit(0)
    assert float(dock.cell(0, 0)) > 0.5
    assert "There is metal" not in cell.toolTip()


def save_report(dock: Dock, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *args, **kw: (str(path), "")
    )
    dock.find(QPushButton, "save_report").click()


def test_a_structured_report_refers_to_the_films_own_file(
    dock: Dock,
    sample_study: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "hip.dcm"
    dock.measure()
    save_report(dock, path, monkeypatch)
    dock.wait(lambda: "File ▸ Open" in dock.text("flags"))
    assert not path.exists()

    case = sample_study.cases[0]
    dock.viewer.layers.clear()
    dock.viewer.open(case.image, plugin="napari-hipbmd")
    dock.press("measure")
    dock.wait(lambda: dock.find(QPushButton, "save_report").isEnabled())
    save_report(dock, path, monkeypatch)
    dock.qtbot.waitUntil(path.exists)
    report = pydicom.dcmread(path)
    source = source_of(case.image)
    referred = report.CurrentRequestedProcedureEvidenceSequence[0]
    series = referred.ReferencedSeriesSequence[0]
    assert source is not None and str(report.PatientName) == ""
    assert referred.StudyInstanceUID == source.StudyInstanceUID
    assert (
        series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        == source.SOPInstanceUID
    )
    dock.wait(lambda: dock.find(QPushButton, "save_report").isEnabled())


def choose_models(dock: Dock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *args, **kw: str(folder)
    )
    dock.press("choose_models")


def test_a_folder_without_models_is_refused_in_a_sentence(
    dock: Dock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_models(dock, tmp_path, monkeypatch)
    assert "holds no models" in dock.text("flags")
    assert "digital hips" in dock.text("models")


def test_ones_own_regression_is_used_and_named(
    dock: Dock,
    pipeline: FakePipeline,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dock.measure()
    own = json.loads((weights_dir() / "bmd.json").read_text("utf-8"))
    own["name"] = "our clinic"
    (tmp_path / "bmd.json").write_text(json.dumps(own), "utf-8")
    choose_models(dock, tmp_path, monkeypatch)
    assert "our clinic" in dock.text("models")
    assert "press Measure" in dock.text("flags")
    assert not dock.find(QTableWidget, "results").isEnabled()
    dock.press("measure")
    dock.qtbot.waitUntil(lambda: len(pipeline.calls) == 2)
    dock.wait(lambda: not dock.find(QPushButton, "cancel_measure").isEnabled())
    assert pipeline.calls[1]["models"].bmd.name == "our clinic"
    points = dock.layer("landmarks")
    points.data[0] += 30
    points.events.features()
    dock.wait(lambda: pipeline.remeasured_with is pipeline.calls[1]["models"])
    dock.press("bundled_models")
    assert "our clinic" not in dock.text("models")
    assert not dock.find(QPushButton, "bundled_models").isEnabled()


def test_the_widget_needs_only_a_viewer(viewer: Any, qtbot: Any) -> None:
    widget = MeasureWidget(viewer)
    qtbot.addWidget(widget)
    assert widget.findChild(QPushButton, "measure") is not None


def test_where_a_spacing_comes_from_makes_the_dock_no_wider(dock: Dock) -> None:
    source = "ImagerPixelSpacing / 1.18 (EstimatedRadiographicMagnificationFactor)"
    dock.widget.form.show_spacing((0.2, 0.2), source, typed=False)
    assert dock.widget.form.minimumSizeHint().width() < 290
