"""The dock *Make pairs*: films are marked, one pair is seen, many are written."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
)

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.plugin.viewer.identity import facts_of, kind_of
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study.film_marks import (
    FilmMarks,
    TypeChoice,
    list_marked,
    read_marks,
    write_marks,
)
from napari_hipbmd.study.pair_sources import gather
from napari_hipbmd.synthesis import PairOptions, check_pairs, read_manifest, write_pairs

from ...napari_window import press_key

SHAPE = (240, 320)
BONE = np.zeros(SHAPE, bool)
BONE[60:180, 140:220] = True
SCORES = {"leg-0": 0.7, "leg-1": 0.9, "leg-2": 0.8}


class FakeMarking(ModuleType):
    """Stands in for :mod:`napari_hipbmd.tasks.propose`: networks that know the bone."""

    TOUCHES = 0.01

    def __init__(self) -> None:
        super().__init__("napari_hipbmd.tasks.propose")
        self.go = threading.Event()
        self.go.set()
        self.looking = threading.Event()
        self.asked: list[Any] = []

    def bone_shares(self, film: Any, networks: Any, boxes: Any) -> list[float]:
        return [float(BONE[round(b.y0) : round(b.y1), round(b.x0) : round(b.x1)].mean())
                for b in boxes]  # fmt: skip

    def propose_hip_mask(self, film: Any, networks: Any, hips: Any, side: Any) -> Any:
        self.asked.append(dict(hips))
        if film.case_id == "leg-2":
            raise Refused("No bone was found between the landmarks.")
        return BONE

    def propose_sto_boxes(
        self, film: Any, networks: Any, hips: Any, side: Any, taken: Any
    ) -> list[HipBox]:
        self.asked.append(tuple(taken))
        return [] if taken else [HipBox(9.5, 9.5, 59.5, 59.5)]

    def film_evenness(self, film: Any, networks: Any, hips: Any, side: Any) -> float:
        self.looking.set()
        self.go.wait(30)
        return SCORES[film.case_id]


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMarking]:
    fake = FakeMarking()
    models = ModuleType("napari_hipbmd.pipeline.models")
    models.load_models = lambda folder=None: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "napari_hipbmd.tasks.propose", fake)
    monkeypatch.setattr("napari_hipbmd.tasks.propose", fake, raising=False)
    monkeypatch.setitem(sys.modules, "napari_hipbmd.pipeline.models", models)
    yield fake
    fake.go.set()


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for i in range(3):
        grey = 60 + 0.1 * x + 0.05 * i * y + 80 * BONE
        Image.fromarray(grey.astype(np.uint8)).save(folder / f"leg-{i}.png")
    return folder


@pytest.fixture
def marked(films: Path) -> None:
    """Every film has an STO box and a mask and is confirmed as type 2."""
    box = HipBox(10, 10, 90, 90)
    for name in SCORES:
        choice = TypeChoice.now(2, "eve")
        marks = FilmMarks(name, f"{name}.png", SHAPE, name, None, (box,), BONE, choice)
        write_marks(films, marks)


class Dock:
    def __init__(self, viewer: Any, qtbot: Any, films: Path) -> None:
        self.viewer, self.qtbot, self.folder = viewer, qtbot, films
        _, self.widget = viewer.window.add_plugin_dock_widget(
            "napari-hipbmd", "Make pairs"
        )
        self.type("pair_folder", films)
        self.wait(lambda: self.table.rowCount() == 3)

    @property
    def table(self) -> QTableWidget:
        return self.widget.findChild(QTableWidget, "pair_films")

    @property
    def film(self) -> Any:
        return self.layer("film")

    @property
    def tissue(self) -> Any:
        return self.layer("sto_boxes")

    @property
    def mask(self) -> Any:
        return self.layer("hip_mask")

    def layer(self, kind: str) -> Any:
        (layer,) = [each for each in self.viewer.layers if kind_of(each) == kind]
        return layer

    def wait(self, there: Any) -> None:
        self.qtbot.waitUntil(lambda: bool(there()))

    def idle(self) -> None:
        self.wait(lambda: not self.button("cancel_write_pairs").isEnabled())

    def kept(self, name: str) -> FilmMarks:
        """The marks on the disk, once they are those that are drawn."""

        def same() -> bool:
            marks = read_marks(self.folder, name)
            if marks is None or len(marks.sto_boxes) != len(self.tissue.data):
                return False
            painted = np.zeros(SHAPE, bool) if marks.mask is None else marks.mask
            return np.array_equal(painted, self.mask.data > 0)

        self.wait(same)
        return read_marks(self.folder, name)

    def button(self, name: str) -> QPushButton:
        return self.widget.findChild(QPushButton, name)

    def click(self, name: str) -> None:
        button = self.button(name)
        assert button.isEnabled(), button.toolTip()
        button.click()

    def press(self, layer: Any, key: str) -> None:
        """A key in the canvas while a layer is in front."""
        self.viewer.layers.selection.active = layer
        press_key(self.viewer, key)

    def type(self, name: str, text: object) -> None:
        line = self.widget.findChild(QLineEdit, name)
        line.setText(str(text))
        line.editingFinished.emit()

    def split(self, *shares: float) -> None:
        for i, share in enumerate(shares):
            self.widget.findChild(QDoubleSpinBox, f"pair_split_{i}").setValue(share)

    def text(self, name: str) -> str:
        return self.widget.findChild(QLabel, name).text()

    def said(self) -> str:
        return self.text("pairs_note")

    def says(self, name: str, text: str) -> None:
        """Wait until a label says it."""
        self.wait(lambda: text in self.text(name))

    def rows(self) -> list[list[str]]:
        rows, columns = self.table.rowCount(), self.table.columnCount()
        return [[self.table.item(r, c).text() for c in range(columns)]
                for r in range(rows)]  # fmt: skip

    def names(self) -> list[str]:
        return [row[0] for row in self.rows()]

    def open(self, name: str) -> None:
        self.table.selectRow(self.names().index(name))

    def paint(self, mask: Any) -> None:
        self.mask.data = mask.astype(np.uint8)

    def draw_sto(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """The tool's own path: the button, then a rectangle on the layer in front."""
        self.click("draw_sto")
        layer = self.viewer.layers.selection.active
        assert kind_of(layer) == "sto_boxes" and layer.mode == "add_rectangle"
        layer.add_rectangles([[y0, x0], [y1, x1]])

    def mark_all(self) -> None:
        """Every film gets an STO box and a mask and is confirmed as type 2."""
        self.type("marked_by", "eve")
        for name in SCORES:
            self.open(name)
            self.draw_sto(10, 10, 90, 90)
            self.paint(BONE)
            self.kept(name)
            self.click("type_2")
        assert sorted(row[2:] for row in self.rows()) == [["2", "1", "yes"]] * 3

    def pair_layers(self) -> dict[str, Any]:
        return {
            facts_of(each)["part"]: each
            for each in self.viewer.layers
            if kind_of(each) == "pair"
        }


@pytest.fixture
def dock(viewer: Any, qtbot: Any, films: Path, networks: FakeMarking) -> Dock:
    return Dock(viewer, qtbot, films)


def test_the_most_even_films_come_first_and_the_choice_is_kept_with_who_and_when(dock):
    assert dock.names() == ["leg-0", "leg-1", "leg-2"]
    dock.click("order")
    dock.idle()
    assert dock.names() == ["leg-1", "leg-2", "leg-0"]
    assert dock.table.item(0, 1).text() == "90.0 %"
    dock.open("leg-1")
    dock.press(dock.tissue, "2")
    assert "Type your name first" in dock.said()
    assert list_marked(dock.folder) == []
    dock.type("marked_by", "eve")
    dock.press(dock.tissue, "2")
    choice = read_marks(dock.folder, "leg-1").choice
    assert (choice.film_type, choice.by) == (2, "eve")
    assert choice.at.startswith("20") and choice.at.endswith("+00:00")
    assert dock.table.item(0, 2).text() == "2"
    assert "type 2, eve" in dock.text("type_note")
    dock.press(dock.mask, "1")
    assert read_marks(dock.folder, "leg-1").choice.film_type == 1
    dock.press(dock.tissue, "E")
    assert dock.film.name == "leg-2"


def test_a_box_on_bone_is_flagged_and_kept_and_one_off_the_film_is_refused(dock):
    dock.open("leg-0")
    dock.draw_sto(10, 10, 90, 90)
    dock.says("flags", "No STO box overlaps bone.")
    dock.draw_sto(130, 50, 190, 110)
    dock.says("flags", "STO box 2 seems to overlap bone")
    colours = [tuple(np.round(c, 2)) for c in dock.tissue.edge_color]
    assert colours[0] != colours[1]
    assert len(read_marks(dock.folder, "leg-0").sto_boxes) == 2
    dock.draw_sto(280, 10, 400, 90)
    dock.says("pairs_note", "reaches outside its film of 320 × 240")
    assert len(read_marks(dock.folder, "leg-0").sto_boxes) == 2
    dock.tissue.selected_data = {2}
    dock.press(dock.tissue, "Delete")
    assert len(dock.tissue.data) == 2
    dock.draw_sto(240, 10, 250, 20)
    dock.says("pairs_note", "smaller than 32 pixels")


def test_sto_boxes_are_proposed_kept_and_not_proposed_twice(dock, networks):
    dock.open("leg-0")
    dock.click("propose_sto")
    dock.idle()
    assert "proposed beside the bones: 1" in dock.said()
    box = HipBox(9.5, 9.5, 59.5, 59.5)
    assert dock.kept("leg-0").sto_boxes == (box,)
    dock.click("propose_sto")
    dock.idle()
    assert networks.asked[-1] == (box,)
    assert "draw one" in dock.said()
    assert read_marks(dock.folder, "leg-0").sto_boxes == (box,)


def test_a_mask_is_proposed_painted_and_snapped_and_kept(dock, networks):
    dock.open("leg-0")
    dock.click("propose")
    dock.idle()
    assert networks.asked == [{}]
    np.testing.assert_array_equal(dock.kept("leg-0").mask, BONE)
    assert dock.viewer.layers.selection.active == dock.mask
    assert dock.mask.mode == "paint"
    dock.mask.undo()
    assert not dock.mask.data.any()
    assert not dock.kept("leg-0").has_bone
    rough = np.zeros(SHAPE, bool)
    rough[63:176, 143:216] = True
    dock.paint(rough)
    dock.click("snap")
    dock.idle()
    kept = dock.kept("leg-0").mask
    assert (kept != BONE).sum() < 0.3 * (rough != BONE).sum()
    dock.click("erase")
    dock.mask.paint((120, 180), 0)
    assert not dock.kept("leg-0").mask[120, 180]
    dock.open("leg-2")
    dock.click("propose")
    dock.idle()
    assert "No bone was found" in dock.said()


def test_hip_boxes_are_those_of_every_dock(dock, networks):
    dock.type("marked_by", "eve")
    dock.open("leg-0")
    dock.click("draw_hip")
    box = dock.viewer.layers.selection.active
    assert kind_of(box) == "box" and box.mode == "add_rectangle"
    box.add_rectangles([[40, 120], [200, 280]])
    boxes = session_of(dock.viewer).hip_boxes.of(dock.film)
    assert list(boxes.values()) == [HipBox(120, 40, 280, 200)]
    dock.click("propose")
    dock.idle()
    assert networks.asked == [boxes]


def test_one_pair_is_seen_beside_the_film_and_follows_the_form(dock):
    dock.open("leg-0")
    dock.click("preview")
    dock.says("pairs_note", "neither marked films")
    assert dock.pair_layers() == {}
    dock.mark_all()
    dock.click("preview")
    dock.says("pairs_note", "film − STO is the projected bone within")
    shown = dock.pair_layers()
    assert list(shown) == ["STO", "projected bone", "synthetic film", "film − STO"]
    film, sto, bone = (
        shown[name].data for name in ("synthetic film", "STO", "projected bone")
    )
    np.testing.assert_allclose(film - sto, bone, atol=1e-6)
    np.testing.assert_array_equal(shown["film − STO"].data, film - sto)
    assert bone.max() > 0.2
    dock.widget.findChild(QDoubleSpinBox, "pair_rotation_deg").setValue(0)
    dock.widget.findChild(QSpinBox, "pair_index").setValue(7)
    dock.says("pairs_note", "turned +0.0°")
    assert dock.pair_layers()["STO"] == shown["STO"]
    assert not np.array_equal(shown["projected bone"].data, bone)
    operator = dock.widget.findChild(QComboBox, "pair_operator")
    operator.setCurrentIndex(operator.findData("replace"))
    dock.says("pairs_note", "donor's soft tissue")
    before = shown["projected bone"].data.copy()
    for name in SCORES:  # whichever hip is shown
        dock.open(name)
        dock.paint(np.roll(BONE, 30, 0))
        dock.kept(name)
    dock.click("preview")
    dock.wait(
        lambda: (
            (bone := dock.pair_layers().get("projected bone")) is not None
            and not np.array_equal(bone.data, before)
        )
    )


def test_pairs_are_written_as_without_a_window_and_only_of_type_2_donors(
    marked, dock, tmp_path
):
    assert "Choose a folder for the pairs" in dock.button("write_pairs").toolTip()
    dock.type("marked_by", "eve")
    dock.open("leg-2")
    dock.click("type_1")
    dock.type("pairs_out", tmp_path / "out")
    dock.split(1, 0, 0)
    dock.widget.findChild(QSpinBox, "pair_count").setValue(5)
    dock.click("write_pairs")
    dock.idle()
    assert "5 pairs written" in dock.said() and "projected bone" in dock.said()
    manifest = read_manifest(tmp_path / "out")
    assert [hip.case_id for hip in manifest.hips] == ["leg-0", "leg-1"]
    assert manifest.hips[0].about["film_type"]["by"] == "eve"
    assert len(manifest.tiles) == 3
    assert check_pairs(tmp_path / "out") == []
    options = PairOptions(split=(1, 0, 0))
    write_pairs(tmp_path / "again", gather([dock.folder]), 5, options)
    for path in (tmp_path / "out").rglob("*.*"):
        other = tmp_path / "again" / path.relative_to(tmp_path / "out")
        assert path.read_bytes() == other.read_bytes()
    dock.split(0, 0, 0)
    dock.click("write_pairs")
    dock.idle()
    assert "three shares" in dock.said()


def test_writing_stops_when_told_and_goes_on_later(marked, dock, tmp_path):
    dock.type("pairs_out", tmp_path / "out")
    dock.split(1, 0, 0)
    dock.widget.findChild(QSpinBox, "pair_count").setValue(400)
    dock.click("write_pairs")
    assert not dock.button("write_pairs").isEnabled()
    first = tmp_path / "out/pairs/000/000000.tif"
    dock.wait(first.exists)
    dock.click("cancel_write_pairs")
    dock.idle()
    assert "Stopped; what was finished is kept." in dock.said()
    written = len(list((tmp_path / "out").rglob("pairs/*/*.tif")))
    assert 0 < written < 400
    assert not dock.button("cancel_write_pairs").isEnabled()


def test_one_film_at_a_time_is_in_the_viewer_and_closing_keeps_what_was_drawn(dock):
    dock.open("leg-0")
    dock.draw_sto(10, 10, 90, 90)
    dock.open("leg-1")  # at once: nothing drawn is lost
    assert len(read_marks(dock.folder, "leg-0").sto_boxes) == 1
    assert {facts_of(each).get("case_id") for each in dock.viewer.layers
            if kind_of(each) == "film"} == {"leg-1"}  # fmt: skip
    dock.draw_sto(10, 10, 90, 90)
    dock.viewer.window.remove_dock_widget(dock.widget)
    assert len(read_marks(dock.folder, "leg-1").sto_boxes) == 1


def test_ordering_can_be_cancelled_and_keeps_what_is_known(dock, networks):
    networks.go.clear()
    dock.click("order")
    assert not dock.button("order").isEnabled()
    dock.wait(networks.looking.is_set)
    dock.click("cancel_write_pairs")
    networks.go.set()
    dock.idle()
    assert "Stopped" in dock.said()
    assert [row[1] for row in dock.rows()].count("–") == 2


def test_pictures_that_cannot_be_films_are_counted(dock):
    (dock.folder / "leg-3.bmp").write_bytes(b"BM" + bytes(60))
    (dock.folder / "notes.txt").write_text("no film")
    dock.widget.films.forget_folder()
    dock.type("pair_folder", dock.folder)
    dock.wait(lambda: "1 other could not be listed" in dock.said())
    assert dock.table.rowCount() == 3


def test_a_folder_without_films_or_with_damaged_marks_is_told(dock, tmp_path):
    (tmp_path / "empty").mkdir()
    dock.type("pair_folder", tmp_path / "empty")
    dock.idle()
    assert "holds no films" in dock.said()
    (dock.folder / "marks").mkdir()
    (dock.folder / "marks" / "leg-1.json").write_text("{")
    dock.type("pair_folder", dock.folder)
    dock.idle()
    assert "marks of leg-1 cannot be used" in dock.said()
