"""The tab *Train*: watched, paused, cancelled, resumed, and the window stays free."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil
import pytest
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QPushButton,
)

from napari_hipbmd.enhancement.watch import add_to_curve, read_curve, write_picture
from napari_hipbmd.plugin.enhancement.training_plan import TrainingPlan, read_plan
from napari_hipbmd.plugin.enhancement.watched_film import WatchedFilm
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Study

EPOCHS = 6


class Training:
    """The tab, by the names of its controls."""

    def __init__(self, dock: Any) -> None:
        self.dock, self.panel = dock, dock.widget.train
        dock.widget.tabs.setCurrentIndex(0)

    def choose(self, source: Path, out: Path, epochs: int = EPOCHS) -> None:
        chosen = iter([source, out])
        with patch.object(QFileDialog, "getExistingDirectory", lambda *_: next(chosen)):
            self.dock.click("add_source")
            self.dock.click("train_out")
        self.dock.find(QAbstractSpinBox, "train_epochs").setValue(epochs)
        self.dock.find(QComboBox, "train_device").setCurrentText("cpu")

    def button(self, name: str) -> QPushButton:
        return self.dock.find(QPushButton, name)

    def wait_until_idle(self) -> None:
        self.dock.qtbot.waitUntil(
            lambda: not self.button("cancel_training").isEnabled(), timeout=540_000
        )

    @property
    def note(self) -> str:
        return self.dock.text("train_note")


@pytest.fixture
def training(dock: Any) -> Training:
    return Training(dock)


def test_what_is_missing_is_said_step_by_step(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    start = training.button("train")
    assert not start.isEnabled() and "Add pairs or digital hips" in start.toolTip()
    training.panel.form.add(sample_study.folder)
    assert not start.isEnabled() and "Choose a folder" in start.toolTip()
    training.panel.form.choose_out(tmp_path)
    assert start.isEnabled()
    resume = training.button("resume_training")
    assert not resume.isEnabled() and "no checkpoint" in resume.toolTip()
    for name in ("pause_training", "cancel_training"):
        assert "Nothing is running" in training.button(name).toolTip()


def test_a_folder_with_nothing_to_learn_from_is_told(
    training: Training, tmp_path: Path
) -> None:
    training.panel.form.add(tmp_path)
    assert "neither pairs (manifest.json) nor a study" in training.note
    assert training.dock.find(QListWidget, "train_sources").count() == 0


def test_a_source_can_be_taken_off_the_list_again(
    training: Training, sample_study: Study
) -> None:
    sources = training.dock.find(QListWidget, "train_sources")
    training.panel.form.add(sample_study.folder)
    training.panel.form.add(sample_study.folder)
    assert sources.count() == 1 and "digital hips" in sources.item(0).text()
    sources.item(0).setSelected(True)
    training.dock.click("remove_source")
    assert sources.count() == 0


def test_a_folder_of_an_earlier_training_is_not_overwritten(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    (tmp_path / "last.ckpt").write_bytes(b"precious")
    training.choose(sample_study.folder, tmp_path)
    training.dock.click("train")
    assert "holds a training" in training.note
    assert (tmp_path / "last.ckpt").read_bytes() == b"precious"
    assert training.button("resume_training").isEnabled()


def test_choosing_the_folder_of_a_broken_training_fills_the_form(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    plan = TrainingPlan((str(sample_study.folder),), (), "paper", 7, 3, "cpu", "2")
    plan.write(tmp_path)
    (tmp_path / "last.ckpt").write_bytes(b"")
    for epoch in (1, 2):
        figures = {"reconstruction": 1 / epoch, "penalty": 1e-4, "validation": 0.5}
        add_to_curve(tmp_path, epoch, figures)
    training.panel.form.choose_out(tmp_path)
    dock = training.dock
    assert training.panel.form.plan() == plan == read_plan(tmp_path)
    assert dock.find(QComboBox, "train_preset").currentData() == "paper"
    assert dock.find(QLineEdit, "train_devices").text() == "2"
    assert training.button("resume_training").isEnabled()
    assert training.panel.curve.figure.shown("reconstruction") == ([1, 2], [1, 0.5])
    assert training.panel.curve.figure.shown("penalty") == ([1, 2], [1e-4, 1e-4])


def test_lightnings_devices_are_handed_on() -> None:
    plan = TrainingPlan(("s",), ("p", "q"), "default", 5, 0, "gpu", "0,1")
    given = plan.arguments(Path("out"), resume=True)
    assert given[given.index("--pairs") + 1 :][:2] == ["p", "q"]
    assert given[given.index("--devices") + 1] == "0,1"
    assert given[given.index("--device") + 1] == "gpu"
    assert "--resume" in given and "--steered" in given


def test_the_watched_film_is_renewed_in_place(viewer: Any, tmp_path: Path) -> None:
    watched = WatchedFilm(session_of(viewer))
    film = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)
    watched.show(tmp_path)
    assert len(viewer.layers) == 0
    write_picture(tmp_path, film, 0.5 * film, 0.75 * film)
    watched.show(tmp_path)
    layers = list(viewer.layers)
    write_picture(tmp_path, film, 0.7 * film, 0.75 * film)
    watched.show(tmp_path)
    assert list(viewer.layers) == layers and len(layers) == 4
    np.testing.assert_array_equal(watched.layer("sto").data, 0.7 * film)
    np.testing.assert_allclose(watched.layer("bone").data, 0.3 * film, atol=1e-6)
    write_picture(tmp_path, film[:16, :16], film[:16, :16], film[:16, :16])
    watched.show(tmp_path)
    assert watched.layer("bone").data.shape == (16, 16)
    assert session_of(viewer).films() == []


@pytest.mark.slow
def test_a_training_is_watched_paused_cancelled_and_resumed_as_if_unbroken(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    dock, panel = training.dock, training.panel
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    for folder in (broken, whole):
        folder.mkdir()
    training.choose(sample_study.folder, broken)
    dock.click("train")
    assert not training.button("train").isEnabled()

    # Paused before the first epoch ends: it waits after its first batch.
    dock.click("pause_training")
    assert training.button("pause_training").text() == "Go on"
    dock.qtbot.wait(1500)
    assert read_curve(broken) == [] and training.button("cancel_training").isEnabled()
    dock.click("pause_training")

    # The first epoch draws the loss and the film; then it is cancelled.
    dock.qtbot.waitUntil(
        lambda: bool(panel.curve.figure.shown("reconstruction")[0]), timeout=540_000
    )
    dock.click("cancel_training")
    training.wait_until_idle()
    assert "Stopped" in training.note and not (broken / "enhancement.json").exists()
    epochs, losses = panel.curve.figure.shown("reconstruction")
    assert epochs and len(losses) == len(epochs) < EPOCHS
    drawn = dock.viewer.layers["validation: STO drawn"]
    first = drawn.data.copy()

    # It goes on to the end, and the same layer shows the film as it is drawn by now.
    dock.click("resume_training")
    training.wait_until_idle()
    assert "Done" in training.note
    assert panel.curve.figure.shown("penalty")[0] == list(range(1, EPOCHS + 1))
    again = dock.viewer.layers["validation: STO drawn"]
    assert again.unique_id == drawn.unique_id
    assert np.abs(drawn.data - first).max() > 0

    # The new model is offered and not imposed.
    for name in ("apply_model", "model_a", "model_b"):
        choice = dock.find(QComboBox, name)
        assert choice.findText("broken", flags=_contains()) >= 0
        assert "bundled" in choice.currentText()

    # An unbroken training gives the same, to the bit.
    panel.form.choose_out(whole)
    dock.click("train")
    training.wait_until_idle()
    for name in ("enhancement.safetensors", "curve.csv", "validation.tif"):
        assert (broken / name).read_bytes() == (whole / name).read_bytes(), name
    told = json.loads((whole / "enhancement.json").read_text("utf-8"))
    assert str(tmp_path) not in json.dumps(told)


@pytest.mark.slow
def test_a_training_that_has_only_begun_to_load_stops_at_once(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    training.choose(sample_study.folder, tmp_path)
    training.dock.click("train")
    training.dock.qtbot.waitUntil(lambda: bool(trainings()))
    [process] = trainings()
    begun = time.monotonic()
    training.dock.click("cancel_training")
    training.wait_until_idle()
    assert time.monotonic() - begun < 3, "it loads its libraries to the end first"
    assert not process.is_running()
    assert training.note.startswith("Stopped. No epoch was finished")
    assert training.button("train").isEnabled()


@pytest.mark.slow
def test_a_training_stops_between_two_films_that_it_reads(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    panel, said = training.panel, []
    training.choose(sample_study.folder, tmp_path)
    training.dock.click("train")
    assert panel.progress.text().startswith("Starting")
    training.dock.qtbot.waitUntil(lambda: "1 of 6" in panel.progress.text())
    training.dock.click("cancel_training")
    panel._process.reading.connect(lambda done, _: said.append(done))
    panel._process.reading.connect(lambda *_: said.append(panel.progress.text()))
    training.wait_until_idle()
    assert 6 not in said, "all films are read first"
    assert {text for text in said if isinstance(text, str)} <= {"Stopping …"}


@pytest.mark.slow
def test_a_training_that_dies_can_be_resumed_and_a_refusal_is_a_sentence(
    training: Training, sample_study: Study, tmp_path: Path
) -> None:
    training.choose(sample_study.folder, tmp_path)
    training.dock.click("train")
    training.dock.qtbot.waitUntil(lambda: bool(trainings()))
    for process in trainings():
        process.kill()
    training.wait_until_idle()
    assert "ended by itself" in training.note and "No epoch" in training.note
    assert not training.button("resume_training").isEnabled()
    (tmp_path / "last.ckpt").write_bytes(b"half a checkpoint")
    training.panel.form.choose_out(tmp_path)
    training.dock.click("resume_training")
    training.wait_until_idle()
    assert "is damaged" in training.note


def trainings() -> list[psutil.Process]:
    """The processes that train for this window."""
    return [each for each in psutil.Process().children() if "train" in each.cmdline()]


def _contains() -> Any:
    from qtpy.QtCore import Qt

    return Qt.MatchFlag.MatchContains
