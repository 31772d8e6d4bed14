"""Retraining tells how far it is, can be stopped, and imposes nothing."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from qtpy.QtWidgets import QComboBox, QLabel, QProgressBar, QPushButton

from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.tasks import train_networks as recipes

from .conftest import Bench


@pytest.fixture
def learning(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands in for the training, which waits in its first epoch until let go."""
    bench.press("accept_all")
    go, reached, first_epoch = (threading.Event() for _ in range(3))

    def retrain(
        folder: Path, annotator: str, plan: Any, start: Path | None, progress: Any
    ) -> Any:
        assert annotator == "anna" and threading.current_thread() is not main
        progress(3, 3)
        while not first_epoch.wait(0.01):
            pass
        plan.report(1, plan.epochs, {})
        reached.set()
        while not go.wait(0.01):
            if plan.cancelled():
                raise Cancelled
        plan.out.mkdir(parents=True)
        (plan.out / "landmarks.json").write_text("{}")
        return SimpleNamespace(out=plan.out, sentence=lambda: "3.10 mm, then 2.40 mm.")

    first_epoch.set()
    main = threading.current_thread()
    monkeypatch.setattr(recipes, "retrain_landmarks", retrain)
    return SimpleNamespace(go=go, reached=reached, first_epoch=first_epoch)


def test_the_error_is_told_and_the_model_offered(bench: Bench, learning: Any) -> None:
    bench.press("retrain")
    bar = bench.find(QProgressBar, "retrain_progress")
    bench.wait(lambda: bar.format() == "Epoch 1 of 40")
    retrain = bench.find(QPushButton, "retrain")
    assert not retrain.isEnabled() and "learning" in retrain.toolTip()
    learning.go.set()
    outcome = bench.find(QLabel, "outcome")
    bench.wait(lambda: outcome.text() == "3.10 mm, then 2.40 mm.")
    model = bench.find(QComboBox, "model")
    assert model.currentText() == "the bundled networks"
    bench.press("use_model")
    assert model.currentText() == "retrained-1"
    assert "Predict all" in bench.message
    assert bench.find(QPushButton, "use_model").isHidden()


def test_a_first_epoch_that_takes_long_is_not_called_reading(
    bench: Bench, learning: Any
) -> None:
    learning.first_epoch.clear()
    bench.press("retrain")
    bar = bench.find(QProgressBar, "retrain_progress")
    bench.wait(lambda: bar.text() == "Learning …")
    assert bar.value() == 0
    learning.first_epoch.set()
    bench.wait(lambda: bar.text() == "Epoch 1 of 40")
    bench.press("cancel_retrain")
    bench.wait(lambda: not bar.isVisibleTo(bench.widget))


def test_a_model_of_a_study_that_was_left_is_not_offered_for_another(
    bench: Bench, learning: Any, tmp_path: Path
) -> None:
    bench.press("retrain")
    bench.wait(learning.reached.is_set)
    other = tmp_path / "other"
    shutil.copytree(bench.folder, other)
    bench.widget.open_study(other)
    learning.go.set()
    outcome = bench.find(QLabel, "outcome")
    bench.wait(lambda: "2.40 mm" in outcome.text())
    assert "Of the study study, which was left" in outcome.text()
    assert bench.find(QPushButton, "use_model").isHidden()


def test_a_study_that_was_moved_tells_of_the_model_that_no_longer_predicts_it(
    bench: Bench, learning: Any, tmp_path: Path
) -> None:
    learning.go.set()
    bench.press("retrain")
    outcome = bench.find(QLabel, "outcome")
    bench.wait(lambda: "2.40 mm" in outcome.text())
    bench.press("use_model")
    bench.open()
    assert "retrained-1" not in bench.message
    bench.folder = bench.folder.rename(tmp_path / "moved")
    bench.open()
    assert "retrained-1" in bench.message and "bundled" in bench.message
    model = bench.find(QComboBox, "model")
    model.setCurrentIndex(model.findText("retrained-1"))
    bench.open()
    assert "bundled" not in bench.message


def test_a_model_stays_on_offer_when_somebody_else_goes_on(
    bench: Bench, learning: Any
) -> None:
    bench.press("retrain")
    learning.go.set()
    outcome = bench.find(QLabel, "outcome")
    bench.wait(lambda: "2.40 mm" in outcome.text())
    bench.widget.studies.say_who("ben")
    assert "2.40 mm" in outcome.text()
    assert not bench.find(QPushButton, "use_model").isHidden()


def test_cancel_stops_it_and_changes_nothing(bench: Bench, learning: Any) -> None:
    bench.press("retrain")
    bench.wait(learning.reached.is_set)
    bench.press("cancel_retrain")
    outcome = bench.find(QLabel, "outcome")
    bench.wait(lambda: "Stopped" in outcome.text())
    assert not (bench.folder / "models").exists()
    assert bench.find(QPushButton, "use_model").isHidden()


def test_too_few_labels_are_told_in_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise Refused("Retraining needs at least 4 labelled films.")

    monkeypatch.setattr(recipes, "retrain_landmarks", refuse)
    bench.press("accept_all")
    bench.press("retrain")
    outcome = bench.find(QLabel, "outcome")
    bench.wait(lambda: "at least 4 labelled films" in outcome.text())
