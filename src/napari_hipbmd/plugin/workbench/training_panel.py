"""The tab *Retrain*: let the networks learn from the labels of this study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ...study import Study
from ..ui.controls import button, enable, note, press, row
from ..ui.run import Run, while_there

BUSY = "The networks are learning: wait, or press Cancel."
NO_STUDY = "Open a study first."
EPOCHS = 40
BUNDLED = "the bundled networks"
MODELS = "models"
HINT = (
    "The networks go on from what they know with the films that you labelled. A fifth"
    " of the patients is held out: on them the error is told before and after. The new"
    " model is put to use only if you say so."
)


@dataclass(frozen=True)
class TrainingStep:
    """How far a retraining is: films that are read, then epochs."""

    text: str
    done: int
    count: int


class TrainingPanel(QWidget):
    """Retrain, see the error before and after, and choose which model predicts.

    ``model_chosen`` is emitted with the folder of the model that is to predict from
    now on, or with an empty text for the bundled one.
    """

    model_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study: Study | None = None
        self._annotator = ""
        self._run: Run | None = None
        self._offered: Path | None = None
        self._setup_ui()
        self._connect()
        self._set_running(False)

    def _setup_ui(self) -> None:
        self.labelled = note("labelled")
        self.epochs = QSpinBox()
        self.epochs.setObjectName("epochs")
        self.epochs.setRange(1, 500)
        self.epochs.setValue(EPOCHS)
        self.epochs.setToolTip("How often the networks see every labelled film.")
        self.start = button("retrain", "Retrain")
        self.cancel = button("cancel_retrain", "Cancel")
        self.progress = QProgressBar()
        self.progress.setObjectName("retrain_progress")
        self.outcome = note("outcome")
        self.use = button("use_model", "Use this model")
        self.model = QComboBox()
        self.model.setObjectName("model")
        self.model.setToolTip("The networks that predict the films of this study.")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Predict with", self.model)
        form.addRow("Epochs", self.epochs)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(6)
        column.addWidget(note("retrain_hint", HINT))
        column.addWidget(self.labelled)
        column.addLayout(form)
        column.addLayout(row(self.start, self.cancel))
        column.addWidget(self.progress)
        column.addWidget(self.outcome)
        column.addWidget(self.use)
        column.addWidget(QLabel(), 1)

    def _connect(self) -> None:
        press(self.start, self._on_start_clicked)
        press(self.cancel, self._on_cancel_clicked)
        press(self.use, self._on_use_clicked)
        self.model.currentIndexChanged.connect(lambda _: self._on_model_changed())

    def show_study(self, study: Study | None, annotator: str, model: str) -> None:
        """Show what a study has to learn from, and its models."""
        self._study, self._annotator = study, annotator
        self._offered = None
        self.outcome.setText("")
        self._fill_models(model)
        self.count()
        self._set_running(self._run is not None)

    def count(self) -> None:
        """Say how many films are labelled."""
        if self._study is None:
            self.labelled.setText("")
            return
        there = sum(
            self._study.labels(self._annotator, case.case_id) is not None
            for case in self._study.cases
        )
        self.labelled.setText(
            f"{there} of {len(self._study.cases)} films have labels of"
            f" {self._annotator}."
        )

    def _fill_models(self, chosen: str) -> None:
        self.model.blockSignals(True)
        self.model.clear()
        self.model.addItem(BUNDLED, "")
        if self._study is not None:
            where = self._study.folder / MODELS
            for card in sorted(where.glob("*/landmarks.json")):
                self.model.addItem(card.parent.name, str(card.parent))
        at = self.model.findData(chosen)
        self.model.setCurrentIndex(max(at, 0))
        self.model.blockSignals(False)

    def _on_start_clicked(self) -> None:
        study, annotator = self._study, self._annotator
        if study is None:
            return
        out = _new_folder(study.folder / MODELS)
        start = self.model.currentData()
        epochs = self.epochs.value()
        # No parent: the run must outlive a dock that is deleted while it works.
        run = self._run = Run()
        self.destroyed.connect(run.cancel)
        run.stepped.connect(self._on_stepped)
        run.done.connect(self._on_done)
        run.refused.connect(self._on_ended)
        run.stopped.connect(
            while_there(self, lambda: self._on_ended("Stopped: nothing was changed."))
        )
        run.failed.connect(self._on_failed)
        self.outcome.setText("")
        self._offered = None
        self._set_running(True)
        run.start(lambda run: _retrain(run, study, annotator, out, start, epochs))

    def _on_cancel_clicked(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self.progress.setFormat("Stopping …")

    def _on_stepped(self, step: TrainingStep) -> None:
        self.progress.setRange(0, step.count)
        self.progress.setValue(step.done)
        self.progress.setFormat(step.text)

    def _on_done(self, result: Any) -> None:
        self._offered = result.out
        self._on_ended(result.sentence())

    def _on_failed(self, error: BaseException) -> None:
        self._on_ended("Retraining failed; napari's message says how.")
        raise error

    def _on_ended(self, text: str) -> None:
        self._run = None
        self.outcome.setText(text)
        self._fill_models(self.model.currentData() or "")
        self._set_running(False)

    def _on_use_clicked(self) -> None:
        if self._offered is not None:
            self._fill_models(str(self._offered))
            self._on_model_changed()

    def _on_model_changed(self) -> None:
        self.model_chosen.emit(self.model.currentData() or "")
        self._set_running(self._run is not None)

    def _set_running(self, running: bool) -> None:
        there = self._study is not None
        reason = BUSY if running else NO_STUDY
        enable(self.start, there and not running, reason, "Learn from these labels.")
        enable(self.cancel, running, "Nothing is running.", "Stop; nothing is changed.")
        enable(self.epochs, there and not running, reason)
        enable(self.model, there and not running, reason)
        self.progress.setVisible(running)
        offered = self._offered is not None and self.model.currentData() != str(
            self._offered
        )
        self.use.setVisible(offered)
        self.use.setToolTip("Predict the films of this study with the new model.")


def _new_folder(where: Path) -> Path:
    """The first free name for a model of this study."""
    number = 1
    while (where / f"retrained-{number}").exists():
        number += 1
    return where / f"retrained-{number}"


def _retrain(
    run: Run, study: Study, annotator: str, out: Path, start: str, epochs: int
) -> Any:
    from ...landmarks.retraining import BATCH
    from ...learning.training import Fit
    from ...tasks.train_networks import retrain_landmarks

    def on_film(done: int, count: int) -> None:
        run.stepped.emit(TrainingStep(f"Reading films: {done} of {count}", done, count))

    def on_epoch(done: int, count: int, _figures: Any) -> None:
        run.stepped.emit(TrainingStep(f"Epoch {done} of {count}", done, count))

    plan = Fit(out, epochs, BATCH, report=on_epoch, cancelled=run.is_cancelled)
    return retrain_landmarks(
        study.folder, annotator, plan, Path(start) if start else None, on_film
    )
