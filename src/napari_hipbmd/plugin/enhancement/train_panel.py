"""The tab *Train*: the autoencoder learns while its loss and one film are watched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from ...core.errors import Refused
from ..ui.ask_first import AskFirst
from ..ui.controls import button, enable, note, press, row
from ..ui.late_figure import LateFigure
from ..ui.run_bar import LEARNING, STOPPING, WordedBar
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.session import Session
from .training_form import BUSY, TrainingForm
from .training_plan import TrainingPlan, can_resume, is_taken
from .training_process import TrainingProcess
from .watched_film import WatchedFilm

if TYPE_CHECKING:
    from .loss_curve import LossCurve

CURVE_PX = 220
FIRST = tr(
    "Add what to learn from, choose a folder for the model, press <b>Train</b>. After"
    " each epoch the loss and one held-out film are drawn anew."
)
NO_SOURCE = tr("Add pairs or digital hips to learn from first.")
NO_OUT = tr("Choose a folder for the model first.")
TAKEN = tr(
    "The folder holds a training: press Resume to go on, or choose another folder."
)
NOTHING_TO_RESUME = tr("The folder holds no checkpoint to go on from.")
NOT_RUNNING = tr("Nothing is running.")
STARTING = tr("Starting in a process of its own …")
STOPPED, ENDED = tr("Stopped."), tr("The training ended by itself{}.")
KEPT = tr(" The last finished epoch is kept: press <b>Resume</b> to go on.")
NOTHING_KEPT = tr(" No epoch was finished: press <b>Train</b> to begin again.")
DONE = tr(
    "<b>Done.</b> The new model is on the lists of Apply and Compare, and put to use"
    " nowhere."
)


class TrainPanel(QWidget):
    """Train, watch, pause, cancel, resume.

    ``trained`` is emitted with the folder of a finished model, ``film_appeared`` when
    the held-out film is put into the viewer.
    """

    trained = Signal(object)
    film_appeared = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._film = WatchedFilm(session)
        self._process: TrainingProcess | None = None
        self._paused = False
        self._ask_first = AskFirst(self, self.stop)
        self._setup_ui()
        self._connect()
        self._show_state()

    def stop(self) -> None:
        """Ask a running training to stop; the last finished epoch is kept."""
        if self._process is not None:
            self._process.stop()
            self._show_progress(STOPPING)

    def _setup_ui(self) -> None:
        self.form = TrainingForm()
        self.start = button("train", tr("Train"))
        self.resume = button("resume_training", tr("Resume"))
        self.pause = button("pause_training", tr("Pause"))
        self.cancel = button("cancel_training", tr("Cancel"))
        self.progress = WordedBar()
        self.progress.setObjectName("train_progress")
        self.note = note("train_note", FIRST)
        self.curve = LateFigure(_loss_curve, CURVE_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.form)
        column.addLayout(row(self.start, self.resume))
        column.addLayout(row(self.pause, self.cancel))
        for widget in (self.progress, self.note, self.curve):
            column.addWidget(widget)

    def _connect(self) -> None:
        press(self.start, self._on_start_clicked)
        press(self.resume, self._on_resume_clicked)
        press(self.pause, self._on_pause_clicked)
        press(self.cancel, self.stop)
        self.form.changed.connect(self._on_form_changed)
        self.form.refused.connect(self.note.setText)

    def _on_form_changed(self) -> None:
        if self._process is None:
            self._draw()
        self._show_state()

    def _on_start_clicked(self) -> None:
        out = self.form.out()
        if out is None:
            return
        if is_taken(out):
            self.note.setText(TAKEN)
            return
        self._begin(out, resume=False)

    def _on_resume_clicked(self) -> None:
        out = self.form.out()
        if out is not None:
            self._begin(out, resume=True)

    def _begin(self, out: Path, *, resume: bool) -> None:
        try:
            plan = self.form.plan()
            plan.write(out)
        except Refused as refusal:
            self.note.setText(said(refusal))
            return
        except OSError as error:
            self.note.setText(
                tr("{name} cannot be written: {strerror}.").format(
                    name=out.name, strerror=error.strerror
                )
            )
            return
        self._run(plan, out, resume)

    def _run(self, plan: TrainingPlan, out: Path, resume: bool) -> None:
        # No parent: the process must be told to stop, not be killed with the dock.
        process = self._process = TrainingProcess()
        process.reading.connect(self._on_reading)
        process.epoch.connect(self._on_epoch)
        process.done.connect(self._on_done)
        process.refused.connect(self._on_ended)
        process.stopped.connect(self._on_stopped)
        process.crashed.connect(self._on_crashed)
        self._paused = False
        self.note.setText(STARTING)
        self.progress.setRange(0, 0)
        self._show_progress(STARTING)
        self._draw()
        self._show_state()
        process.start(plan, out, resume=resume)
        self._ask_first.begin(self.start.text())

    def _on_reading(self, done: int, count: int) -> None:
        self.progress.setRange(0, count)
        self.progress.setValue(done)
        self._show_progress(
            tr("Reading films: {done} of {count}").format(done=done, count=count)
        )
        if done == count:
            self.progress.setRange(0, 0)
            self._show_progress(LEARNING)

    def _on_epoch(self, number: int, count: int, figures: dict[str, float]) -> None:
        self.progress.setRange(0, count)
        self.progress.setValue(number)
        self._show_progress(
            tr("Epoch {number} of {count}").format(number=number, count=count)
        )
        told = ", ".join(
            f"{name} {figures[name]:.3g}"
            for name in ("reconstruction", "penalty", "validation")
            if name in figures
        )
        self.note.setText(told[:1].upper() + told[1:])
        self._draw(film=True)

    def _show_progress(self, text: str) -> None:
        """What goes on; what is told by a training that stops is late."""
        stopping = self._process is not None and self._process.is_stopping
        self.progress.setFormat(STOPPING if stopping else text)

    def _on_pause_clicked(self) -> None:
        if self._process is None:
            return
        self._paused = not self._paused
        if self._paused:
            self._process.pause()
        else:
            self._process.go()
        self._show_state()

    def _on_done(self) -> None:
        out = self.form.out()
        self._on_ended(DONE)
        if out is not None:
            self.trained.emit(out)

    def _on_crashed(self, why: str) -> None:
        self._on_broken(ENDED.format(f" ({why})" if why else ""))

    def _on_stopped(self) -> None:
        self._on_broken(STOPPED)

    def _on_broken(self, text: str) -> None:
        self._on_ended(text + (KEPT if can_resume(self.form.out()) else NOTHING_KEPT))

    def _on_ended(self, text: str) -> None:
        self._process = None
        self._ask_first.end()
        self.note.setText(text)
        self._draw(film=True)
        self._show_state()

    def _draw(self, *, film: bool = False) -> None:
        """The curve, and the film where a training is watched."""
        from ...enhancement.watch import read_curve

        out = self.form.out()
        if out is None:
            return
        rows = read_curve(out)
        if rows or self.curve.is_made:
            self.curve.figure.show_rows(rows)
        if film and self._film.show(out):
            self.film_appeared.emit()

    def _show_state(self) -> None:
        running, out = self._process is not None, self.form.out()
        reason = ""
        if running:
            reason = BUSY
        elif not self.form.sources():
            reason = NO_SOURCE
        elif out is None:
            reason = NO_OUT
        enable(self.start, not reason, reason, tr("Learn from the beginning."))
        if not reason and not can_resume(out):
            reason = NOTHING_TO_RESUME
        enable(self.resume, not reason, reason, tr("Go on from the last checkpoint."))
        enable(self.pause, running, NOT_RUNNING, tr("Wait after the batch at hand."))
        enable(self.cancel, running, NOT_RUNNING, tr("Stop; what is finished is kept."))
        self.pause.setText(tr("Go on") if running and self._paused else tr("Pause"))
        self.form.set_running(running)
        self.progress.setVisible(running)


def _loss_curve() -> LossCurve:
    from .loss_curve import LossCurve

    return LossCurve()
