"""Placing, editing, marking, tying and undoing, by buttons and by keys."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from qtpy.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QTableWidget,
    QWidget,
)

from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.plugin.workbench.case.layers import STATE_COLOURS, TANGLED
from napari_hipbmd.plugin.workbench.landmarks.where import hip_picture
from napari_hipbmd.study import Study

from .conftest import Bench


def shown_xy(bench: Bench, name: str) -> np.ndarray:
    layer = bench.layer("labels")
    ids = list(layer.features["id"])
    return layer.data[ids.index(name)][::-1]


def test_clicks_place_one_landmark_after_the_other(bench: Bench) -> None:
    assert bench.editor.current == "N1"
    bench.editor.click((100.25, 200.5))
    assert bench.labels.landmarks["N1"].xy == (100.25, 200.5)
    assert bench.editor.current == "N2"
    np.testing.assert_allclose(shown_xy(bench, "N1"), (100.25, 200.5))


def test_a_pair_that_is_one_place_is_placed_at_once_and_passed_over(
    bench: Bench,
) -> None:
    bench.editor.select("N3")
    bench.editor.click((300, 310))
    assert bench.labels.landmarks["T1"].xy == (300, 310)
    bench.editor.select("N6")
    bench.editor.click((310, 400))
    assert bench.editor.current == "T2"


def test_without_going_on_the_landmark_stays_the_current_one(bench: Bench) -> None:
    bench.find(QCheckBox, "advance").setChecked(False)
    bench.editor.click((100, 200))
    assert bench.editor.current == "N1"


def test_keys_go_from_landmark_to_landmark_and_round(bench: Bench) -> None:
    bench.key("D")
    assert bench.editor.current == "N2"
    bench.key("A")
    bench.key("A")
    assert bench.editor.current == "I5"
    bench.editor.place((10, 10), "N1")
    bench.editor.select("I5")
    bench.key("F")
    assert bench.editor.current == "N2"


def test_arrows_move_by_parts_of_a_pixel(bench: Bench) -> None:
    bench.editor.place((100, 200), "N1")
    bench.editor.select("N1")
    bench.key("Right")
    bench.key("Up")
    bench.key("Shift+Down")
    np.testing.assert_allclose(bench.labels.landmarks["N1"].xy, (100.2, 200.8))


def test_a_film_without_predictions_is_labelled_without_a_mouse(bench: Bench) -> None:
    bench.editor.predicted = None
    truth = bench.study.truth(bench.widget.work.case_id, with_sto=False)
    assert truth is not None
    film, places = bench.layer("film"), truth.landmarks_xy
    bench.viewer.scene.camera.center = film.data_to_world((250, 200))
    bench.key("P")
    assert bench.editor.current == "N1", "it would be left where it was guessed"
    np.testing.assert_allclose(bench.labels.landmarks["N1"].xy, (200, 250))
    bench.key("Right")
    assert bench.labels.landmarks["N1"].xy == pytest.approx((200.2, 250))
    for name in LANDMARK_IDS[:4]:
        bench.editor.place(tuple(places[INDEX[name]]), name)
    bench.editor.select("T4")
    bench.key("P")
    off = np.array(bench.labels.landmarks["T4"].xy) - places[INDEX["T4"]]
    assert np.hypot(*off) < 50
    assert bench.labels.landmarks["T4"].source == "person"


def test_the_key_that_places_begins_at_the_prediction_and_moves_nothing(
    bench: Bench,
) -> None:
    bench.key("P")
    placed = bench.labels.landmarks["N1"]
    assert placed.predicted_xy == placed.xy and bench.editor.current == "N1"
    bench.key("Right")
    moved = bench.labels.landmarks["N1"]
    bench.key("P")
    assert bench.labels.landmarks["N1"] == moved
    assert bench.message == "N1 has a place: the arrow keys move it."


def test_a_landmark_is_never_guessed_beside_the_film(bench: Bench) -> None:
    bench.editor.predicted = None
    bench.viewer.scene.camera.center = (-900, 9000)
    bench.key("P")
    rows, columns = bench.layer("film").data.shape[-2:]
    assert bench.labels.landmarks["N1"].xy == pytest.approx((columns - 1, 0))
    bench.editor.select("N6")
    bench.key("P")
    x, y = bench.labels.landmarks["N6"].xy
    assert 0 <= x <= columns - 1 and 0 <= y <= rows - 1


@pytest.mark.parametrize(
    ("key", "state"), [("1", "placed"), ("2", "occluded"), ("3", "uncertain")]
)
def test_a_key_says_how_sure_one_is(bench: Bench, key: str, state: str) -> None:
    bench.editor.place((100, 200), "N1")
    bench.editor.select("N1")
    bench.key("2")
    bench.key(key)
    assert bench.labels.landmarks["N1"].state == state
    assert bench.find(QPushButton, state).isChecked()
    row = bench.find(QTableWidget, "landmarks").item(0, 2)
    assert row.text() == state
    assert row.foreground().color().name() == STATE_COLOURS[state]


def test_an_absent_landmark_has_no_point_and_is_not_missing(bench: Bench) -> None:
    bench.key("4")
    assert bench.labels.landmarks["N1"].state == "absent"
    assert "N1" not in bench.labels.missing
    assert bench.editor.current == "N2"
    assert len(bench.layer("labels").data) == 0


@pytest.mark.parametrize("key", ["X", "Delete", "Backspace"])
def test_delete_takes_a_landmark_off_and_undo_brings_it_back(
    bench: Bench, key: str
) -> None:
    bench.press("accept_all")
    bench.editor.select("N2")
    before = bench.labels.landmarks["N2"]
    bench.key(key)
    assert bench.labels.missing == ("N2",)
    assert len(bench.layer("labels").data) == 15
    bench.key("Ctrl+Z")
    assert bench.labels.landmarks["N2"] == before
    assert len(bench.layer("labels").data) == 16


def test_napari_s_own_delete_button_is_undone_like_anything(bench: Bench) -> None:
    bench.press("accept_all")
    layer = bench.layer("labels")
    layer.selected_data = {0, 5}
    layer.remove_selected()
    assert bench.labels.missing == ("N1", "N6")
    bench.key("Ctrl+Z")
    assert bench.labels.missing == ()
    assert len(layer.data) == 16


def test_napari_s_own_tool_adds_the_next_landmark(bench: Bench) -> None:
    bench.layer("labels").add((30, 40))
    assert bench.labels.landmarks["N1"].xy == (40, 30)
    assert len(bench.layer("labels").data) == 1


def test_undo_and_redo_go_through_every_change_and_survive_closing(
    bench: Bench,
) -> None:
    states = [bench.labels.landmarks]
    bench.press("accept_all")
    states.append(bench.labels.landmarks)
    bench.editor.place((50, 60), "N2")
    states.append(bench.labels.landmarks)
    bench.editor.select("N6")
    bench.key("3")
    states.append(bench.labels.landmarks)
    bench.press("next_case")
    bench.press("previous_case")
    assert bench.labels.landmarks == states[-1]
    for state in states[-2::-1]:
        bench.key("Ctrl+Z")
        assert bench.labels.landmarks == state
    assert not bench.find(QPushButton, "undo").isEnabled()
    bench.key("Ctrl+Z")
    assert "Nothing to undo" in bench.message
    for key, state in zip(
        ("Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+Y"), states[1:], strict=True
    ):
        bench.key(key)
        assert bench.labels.landmarks == state


def test_every_change_is_on_the_disk_at_once(bench: Bench) -> None:
    bench.editor.place((50, 60), "N2")
    labels = bench.study.labels("anna", bench.widget.work.case_id)
    assert labels is not None and labels.landmarks["N2"].xy == (50, 60)


def test_a_tie_is_kept_until_it_is_undone(bench: Bench) -> None:
    bench.press("accept_all")
    bench.editor.select("N3")
    assert bench.find(QCheckBox, "tie").text() == "Tied to T1"
    bench.editor.place((300, 200), "N3")
    assert bench.labels.landmarks["T1"].xy == (300, 200)
    n4 = np.array(bench.labels.landmarks["N4"].xy)
    np.testing.assert_allclose(bench.labels.landmarks["T5"].xy, (n4 + (300, 200)) / 2)
    bench.key("T")
    assert not bench.find(QCheckBox, "tie").isChecked()
    bench.editor.place((310, 210), "N3")
    assert bench.labels.landmarks["T1"].xy == (300, 200)
    bench.press("tie")
    assert bench.labels.landmarks["T1"].xy == (310, 210)
    bench.editor.select("N2")
    tie = bench.find(QCheckBox, "tie")
    assert not tie.isEnabled() and "no twin" in tie.toolTip()


def test_regions_follow_while_a_landmark_is_dragged(bench: Bench) -> None:
    bench.press("accept_all")
    regions = bench.layer("label_regions")
    before = regions.data[0].copy()
    x, y = bench.labels.landmarks["N2"].xy
    bench.editor.preview("N2", (x + 5, y - 4))
    np.testing.assert_allclose(regions.data[0][1] - before[1], (-4, 5))
    assert bench.labels.landmarks["N2"].xy == (x, y)
    bench.editor.place((x + 5, y - 4), "N2")
    np.testing.assert_allclose(regions.data[0][1] - before[1], (-4, 5))


def test_a_region_that_crosses_itself_is_shown(bench: Bench) -> None:
    bench.press("accept_all")
    n1, n5 = (bench.labels.landmarks[name].xy for name in ("N1", "N5"))
    bench.editor.place(n5, "N1")
    bench.editor.place(n1, "N5")
    tangle = bench.find(QLabel, "tangle")
    assert "neck crosses itself" in tangle.text() and not tangle.isHidden()
    red = bench.layer("label_regions").edge_color[0]
    np.testing.assert_allclose(red[:3], [int(TANGLED[i : i + 2], 16) / 255
                                         for i in (1, 3, 5)])  # fmt: skip
    bench.key("Ctrl+Z")
    bench.key("Ctrl+Z")
    assert bench.find(QLabel, "tangle").isHidden()


def test_an_outline_that_is_dragged_is_kept_and_undone(bench: Bench) -> None:
    bench.press("accept_all")
    bench.press("outlines")
    regions = bench.layer("label_regions")
    assert regions.mode == "direct"
    data = [polygon.copy() for polygon in regions.data]
    data[0] = np.insert(data[0], 1, data[0][:2].mean(axis=0) - (3, 0), axis=0)
    regions.data = data
    assert len(bench.labels.regions["neck"]) == 7
    assert bench.layer("label_regions").features["drawn"][0]
    bench.press("regions_follow")
    assert bench.labels.regions == {}
    bench.key("Ctrl+Z")
    assert len(bench.labels.regions["neck"]) == 7


def test_an_outline_that_crosses_itself_is_refused_in_words(bench: Bench) -> None:
    bench.press("accept_all")
    regions = bench.layer("label_regions")
    before = [polygon.copy() for polygon in regions.data]
    wrong = [polygon.copy() for polygon in before]
    wrong[0][[1, 4]] = wrong[0][[4, 1]]
    regions.data = wrong
    assert "crosses itself" in bench.message
    assert bench.labels.regions == {}
    np.testing.assert_allclose(bench.layer("label_regions").data[0], before[0])


def test_a_shape_that_is_deleted_comes_back(bench: Bench) -> None:
    bench.press("accept_all")
    regions = bench.layer("label_regions")
    regions.selected_data = {1}
    regions.remove_selected()
    assert len(bench.layer("label_regions").data) == 3


def test_the_hip_box_that_is_drawn_is_kept_with_the_study(bench: Bench) -> None:
    bench.press("box")
    layer = bench.layer("box")
    assert layer.mode == "add_rectangle"
    layer.add_rectangles(np.array([[20, 10], [20, 400], [370, 400], [370, 10]]))
    square = HipBox(10, 0, 400, 390)
    assert bench.labels.film.box == square
    assert square in [case.box for case in Study.open(bench.folder).cases]
    np.testing.assert_allclose(layer.data[0].min(axis=0), (0, 10))
    bench.key("Ctrl+Z")
    assert bench.labels.film.box is None


def test_a_layer_that_is_deleted_comes_back_with_its_landmarks(bench: Bench) -> None:
    bench.press("accept_all")
    bench.viewer.layers.remove(bench.layer("labels"))
    bench.wait(lambda: bench.layer("labels") is not None)
    assert len(bench.layer("labels").data) == 16
    bench.viewer.layers.selection.active = bench.layer("labels")
    bench.editor.select("N2")
    bench.key("X")
    assert bench.labels.missing == ("N2",)


def test_a_film_that_is_deleted_closes_its_case_and_loses_nothing(
    bench: Bench,
) -> None:
    bench.press("accept_all")
    case_id = bench.widget.work.case_id
    bench.viewer.layers.remove(bench.layer("film"))
    bench.wait(lambda: bench.widget.case_view.editor is None)
    assert "closed with its film" in bench.message
    bench.widget.work.open_case(case_id)
    assert bench.labels.missing == ()


def test_predictions_are_locked_and_their_size_is_the_expected_error(
    bench: Bench,
) -> None:
    layer = bench.layer("predictions")
    assert not layer.editable
    sizes_mm = layer.size * layer.scale[0]
    np.testing.assert_allclose(sizes_mm[10:], 2 * (1 + np.arange(10, 16) / 4))
    assert len({tuple(colour) for colour in layer.border_color}) > 1
    bench.key("V")
    assert not layer.visible


def test_an_accepted_prediction_keeps_where_it_came_from(bench: Bench) -> None:
    bench.key("R")
    label = bench.labels.landmarks["N1"]
    assert (label.source, label.version, label.who) == ("landmarks", "1", "anna")
    assert label.moved_px == 0
    assert bench.editor.current == "N2"
    x, y = label.xy
    bench.editor.place((x + 3, y + 4), "N1")
    label = bench.labels.landmarks["N1"]
    assert label.source == "landmarks" and label.moved_px == pytest.approx(5)
    table = bench.find(QTableWidget, "landmarks")
    spacing = bench.labels.film.spacing_mm[0]
    assert table.item(0, 4).text() == f"{5 * spacing:.1f} mm"
    assert "landmarks 1" in table.item(0, 3).toolTip()


def drag(bench: Bench, start_xy: np.ndarray, by_xy: tuple[float, float]) -> None:
    """Press, move and release the mouse over the film."""
    film, layer = bench.layer("film"), bench.layer("labels")
    event = SimpleNamespace(button=1, modifiers=(), type="mouse_press", pos=(0, 0))
    event.position = film.data_to_world(start_xy[::-1])
    step = layer.mouse_drag_callbacks[-1](layer, event)
    next(step)
    event.type, event.pos = "mouse_move", (30, 30)
    event.position = film.data_to_world((start_xy + by_xy)[::-1])
    next(step)
    event.type = "mouse_release"
    assert next(step, "over") == "over"


def click(bench: Bench, xy: tuple[float, float]) -> None:
    """Press and release the mouse over a pixel of the film."""
    film, layer = bench.layer("film"), bench.layer("labels")
    event = SimpleNamespace(button=1, modifiers=(), type="mouse_press", pos=(0, 0))
    event.position = film.data_to_world(np.array(xy)[::-1])
    step = layer.mouse_drag_callbacks[-1](layer, event)
    next(step)
    event.type = "mouse_release"
    assert next(step, "over") == "over"


def test_a_click_close_beside_a_placed_landmark_places_the_next_one(
    bench: Bench,
) -> None:
    bench.key("V")  # predictions are not in the way
    click(bench, (300, 300))
    camera = (
        bench.viewer.scene.camera
        if hasattr(bench.viewer, "scene")
        else (bench.viewer.camera)
    )
    px = 1 / (camera.zoom * bench.layer("film").scale[-1])  # of the film, on the screen
    click(bench, (300 + 7 * px, 300))
    assert bench.labels.landmarks["N1"].xy == pytest.approx((300, 300))
    assert bench.labels.landmarks["N2"].xy == pytest.approx((300 + 7 * px, 300))
    click(bench, (300 + px, 300))
    assert bench.editor.current == "N1", "a click on a landmark chooses it"
    assert "N3" in bench.labels.missing


def test_a_landmark_that_is_dropped_beside_the_film_goes_back_and_it_is_said(
    bench: Bench,
) -> None:
    bench.editor.place((50, 60), "N2")
    for beyond in ((-3.0, 60.0), (50.0, 1e4)):
        bench.editor.place(beyond, "N2")
        assert "There is no film there" in bench.message
        assert bench.labels.landmarks["N2"].xy == (50, 60)
        np.testing.assert_allclose(bench.layer("labels").data, [(60, 50)])
    bench.editor.click((5000.0, 5000.0))
    bench.editor.start_from("N5", (-20.0, 60.0))
    assert list(bench.labels.landmarks) == ["N2"]


def test_a_prediction_that_is_dragged_is_where_the_landmark_starts_from(
    bench: Bench,
) -> None:
    start = np.array(bench.editor.predicted.landmarks["N3"].xy)
    drag(bench, start, (4, -3))
    for name in ("N3", "T1"):
        label = bench.labels.landmarks[name]
        assert label.source == "landmarks" and label.who == "anna"
    assert bench.labels.landmarks["N3"].moved_px == pytest.approx(5)
    np.testing.assert_allclose(bench.labels.landmarks["N3"].xy, start + (4, -3))
    bench.key("Ctrl+Z")
    assert bench.labels.landmarks == {}
    bench.key("V")
    drag(bench, start, (4, -3))
    assert bench.labels.landmarks == {}, "what is hidden is not taken hold of"


def test_accept_all_leaves_alone_what_is_placed(bench: Bench) -> None:
    bench.editor.place((50, 60), "N2")
    bench.key("4")
    bench.press("accept_all")
    assert bench.labels.missing == ()
    assert bench.labels.landmarks["N2"].xy == (50, 60)
    assert bench.labels.landmarks["N3"].state == "absent"


def test_a_landmark_is_centred_at_the_chosen_zoom(bench: Bench) -> None:
    bench.press("accept_all")
    bench.editor.select("I4")
    bench.find(QDoubleSpinBox, "zoom").setValue(6)
    bench.press("centre")
    film, camera = bench.layer("film"), bench.viewer.scene.camera
    x, y = bench.labels.landmarks["I4"].xy
    np.testing.assert_allclose(camera.center[-2:], film.data_to_world((y, x)))
    assert camera.zoom * film.scale[0] == pytest.approx(6)
    bench.find(QTableWidget, "landmarks").cellClicked.emit(INDEX["T2"], 1)
    assert bench.editor.current == "T2"
    x, y = bench.labels.landmarks["T2"].xy
    np.testing.assert_allclose(camera.center[-2:], film.data_to_world((y, x)))


def test_lines_stay_thin_when_a_landmark_is_much_enlarged(bench: Bench) -> None:
    bench.press("accept_all")
    regions = bench.layer("label_regions")
    before, drawn = regions.edge_width[0], []
    regions.events.set_data.connect(drawn.append)
    bench.find(QDoubleSpinBox, "zoom").setValue(20)
    bench.wait(lambda: regions.edge_width[0] < before)
    assert regions.edge_width[0] * 20 == pytest.approx(2.5)
    assert drawn, "the new width is drawn"
    regions.events.set_data.disconnect(drawn.append)
    bench.press("fit")
    bench.wait(lambda: regions.edge_width[0] == pytest.approx(before))


def test_the_lens_shows_the_current_landmark_and_follows_the_cursor(
    bench: Bench,
) -> None:
    bench.press("accept_all")
    bench.editor.select("N5")
    lens = bench.widget.landmarks.magnifier
    x, y = bench.labels.landmarks["N5"].xy
    np.testing.assert_allclose(lens.middle, (y, x))
    film = bench.layer("film")
    part = film.data[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3]
    low, high = film.contrast_limits
    grey = np.clip((part - low) / (high - low), 0, 1)
    grey = 1 - grey if film.colormap.name.endswith("_r") else grey
    middle = lens.picture()[90:110, 90:110].mean() / 255
    assert abs(middle - grey.mean()) < 0.08
    bench.widget.landmarks.look_at_cursor(np.array([30.0, 40.0]))
    np.testing.assert_allclose(lens.middle, (30, 40))
    assert lens.picture().std() >= 0
    bench.widget.landmarks.look_at_cursor(np.array([-300.0, 40.0]))
    assert lens.picture().max() == 0


def test_the_small_picture_marks_the_landmark_on_the_film_s_side(
    bench: Bench,
) -> None:
    where = bench.widget.landmarks.where
    known = hip_picture()[1]
    assert set(known) == set(LANDMARK_IDS)
    assert bench.labels.film.side == "R"
    right = where.place_of("T3").x()
    bench.press("next_case")
    assert bench.labels.film.side == "L"
    left = where.place_of("T3").x()
    assert left > 100 > right and left + right == pytest.approx(200)


def test_a_control_that_is_off_says_why(bench: Bench) -> None:
    for control in bench.widget.findChildren(QAbstractButton):
        name = control.objectName()
        if name and not name.startswith(("qt_", "Scroll")) and not control.isEnabled():
            assert control.toolTip(), control.objectName()


def test_every_control_has_a_name(bench: Bench) -> None:
    for kind in (QPushButton, QCheckBox, QDoubleSpinBox, QTableWidget):
        for control in bench.widget.findChildren(kind):
            inside = control.parent()
            if isinstance(inside, QWidget) and inside.objectName() != "qt_":
                assert control.objectName(), control
