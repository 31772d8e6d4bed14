"""*Hip boxes* of *Open study*: one on each hip, square, kept and shown again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QLineEdit, QPushButton, QTreeWidget

from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.dicom import FilmTags, write_film
from napari_hipbmd.plugin.study.boxes_panel import HipBoxesPanel
from napari_hipbmd.plugin.ui.preferences import write_preference
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Case, Study, film_boxes, remember_boxes, write_cases

from ...napari_window import drag

PLUGIN = "napari-hipbmd"
SHAPE = (1200, 2000)


@pytest.fixture
def pelvis(tmp_path: Path) -> Path:
    """A study with a film of both hips in a row without a side."""
    write_preference("annotator", "anna")
    path = tmp_path / "study" / "images" / "pelvis.dcm"
    path.parent.mkdir(parents=True)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    tags = FilmTags(
        "pelvis",
        pixel_spacing_mm=(0.2, 0.2),
        pixel_spacing_calibration_type="GEOMETRY",
    )
    write_film(path, (rows + columns).astype(np.uint16), tags)
    write_cases(path.parents[1], [Case("pelvis", path)])
    return path


class Dock:
    def __init__(self, viewer: Any, qtbot: Any, film: Path) -> None:
        self.viewer, self.qtbot, self.path = viewer, qtbot, film
        add = viewer.window.add_plugin_dock_widget
        _, self.study = add(PLUGIN, "Open study")
        self.widget = opened_panel(self.study)
        self.study.list_folder(film.parents[1])
        self.wait(lambda: not self.study.bar.is_running)
        self.study.bar.button.click()
        self.wait(lambda: not self.study.bar.is_running)

    @property
    def film(self) -> Any:
        (film,) = [each for each in self.viewer.layers if kind_of(each) == "film"]
        return film

    @property
    def layer(self) -> Any:
        (layer,) = [each for each in self.viewer.layers if kind_of(each) == "box"]
        return layer

    def boxes(self) -> dict[Any, HipBox]:
        return session_of(self.viewer).hip_boxes.of(self.film)

    def click(self, name: str) -> None:
        button = self.widget.findChild(QPushButton, name)
        assert button.isEnabled(), button.toolTip()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def button(self, name: str) -> QPushButton:
        return self.widget.findChild(QPushButton, name)

    def text(self, name: str) -> str:
        return self.widget.findChild(QLabel, name).text()

    def wait(self, true: Any) -> None:
        self.qtbot.waitUntil(true)

    def drag_lower_edge(self, index: int, pixels: float) -> None:
        """Take a box at a lower corner, and draw it further down."""
        layer = self.layer
        layer.mode, layer.selected_data = "select", {index}
        corner = layer.data[index].max(axis=0)
        start, end = (
            {"position": layer.data_to_world(corner + (by, 0))} for by in (0, pixels)
        )
        drag(layer, 1, start, end, end)


def opened_panel(study: Any) -> Any:
    """The part of *Open study* with the hip boxes, as a click shows it."""
    study.findChild(QPushButton, "show_boxes").click()
    return study.findChild(HipBoxesPanel)


@pytest.fixture
def dock(viewer: Any, qtbot: Any, pelvis: Path) -> Dock:
    return Dock(viewer, qtbot, pelvis)


def kept(path: Path) -> dict[Any, HipBox]:
    return {side: one.box for side, one in film_boxes(path).items()}


def test_a_click_puts_a_box_of_900_pixels_on_each_hip_and_both_become_cases(
    dock: Dock,
) -> None:
    dock.click("place_L")
    dock.click("place_R")
    boxes = dock.boxes()
    assert {(box.width, box.height) for box in boxes.values()} == {(900, 900)}
    assert boxes["R"].centre_xy[0] < SHAPE[1] / 2 < boxes["L"].centre_xy[0]
    assert kept(dock.path) == boxes
    assert "anna" in dock.text("box_L") and "boxes.json" in dock.text("kept")
    cases = Study.open(dock.path.parents[1]).cases
    assert [(case.side, case.box) for case in cases] == [
        ("L", boxes["L"]), ("R", boxes["R"]),
    ]  # fmt: skip
    assert list(dock.layer.features["side"]) == ["L", "R"]


def test_a_box_whose_corner_is_dragged_stays_a_square_and_is_kept(dock: Dock) -> None:
    dock.click("place_L")
    before = dock.boxes()["L"]
    dock.drag_lower_edge(0, 90)
    after = dock.boxes()["L"]
    assert after.width == pytest.approx(after.height) == pytest.approx(990)
    assert after.y0 == before.y0
    assert kept(dock.path)["L"] == after
    corners = dock.layer.data[0]
    np.testing.assert_allclose(np.ptp(corners, axis=0), 990, atol=0.01)


def test_the_side_to_be_drawn_on_one_film_is_not_that_of_another(
    dock: Dock,
) -> None:
    first, boxes = dock.film, session_of(dock.viewer).hip_boxes
    boxes.draw(first, "L")  # and then it is not drawn
    other = dock.viewer.add_image(np.arange(6e5).reshape(600, 1000), name="other")
    boxes.place(other, "L")
    boxes.layer(other).add_rectangles(
        np.array([[100, 50], [100, 350], [400, 350], [400, 50]])
    )
    assert set(boxes.of(other)) == {"L", "R"}
    assert not boxes.of(first)


def test_a_rectangle_drawn_by_hand_becomes_the_square_of_its_half_of_the_film(
    dock: Dock,
) -> None:
    dock.click("place_L")
    layer = dock.layer
    layer.add_rectangles(np.array([[100, 50], [100, 450], [800, 450], [800, 50]]))
    box = dock.boxes()["R"]
    assert (box.width, box.height) == (700, 700)
    assert (box.x0, box.y0) == (-0.5, 100), "it is moved onto the film"
    layer.add_rectangles(np.array([[0, 0], [0, 400], [400, 400], [400, 0]]))
    assert "Both hips have a box already" in dock.text("note")
    assert len(layer.data) == 2


def test_a_tiny_rectangle_is_no_box(dock: Dock) -> None:
    dock.click("place_L")
    dock.layer.add_rectangles(np.array([[1, 1], [1, 9], [9, 9], [9, 1]]))
    assert "smaller than 32 pixels" in dock.text("note")
    assert len(dock.layer.data) == 1 and set(dock.boxes()) == {"L"}


def test_sides_are_swapped_by_a_click(dock: Dock) -> None:
    dock.click("place_L")
    dock.click("place_R")
    before = dock.boxes()
    dock.click("swap")
    assert dock.boxes() == {"L": before["R"], "R": before["L"]} == kept(dock.path)


def test_a_box_that_is_taken_away_or_deleted_in_napari_is_forgotten(dock: Dock) -> None:
    dock.click("place_L")
    dock.click("place_R")
    dock.click("remove_R")
    assert set(kept(dock.path)) == {"L"}
    assert not dock.button("remove_R").isEnabled()
    dock.layer.selected_data = {0}
    dock.layer.remove_selected()
    assert kept(dock.path) == {} and dock.boxes() == {}


def test_the_boxes_are_there_when_the_study_is_opened_again(
    dock: Dock, qtbot: Any
) -> None:
    dock.click("place_L")
    dock.click("place_R")
    boxes = dock.boxes()
    dock.viewer.layers.clear()
    dock.study.list_folder(dock.path.parents[1])
    dock.wait(lambda: not dock.study.bar.is_running)
    listed = dock.study.findChild(QTreeWidget, "films")
    assert listed.topLevelItemCount() == 1, "one film layer a film"
    dock.study.bar.button.click()
    dock.wait(lambda: not dock.study.bar.is_running)
    dock.wait(lambda: dock.boxes() == boxes)
    assert len(dock.layer.data) == 2
    assert "anna" in dock.text("box_R")


def test_boxes_that_somebody_else_placed_meanwhile_are_shown_not_written_over(
    dock: Dock,
) -> None:
    theirs = HipBox(100, 100, 700, 700)
    remember_boxes(dock.path, {"R": theirs}, "bert", {})
    dock.click("place_L")
    assert "changed by bert in another window" in dock.text("note")
    assert dock.boxes() == {"R": theirs} == kept(dock.path)
    dock.click("place_L")
    assert set(kept(dock.path)) == {"L", "R"}


def test_a_box_of_nobody_is_not_kept_until_somebody_says_who_they_are(
    dock: Dock,
) -> None:
    write_preference("annotator", "")
    dock.click("place_L")
    assert "say who you are" in dock.text("kept")
    assert kept(dock.path) == {}
    who = dock.widget.findChild(QLineEdit, "who")
    who.clear()
    dock.qtbot.keyClicks(who, "carla")
    dock.qtbot.keyClick(who, Qt.Key.Key_Return)
    assert film_boxes(dock.path)["L"].by == "carla"


def test_without_a_film_every_button_says_why_it_is_off(
    viewer: Any, qtbot: Any
) -> None:
    _, study = viewer.window.add_plugin_dock_widget(PLUGIN, "Open study")
    widget = opened_panel(study)
    for name in ("place_L", "place_R", "remove_L", "propose", "swap"):
        button = widget.findChild(QPushButton, name)
        assert not button.isEnabled() and "Open a radiograph" in button.toolTip()
    assert not widget.findChild(QPushButton, "cancel").isEnabled()
