"""The tab *Retrain*: let the networks learn from the labels of this study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from ...study import Study
from ...study.labelling.labels import labelled_cases
from ..ui.controls import button, enable, note, press
from ..ui.narrow import scrolled_column
from ..ui.run import Run
from ..ui.run_bar import LEARNING, RunBar
from ..ui.translation import tr
from .opened.remembered import MODELS, own_models

STOPPED = tr("Stopped: nothing was changed.")
FAILED = tr("Retraining failed; napari's message says how.")
BUSY = tr("The networks are learning: wait, or press Cancel.")
NO_STUDY = tr("Open a study first.")
LEFT = tr(
    "Of the study {name}, which was left meanwhile: {sentence} To use the model, open"
    " that study and choose {model}."
)
EPOCHS = 40
BUNDLED = tr("the bundled networks")
HINT = tr(
    "The networks go on from what they know with the films that you labelled. A fifth"
    " of the patients is held out: on them the error is told before and after. The new"
    " model is put to use only if you say so."
)


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
        self._offered: Path | None = None
        self._setup_ui()
        self._connect()
        self._show_state()

    def _setup_ui(self) -> None:
        self.labelled = note("labelled")
        self.epochs = QSpinBox()
        self.epochs.setObjectName("epochs")
        self.epochs.setRange(1, 500)
        self.epochs.setValue(EPOCHS)
        self.epochs.setToolTip(tr("How often the networks see every labelled film."))
        self.outcome = note("outcome")
        self.bar = RunBar(
            "retrain",
            tr("Retrain"),
            tr("Learn from these labels."),
            prefix="retrain_",
            busy=BUSY,
            told=self.outcome.setText,
        )
        self.use = button("use_model", tr("Use this model"))
        self.model = QComboBox()
        self.model.setObjectName("model")
        self.model.setToolTip(tr("The networks that predict the films of this study."))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Predict with"), self.model)
        form.addRow(tr("Epochs"), self.epochs)
        column = scrolled_column(self, spacing=6)
        column.addWidget(note("retrain_hint", HINT))
        column.addWidget(self.labelled)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.outcome)
        column.addWidget(self.use)
        column.addWidget(QLabel(), 1)

    def _connect(self) -> None:
        self.bar.wanted.connect(self._on_start_clicked)
        self.bar.running.connect(self._on_running)
        press(self.use, self._on_use_clicked)
        self.model.currentIndexChanged.connect(lambda _: self._on_model_changed())

    def show_study(self, study: Study | None, annotator: str, model: str) -> None:
        """Show what a study has to learn from, and its models."""
        if _folder_of(study) != _folder_of(self._study):
            self._offered = None
            self.outcome.setText("")
        self._study, self._annotator = study, annotator
        self._fill_models(model)
        self.count()
        self._show_state()

    def count(self) -> None:
        """Say how many films are labelled."""
        if self._study is None:
            self.labelled.setText("")
            return
        cases = {case.case_id for case in self._study.cases}
        there = cases & labelled_cases(self._study.folder, self._annotator)
        self.labelled.setText(
            tr("{labelled} of {count} films have labels of {annotator}.").format(
                labelled=len(there), count=len(cases), annotator=self._annotator
            )
        )

    def _fill_models(self, chosen: str) -> None:
        self.model.blockSignals(True)
        self.model.clear()
        self.model.addItem(BUNDLED, "")
        if self._study is not None:
            for folder in own_models(self._study):
                self.model.addItem(folder.name, str(folder))
        at = self.model.findData(chosen)
        self.model.setCurrentIndex(max(at, 0))
        self.model.blockSignals(False)

    def _on_start_clicked(self) -> None:
        study, annotator = self._study, self._annotator
        if study is None:
            return
        start = self.model.currentData()
        out = _new_folder(study.folder / MODELS)
        chosen = {
            "study": (study.folder,),
            "annotator": annotator,
            "out": out,
            "start": Path(start) if start else None,
            "epochs": self.epochs.value(),
        }
        self._offered = None
        self.outcome.setText("")
        self.bar.start(
            lambda run: _retrain(run, chosen),
            lambda sentence: self._on_done(study, out, sentence),
            stopped=STOPPED,
            failed=FAILED,
        )

    def _on_running(self, running: bool) -> None:
        if not running:
            self._fill_models(self.model.currentData() or "")
        self._show_state()

    def _on_done(self, study: Study, out: Path, sentence: str) -> None:
        if _folder_of(self._study) != study.folder:
            self.outcome.setText(
                LEFT.format(name=study.folder.name, sentence=sentence, model=out.name)
            )
            return
        self._offered = out
        self.outcome.setText(sentence)
        self._show_state()

    def _on_use_clicked(self) -> None:
        if self._offered is not None:
            self._fill_models(str(self._offered))
            self._on_model_changed()

    def _on_model_changed(self) -> None:
        self.model_chosen.emit(self.model.currentData() or "")
        self._show_state()

    def _show_state(self) -> None:
        there, running = self._study is not None, self.bar.is_running
        reason = BUSY if running else NO_STUDY
        self.bar.set_ready("" if there else NO_STUDY)
        enable(self.epochs, there and not running, reason)
        enable(self.model, there and not running, reason)
        offered = self._offered is not None and self.model.currentData() != str(
            self._offered
        )
        self.use.setVisible(offered)
        self.use.setToolTip(tr("Predict the films of this study with the new model."))


def _folder_of(study: Study | None) -> Path | None:
    return None if study is None else study.folder


def _new_folder(where: Path) -> Path:
    """The first free name for a model of this study."""
    number = 1
    while (where / f"retrained-{number}").exists():
        number += 1
    return where / f"retrained-{number}"


def _retrain(run: Run, chosen: Mapping[str, Any]) -> str:
    from ...tasks.train import Link, TrainOptions, train

    def on_film(done: int, count: int) -> None:
        run.tell(
            done,
            count,
            tr("Reading films: {done} of {count}").format(done=done, count=count),
        )
        if done == count:
            run.tell(0, chosen["epochs"], LEARNING)

    def on_epoch(done: int, count: int, _figures: Any) -> None:
        run.tell(
            done, count, tr("Epoch {done} of {count}").format(done=done, count=count)
        )

    options = TrainOptions(step="landmarks", **chosen)
    return train(options, Link(on_epoch, on_film, run.is_cancelled))
