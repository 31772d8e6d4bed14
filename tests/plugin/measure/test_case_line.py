"""A film of a study has one set of landmarks, whichever dock it is seen in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from napari.layers import Layer
from qtpy.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
)

from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS
from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.ui.preferences import write_preference
from napari_hipbmd.plugin.viewer.case_of_film import case_of_film
from napari_hipbmd.plugin.viewer.films import open_film_layer, radiograph_layer
from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.origins import remember_origin
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study import Study
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.labelling.labels import read_labels

from ..conftest import FakePipeline

WORKBENCH = ("napari-hipbmd", "Landmark workbench")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    folder = tmp_path / "study"
    shutil.copytree(sample_data_dir(), folder)
    return Study.open(folder)


@pytest.fixture
def measure_dock(viewer: Any, pipeline: FakePipeline) -> Any:
    _, widget = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Measure BMD")
    widget.viewer = viewer
    return widget


def test_a_film_of_a_study_is_opened_in_the_workbench_with_its_numbers(
    measure_dock: Any, study: Study, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.setattr(Predictor, "predict_ahead", lambda self, names: None)
    write_preference("annotator", "anna")
    case = study.cases[2]
    layer = Layer.create(*open_film_layer(case.image))
    remember_origin(layer, case.image)
    measure_dock.viewer.layers.append(layer)
    line = measure_dock.findChild(QLabel, "case").text()
    assert case.case_id in line and "study" in line
    measure_dock.findChild(QPushButton, "open_in_workbench").click()
    _, workbench = measure_dock.viewer.window.add_plugin_dock_widget(*WORKBENCH)
    assert workbench.work.case_id == case.case_id
    assert workbench.work.editor.annotator == "anna"
    for name, (x, y) in zip(
        workbench.work.editor.labels.missing,
        study.truth(case.case_id).landmarks_xy,
        strict=True,
    ):
        workbench.work.editor.place((float(x), float(y)), name)
    table = workbench.findChild(QTableWidget, "results")
    qtbot.waitUntil(lambda: table.item(0, 3).text() != "–")
    # The workbench's own picture of the film is known to be the case, too.
    shown = workbench.work.case_view.film
    assert case_of_film(shown) == (study.folder, case.case_id)
    workbench.go_to(study.cases[0].case_id, "")
    assert case_of_film(shown) == (study.folder, study.cases[0].case_id)


def opened(measure_dock: Any, path: Path, who: str = "") -> None:
    """The film of a file, in the viewer and in front; who is at work."""
    layer = Layer.create(*open_film_layer(path))
    remember_origin(layer, path)
    measure_dock.viewer.layers.append(layer)
    line = measure_dock.findChild(QLineEdit, "kept_by")
    line.setText(who)
    line.editingFinished.emit()


def measure(measure_dock: Any, qtbot: Any) -> Any:
    """Press Measure; gives the layer of landmarks."""
    measure_dock.findChild(QPushButton, "measure").click()
    cancel = measure_dock.findChild(QPushButton, "cancel_measure")
    qtbot.waitUntil(lambda: not cancel.isEnabled())
    (points,) = [x for x in measure_dock.viewer.layers if kind_of(x) == "landmarks"]
    return points


def drag(points: Any, name: str, to: tuple[float, float]) -> None:
    """Let a landmark be moved, as napari tells of it."""
    points.data[list(points.features["id"]).index(name)] = to[::-1]
    points.events.features()


def place_of(points: Any, name: str) -> tuple[float, ...]:
    return tuple(points.data[list(points.features["id"]).index(name)][::-1])


def test_a_landmark_moved_on_a_film_of_a_study_is_kept_with_where_it_came_from(
    measure_dock: Any, study: Study, qtbot: Any
) -> None:
    case = study.cases[2]
    opened(measure_dock, case.image, "anna")
    points = measure(measure_dock, qtbot)
    found = place_of(points, "N1")
    drag(points, "N1", (201.0, 202.0))
    qtbot.waitUntil(lambda: study.labels("anna", case.case_id) is not None)
    kept = study.labels("anna", case.case_id).landmarks
    assert kept["N1"].xy == (201.0, 202.0) and kept["N1"].who == "anna"
    assert kept["N1"].predicted_xy == pytest.approx(found)
    assert "T1" not in kept, "what nobody moved is signed by nobody"
    measure_dock.findChild(QPushButton, "undo_landmarks").click()
    assert place_of(points, "N1") == pytest.approx(found)
    assert "N1" not in study.labels("anna", case.case_id).landmarks
    told = measure_dock.findChild(QLabel, "flags").text()
    assert "Undone: N1" in told and "metal" in told, "reasons for caution stay"
    assert measure_dock.findChild(QTableWidget, "results").isEnabled()


def test_what_somebody_else_wrote_meanwhile_is_shown_and_not_overwritten(
    measure_dock: Any, study: Study, qtbot: Any
) -> None:
    case = study.cases[2]
    opened(measure_dock, case.image, "anna")
    points = measure(measure_dock, qtbot)
    with study.open_case("anna", case.case_id) as elsewhere:
        elsewhere.apply(edits.place(elsewhere.state, "N1", (150.0, 160.0), "anna"))
    drag(points, "N1", (201.0, 202.0))
    qtbot.waitUntil(lambda: place_of(points, "N1") == (150.0, 160.0))
    assert study.labels("anna", case.case_id).landmarks["N1"].xy == (150.0, 160.0)


def test_a_study_that_was_moved_is_told_and_not_begun_anew_in_its_old_place(
    measure_dock: Any, study: Study, qtbot: Any, tmp_path: Path
) -> None:
    opened(measure_dock, study.cases[0].image, who="anna")
    points = measure(measure_dock, qtbot)
    study.folder.rename(tmp_path / "elsewhere")
    drag(points, "N2", (71.0, 82.0))
    told = measure_dock.findChild(QLabel, "flags")
    qtbot.wait(1500)
    assert "no longer where it was" in told.text()
    measure_dock.viewer.layers.clear()
    assert not study.folder.exists()


def test_landmarks_that_are_kept_are_those_that_are_measured_with(
    measure_dock: Any, study: Study, qtbot: Any
) -> None:
    case = study.cases[2]
    truth = study.truth(case.case_id).landmarks_xy
    with study.open_case("anna", case.case_id) as labels:
        for name, (x, y) in zip(LANDMARK_IDS, truth, strict=True):
            if name not in labels.state.landmarks:
                change = edits.place(labels.state, name, (float(x), float(y)), "anna")
                labels.apply(change)
    opened(measure_dock, case.image, "anna")
    points = measure(measure_dock, qtbot)
    kept = study.labels("anna", case.case_id).xy
    assert place_of(points, "N1") == pytest.approx(tuple(kept[INDEX["N1"]]))
    assert "16 of 16" in measure_dock.findChild(QLabel, "case").text()


def test_a_loose_film_offers_to_keep_its_landmarks_beside_it(
    measure_dock: Any, study: Study, tmp_path: Path, qtbot: Any
) -> None:
    film = tmp_path / "loose" / "hip.dcm"
    film.parent.mkdir()
    shutil.copy(study.cases[2].image, film)
    opened(measure_dock, film, "anna")
    points = measure(measure_dock, qtbot)
    drag(points, "N1", (201.0, 202.0))
    qtbot.wait(500)
    assert not (film.parent / "labels").exists(), "only when it is asked for"
    measure_dock.findChild(QPushButton, "keep_landmarks").click()
    kept = read_labels(film.parent, "anna", "hip")
    assert kept is not None and not kept.missing
    assert kept.landmarks["N1"].xy == (201.0, 202.0)
    drag(points, "N2", (210.0, 220.0))
    qtbot.waitUntil(
        lambda: (
            read_labels(film.parent, "anna", "hip").landmarks["N2"].xy == (210.0, 220.0)
        )
    )


def test_a_film_of_no_file_has_no_such_line(
    measure_dock: Any, film: Radiograph
) -> None:
    measure_dock.viewer.layers.append(Layer.create(*radiograph_layer(film)))
    assert measure_dock.findChild(QLabel, "case").parent().isHidden()


def test_a_landmark_that_was_moved_just_before_the_dock_is_closed_is_kept(
    measure_dock: Any, study: Study, qtbot: Any
) -> None:
    case = study.cases[2]
    opened(measure_dock, case.image, "anna")
    drag(measure(measure_dock, qtbot), "N1", (120.0, 130.0))
    QApplication.processEvents()
    measure_dock.viewer.window.remove_dock_widget("all")
    kept = read_labels(study.folder, "anna", case.case_id)
    assert kept.landmarks["N1"].xy == (120, 130)
