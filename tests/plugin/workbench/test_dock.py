"""A study opens, its films follow each other, and each knows what it lacks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QComboBox, QLabel, QLineEdit, QProgressBar, QTableWidget

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.plugin.ui.keyboard import has_keyboard
from napari_hipbmd.plugin.ui.preferences import read_preference
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.workbench.case.stack import ORDER
from napari_hipbmd.plugin.workbench.opened.loader import CaseLoader
from napari_hipbmd.plugin.workbench.opened.remembered import last_case
from napari_hipbmd.plugin.workbench.study_bar import StudyBar
from napari_hipbmd.study.labelling.labels import read_labels

from .conftest import Bench

FIRST, SECOND, THIRD = (f"train-77-0000{i}" for i in range(3))


def cell(bench: Bench, row: int, column: int) -> str:
    return bench.find(QTableWidget, "queue").item(row, column).text()


def test_a_study_opens_at_its_first_case_with_film_and_predictions(
    bench: Bench,
) -> None:
    assert bench.widget.work.case_id == FIRST
    assert [kind_of(layer) for layer in bench.viewer.layers] == list(ORDER)
    assert len(bench.layer("predictions").data) == 16
    assert len(bench.layer("labels").data) == 0
    assert bench.viewer.layers.selection.active is bench.layer("labels")
    assert [cell(bench, i, 1) for i in range(3)] == ["predicted"] * 3
    assert "No landmark is placed yet" in bench.find(QLabel, "missing").text()


def test_keys_are_about_the_film_once_a_study_is_open(bench: Bench) -> None:
    name = bench.find(QComboBox, "annotator")
    for leave in (bench.open, lambda: bench.qtbot.keyClick(name, Qt.Key.Key_Return)):
        name.setFocus()
        assert has_keyboard(name)
        leave()
        holder = bench.widget.window().focusWidget()
        assert isinstance(holder, QOpenGLWidget), "keys go on into the name"


def test_the_name_keeps_the_keyboard_while_no_study_is_open(
    bench: Bench, tmp_path: Path
) -> None:
    bench.widget.work.leave_study()
    name = bench.find(QComboBox, "annotator")
    name.setFocus()
    bench.widget.open_study(tmp_path / "nowhere")
    assert has_keyboard(name)


def test_every_layer_lies_on_its_film_in_mm(bench: Bench) -> None:
    film = bench.layer("film")
    for _ in range(2):
        for layer in bench.viewer.layers:
            np.testing.assert_allclose(layer.scale, film.scale)
            assert [str(unit) for unit in layer.units] == ["millimeter"] * 2
        bench.press("next_case")
    assert bench.viewer.layers.units is not None


def test_the_next_film_takes_the_place_of_the_one_before(bench: Bench) -> None:
    before = bench.layer("film").data
    bench.press("next_case")
    assert bench.widget.work.case_id == SECOND
    assert bench.layer("film").name == SECOND
    assert bench.layer("film").data is not before
    assert len(bench.viewer.layers) == len(ORDER)
    bench.press("previous_case")
    assert bench.widget.work.case_id == FIRST
    np.testing.assert_array_equal(bench.layer("film").data, before)


def test_a_case_that_is_done_is_passed_over(bench: Bench) -> None:
    bench.press("next_case")
    bench.place_all()
    bench.press("finish")
    assert bench.widget.work.case_id == THIRD
    assert cell(bench, 1, 1) == "done"
    assert bench.find(QProgressBar, "done").value() == 1
    bench.press("previous_case")
    bench.press("previous_case")
    bench.press("next_undone")
    assert bench.widget.work.case_id == THIRD
    bench.press("next_undone")
    assert bench.widget.work.case_id == FIRST


def test_next_names_what_is_missing_and_does_not_block(bench: Bench) -> None:
    bench.place_all()
    bench.editor.unplace(["N6", "I2"])
    assert "N6 and I2 are missing" in bench.find(QLabel, "missing").text()
    bench.press("next_case")
    assert bench.widget.work.case_id == SECOND
    assert f"{FIRST}: N6 and I2 are missing" in bench.message


def test_the_status_follows_the_work(bench: Bench) -> None:
    assert cell(bench, 0, 1) == "predicted"
    bench.press("accept_all")
    assert cell(bench, 0, 1) == "in work"
    bench.press("second_look")
    assert cell(bench, 0, 1) == "second look"
    bench.press("second_look")
    assert cell(bench, 0, 1) == "in work"
    bench.press("finish")
    assert cell(bench, 0, 1) == "done"


def test_one_key_a_film_accepts_a_study_from_the_first_to_the_last(
    bench: Bench,
) -> None:
    for case_id in (FIRST, SECOND, THIRD):
        assert bench.widget.work.case_id == case_id
        bench.key("Enter")
        assert bench.widget.work.queue.entry(case_id).status == "done"
    assert bench.widget.work.case_id == THIRD
    assert "Every case is done" in bench.message
    bench.widget.work.close_case()
    for case_id in (FIRST, SECOND, THIRD):
        kept = read_labels(bench.folder, "anna", case_id)
        assert kept is not None and not kept.missing


def test_accepting_a_film_without_predictions_does_not_mark_it_done(
    bench: Bench,
) -> None:
    shutil.rmtree(bench.folder / "predictions")
    bench.open()
    bench.key("Enter")
    assert bench.widget.work.case_id == FIRST
    assert bench.widget.work.queue.entry(FIRST).status != "done"


def test_a_note_is_kept_and_found_by_the_filter(bench: Bench) -> None:
    bench.find(QTableWidget, "queue").item(1, 2).setText("osteophyte at N6")
    assert bench.widget.work.queue.entry(SECOND).note == "osteophyte at N6"
    bench.find(QLineEdit, "search").setText("OSTEO")
    table = bench.find(QTableWidget, "queue")
    assert [table.item(i, 0).text() for i in range(table.rowCount())] == [SECOND]
    assert "1 of 3 shown" in bench.find(QLabel, "queue_count").text()
    bench.find(QLineEdit, "search").clear()
    bench.find(QComboBox, "status_filter").setCurrentText("done")
    assert table.rowCount() == 0


def test_next_keeps_to_what_the_filter_shows(bench: Bench) -> None:
    bench.find(QLineEdit, "search").setText(THIRD)
    bench.press("next_case")
    assert bench.widget.work.case_id == THIRD
    bench.press("next_case")
    assert bench.widget.work.case_id == THIRD
    assert "no further case" in bench.message


def test_a_double_click_opens_a_case(bench: Bench) -> None:
    bench.find(QTableWidget, "queue").cellDoubleClicked.emit(2, 0)
    assert bench.widget.work.case_id == THIRD


def test_the_annotator_and_the_case_are_remembered(bench: Bench) -> None:
    bench.press("next_case")
    bench.find(QComboBox, "annotator").lineEdit().editingFinished.emit()
    assert read_preference("annotator") == "anna"
    assert StudyBar().who() == "anna"
    bench.qtbot.waitUntil(lambda: last_case(bench.widget.work.study) == SECOND)
    bench.widget.work.close_case()
    bench.open()
    assert bench.widget.work.case_id == SECOND


def test_another_annotator_starts_from_nothing(bench: Bench) -> None:
    bench.press("accept_all")
    annotator = bench.find(QComboBox, "annotator")
    annotator.setEditText("ben")
    annotator.lineEdit().editingFinished.emit()
    assert bench.editor.annotator == "ben"
    assert len(bench.labels.landmarks) == 0
    assert bench.study.labels("anna", FIRST).missing == ()


@pytest.mark.parametrize(
    ("name", "reason"), [("", "Say who you are"), ("a/b", "cannot name a file")]
)
def test_nothing_opens_before_somebody_has_a_name(
    bench: Bench, name: str, reason: str
) -> None:
    bench.find(QComboBox, "annotator").setEditText(name)
    bench.find(QComboBox, "annotator").lineEdit().editingFinished.emit()
    assert reason in bench.message
    assert bench.editor.annotator == "anna"


def test_a_folder_that_is_no_study_is_refused_in_words(
    bench: Bench, tmp_path: Path
) -> None:
    bench.widget.open_study(tmp_path)
    assert "cases.csv" in bench.message
    assert bench.widget.work.case_id == FIRST


def test_a_film_that_cannot_be_read_is_told_and_passed_over(bench: Bench) -> None:
    bench.study.case(SECOND).image.write_bytes(b"junk")
    bench.open()  # read ahead, it would be known still
    bench.press("next_case")
    assert SECOND in bench.message
    assert bench.widget.case_view.editor is None
    bench.press("next_case")
    assert bench.widget.work.case_id == THIRD


def test_only_the_neighbours_are_read_ahead_and_kept(study_folder: Path) -> None:
    from napari_hipbmd.study import Study

    loader = CaseLoader(Study.open(study_folder))
    loader.read_ahead([SECOND, THIRD])
    assert loader.load(SECOND).case.case_id == SECOND
    loader.read_ahead([THIRD])
    assert not loader.is_ready(SECOND)
    assert loader.load(THIRD).predicted is not None
    with pytest.raises(Refused, match="no case"):
        loader.load("nobody")
    loader.close()


def test_a_dock_that_is_closed_saves_and_leaves_nothing_behind(
    bench: Bench, qtbot: Any
) -> None:
    bench.press("accept_all")
    other = bench.viewer.add_image(np.zeros((40, 40)), name="somebody else's")
    callbacks = len(bench.viewer.mouse_move_callbacks)
    bench.viewer.window.remove_dock_widget(bench.dock)
    assert list(bench.viewer.layers) == [other]
    assert len(bench.viewer.mouse_move_callbacks) == callbacks - 1
    assert (bench.folder / "labels" / "anna" / f"{FIRST}.json").is_file()
    bench.viewer.layers.clear()
    bench.__init__(bench.viewer)  # type: ignore[misc]


def test_no_name_of_a_person_is_on_any_layer(bench: Bench) -> None:
    for layer in bench.viewer.layers:
        assert "anna" not in layer.name
        assert "anna" not in str(layer.metadata.get("hipbmd", {}).get("kind"))


def test_a_read_only_study_is_looked_at_and_says_so(
    bench: Bench, read_only: Callable[[Path], Path]
) -> None:
    bench.editor.place((100.0, 120.0), "N1")
    bench.widget.work.leave_study()
    read_only(bench.folder)
    bench.open()
    assert "can only be looked at" in bench.message
    assert bench.labels.landmarks["N1"].xy == (100.0, 120.0)
    bench.editor.place((5.0, 6.0), "N1")
    assert "could not be written (" in bench.message
    assert bench.labels.landmarks["N1"].xy == (100.0, 120.0)
    bench.press("next_case")
    assert bench.widget.work.case_id == SECOND
