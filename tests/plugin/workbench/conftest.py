"""One window for all tests of the workbench; each has a study and a dock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtWidgets import QWidget

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.plugin.workbench.case.editor import Editor
from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study import FilmFacts, Label, Labels, Study
from napari_hipbmd.study.labelling.predictions import write_predictions

from ...napari_window import press_key

MODEL = "model-1"


class Bench:
    """What a person sees of the dock, by the names of its controls."""

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self.widget = WorkbenchWidget(viewer)
        self.dock = viewer.window.add_dock_widget(self.widget, name="workbench")

    def reset(self, qtbot: Any, folder: Path) -> None:
        """Begin with another study, and nothing chosen."""
        self.qtbot, self.folder = qtbot, folder
        widget = self.widget
        widget.studies.annotator.setEditText("anna")
        widget.cases.search.clear()
        widget.cases.status.setCurrentIndex(0)
        widget.landmarks.advance.setChecked(True)
        widget.landmarks.follow.setChecked(False)
        self.open()

    def open(self) -> None:
        self.widget.open_study(self.folder)

    @property
    def editor(self) -> Editor:
        editor = self.widget.case_view.editor
        assert editor is not None, self.message
        return editor

    @property
    def labels(self) -> Labels:
        return self.editor.labels

    @property
    def message(self) -> str:
        return self.widget.bar.message.text()

    @property
    def study(self) -> Study:
        return Study.open(self.folder)

    def find(self, kind: type[QWidget], name: str) -> Any:
        found = self.widget.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, name: str) -> None:
        from qtpy.QtWidgets import QAbstractButton

        button = self.find(QAbstractButton, name)
        assert button.isEnabled(), f"{name}: {button.toolTip()}"
        button.click()

    def key(self, key: str) -> None:
        press_key(self.viewer, key)

    def layer(self, kind: str) -> Any:
        return self.widget.case_view.layer(kind)

    def wait(self, condition: Callable[[], Any]) -> None:
        self.qtbot.waitUntil(condition)

    def place_all(self) -> None:
        """Every landmark where it truly is."""
        truth = self.study.truth(self.widget.work.case_id, with_sto=False)
        assert truth is not None
        for name, (x, y) in zip(LANDMARK_IDS, truth.landmarks_xy, strict=True):
            if name in self.labels.missing:
                self.editor.place((float(x), float(y)), name)

    def close(self) -> None:
        self.viewer.window.remove_dock_widget(self.dock)


@pytest.fixture(scope="module")
def shared_bench(window: Any) -> Iterator[Bench]:
    """A dock that the tests share; each opens a study of its own in it."""
    bench = Bench(window)
    yield bench
    bench.close()
    assert list(window.layers) == []


@pytest.fixture
def study_folder(three_cases: Study) -> Path:
    """A study of three digital hips that a model has predicted, a little off."""
    study, folder = three_cases, three_cases.folder
    for case in study.cases:
        truth = study.truth(case.case_id, with_sto=False)
        assert truth is not None
        landmarks = {
            name: Label(
                (float(x) + 2, float(y) - 1),
                source="landmarks",
                version="1",
                predicted_xy=(float(x) + 2, float(y) - 1),
                sigma_mm=1.0 + i / 4,
            )
            for i, (name, (x, y)) in enumerate(
                zip(LANDMARK_IDS, truth.landmarks_xy, strict=True)
            )
        }
        film = FilmFacts((640, 640), (0.3, 0.3), case.side)
        write_predictions(folder, Labels(case.case_id, MODEL, landmarks, film=film))
    return folder


@pytest.fixture
def bench(
    shared_bench: Bench,
    qtbot: Any,
    study_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bench]:
    """The dock with a study whose first case is open."""
    monkeypatch.setattr(Predictor, "predict_ahead", lambda self, names: None)
    shared_bench.reset(qtbot, study_folder)
    yield shared_bench
    for layer in list(shared_bench.viewer.layers):
        layer.visible = True
