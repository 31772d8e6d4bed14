"""A button that starts long work, Cancel, progress, and how it went in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from .rich import plain, sentence
from .run import Run

if TYPE_CHECKING:
    from ...evaluation.progress import Step

NOT_RUNNING = "Nothing is running."
STOPPING = "Stopping …"
STOPPED = "<b>Stopped.</b> What was measured is kept: start again to go on."


class RunBar(QWidget):
    """Starts and stops one run of the library that reports steps and results.

    ``wanted`` is emitted when the button is pressed, ``stepped`` with (step, results),
    ``running`` with whether something runs, and ``done`` with what the work gives.

    Parameters
    ----------
    name, text
        Object name and text of the button.
    """

    wanted = Signal()
    stepped = Signal(object, object)
    running = Signal(bool)
    done = Signal(object)

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._why_not = ""
        self._setup_ui(name, text)
        self._show_state()

    @property
    def is_running(self) -> bool:
        """Whether work goes on."""
        return self._run is not None

    def start(self, work: Callable[[Run, Callable[..., None]], Any]) -> None:
        """Begin ``work(run, report)``; its report is that of the library."""
        # No parent: the run must outlive a dock that is deleted while it works.
        run = self._run = Run()
        self.destroyed.connect(run.cancel)
        run.stepped.connect(self._on_stepped)
        run.done.connect(self._on_done)
        run.refused.connect(self._on_refused)
        run.stopped.connect(self._on_stopped)
        run.failed.connect(self._on_failed)
        self.say("")
        self.progress.setRange(0, 0)
        self.progress.setFormat("Starting …")
        self._show_state()
        self.running.emit(True)
        run.start(
            lambda run: work(
                run, lambda step, results: run.stepped.emit((step, results))
            )
        )

    def cancel(self) -> None:
        """Ask the work to stop."""
        if self._run is not None:
            self._run.cancel()
            self.progress.setFormat(STOPPING)

    def say(self, text: str) -> None:
        """Show a sentence, or nothing."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def set_ready(self, why_not: str) -> None:
        """Lock the button for a reason; an empty one unlocks it."""
        self._why_not = why_not
        self._show_state()

    def _setup_ui(self, name: str, text: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.button = QPushButton(text)
        self.button.setObjectName(name)
        self.button.clicked.connect(lambda _: self.wanted.emit())
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName(f"cancel_{name}")
        self.cancel_button.clicked.connect(lambda _: self.cancel())
        self.progress = QProgressBar()
        self.progress.setObjectName("progress")
        self.note = sentence("note")
        buttons = QHBoxLayout()
        buttons.addWidget(self.button, 2)
        buttons.addWidget(self.cancel_button, 1)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.note)

    def _on_stepped(self, told: tuple[Step, Any]) -> None:
        step, results = told
        self.progress.setRange(0, max(step.count, 1))
        self.progress.setValue(step.done)
        if self._run is not None and not self._run.is_cancelled():
            note = f", {step.note}" if step.note else ""
            words = f"{step.stage.capitalize()} {step.done} of {step.count}{note}"
            self.progress.setFormat(words.replace("%", "%%"))
        self.stepped.emit(step, results)

    def _on_done(self, result: Any) -> None:
        self._end()
        self.done.emit(result)

    def _on_refused(self, reason: str) -> None:
        self._end()
        self.say(plain(reason))

    def _on_stopped(self) -> None:
        self._end()
        self.say(STOPPED)

    def _on_failed(self, error: BaseException) -> None:
        self._end()
        self.say("This failed; napari's message says how.")
        raise error

    def _end(self) -> None:
        self._run = None
        self._show_state()
        self.running.emit(False)

    def _show_state(self) -> None:
        running = self._run is not None
        self.button.setEnabled(not running and not self._why_not)
        self.button.setToolTip("It is running." if running else self._why_not)
        self.cancel_button.setEnabled(running)
        self.cancel_button.setToolTip("" if running else NOT_RUNNING)
        self.progress.setVisible(running)
