"""A film of a study has one set of landmarks, whichever dock it is seen in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from napari.layers import Layer
from qtpy.QtWidgets import QLabel, QPushButton, QTableWidget

from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.ui.preferences import write_preference
from napari_hipbmd.plugin.viewer.case_of_film import case_of_film
from napari_hipbmd.plugin.viewer.films import open_film_layer, radiograph_layer
from napari_hipbmd.plugin.viewer.origins import remember_origin
from napari_hipbmd.plugin.workbench.predicting import Predictor
from napari_hipbmd.study import Study

from ..conftest import FakePipeline

WORKBENCH = ("napari-hipbmd", "Landmark workbench")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    folder = tmp_path / "study"
    shutil.copytree(sample_data_dir(), folder)
    return Study.open(folder)


@pytest.fixture
def measure_dock(make_napari_viewer_proxy: Any, pipeline: FakePipeline) -> Any:
    viewer = make_napari_viewer_proxy()
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
    qtbot.waitUntil(lambda: table.item(0, 3).text() != "–", timeout=10_000)
    # The workbench's own picture of the film is known to be the case, too.
    shown = workbench.work.canvas.film
    assert case_of_film(shown) == (study.folder, case.case_id)
    workbench.go_to(study.cases[0].case_id, "")
    assert case_of_film(shown) == (study.folder, study.cases[0].case_id)


def test_a_film_in_no_study_has_no_such_line(
    measure_dock: Any, film: Radiograph
) -> None:
    measure_dock.viewer.layers.append(Layer.create(*radiograph_layer(film)))
    assert measure_dock.findChild(QLabel, "case").parent().isHidden()
