"""An afternoon at the workbench, in a real window, through a crash, to a new model."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.resources import sample_data_dir, weights_dir
from napari_hipbmd.study import FilmFacts, Label, Labels, Study
from napari_hipbmd.study.labelling.labels import labels_json
from napari_hipbmd.study.labelling.predictions import write_predictions

from ..plugin.conftest import fresh_application
from . import workbench_session as session

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SCRIPT = Path(__file__).with_name("workbench_session.py")


@pytest.fixture
def application() -> Iterator[None]:
    with fresh_application():
        yield


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Six digital hips, predicted a little off; settings of their own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    folder = tmp_path / "study"
    shutil.copytree(sample_data_dir(), folder)
    study = Study.open(folder)
    for case in study.cases:
        truth = study.truth(case.case_id, with_sto=False)
        assert truth is not None
        landmarks = {}
        for name, (x, y) in zip(LANDMARK_IDS, truth.landmarks_xy, strict=True):
            xy = (float(x) + 2, float(y) - 1)
            landmarks[name] = Label(xy, source="landmarks", predicted_xy=xy, sigma_mm=2)
        film = FilmFacts(side=case.side)
        write_predictions(folder, Labels(case.case_id, "model", landmarks, film=film))
    return study


def killed_in_the_middle(study: Study, state: Path) -> dict[str, Any]:
    """Let a process work, kill it, and give what its window knew."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(study.folder), str(state)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        end = time.monotonic() + 180
        while not state.exists():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                said = process.communicate(timeout=5)[0]
                raise AssertionError(said.decode())
            time.sleep(0.1)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    return json.loads(state.read_text())


def test_accept_drag_undo_mark_be_killed_resume_finish_and_retrain(
    qapp: Any, qtbot: Any, study: Study, tmp_path: Path, application: None
) -> None:
    if not (weights_dir() / "landmarks.json").is_file():
        pytest.skip("the weights have not been made yet")
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        pytest.skip("no window: run scripts/with_display.sh pytest")
    before = killed_in_the_middle(study, tmp_path / "state.json")

    viewer, dock = session.open_dock(study.folder)
    try:
        editor = dock.case_view.editor
        assert dock.work.case_id == before["case_id"]
        assert labels_json(editor.labels) == before["labels"]
        assert editor.case.can_redo is before["can_redo"]
        assert editor.labels.landmarks["N6"].state == "absent"
        assert editor.labels.landmarks["N2"].moved_px > 5
        assert editor.labels.landmarks["T2"].moved_px == 0
        assert editor.labels.landmarks["I4"].moved_px > 2
        while editor.case.can_undo:
            editor.undo()
        assert editor.labels.landmarks == {}
        while editor.case.can_redo:
            editor.redo()
        assert labels_json(editor.labels)["landmarks"] == before["labels"]["landmarks"]

        session.click(dock, "finish")
        while dock.work.queue.counts()["done"] < len(study.cases):
            session.click(dock, "accept_all")
            session.click(dock, "finish")
        assert "Every case is done" in dock.findChild(QLabel, "message").text()

        dock.tabs.setCurrentWidget(dock.training)
        dock.findChild(QSpinBox, "epochs").setValue(1)
        session.click(dock, "retrain")
        outcome = dock.findChild(QLabel, "outcome")
        qtbot.waitUntil(lambda: bool(outcome.text()), timeout=400_000)
        assert "held-out film" in outcome.text(), outcome.text()
        model = dock.findChild(QComboBox, "model")
        assert model.currentData() == "", "a model is put to use without being asked"
        assert not dock.findChild(QPushButton, "use_model").isHidden()
        session.click(dock, "use_model")
        assert Path(model.currentData()).is_dir()
    finally:
        viewer.close()
