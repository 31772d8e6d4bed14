"""A button that starts long work, Cancel, progress, and how it went in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from .ask_first import AskFirst
from .rich import plain, sentence
from .run import FAILED, STOPPED, Run, Stepped, begin
from .translation import tr
from .wrapping_row import WrappingRow

BUSY = tr("Something is running: wait for it or press Cancel.")
NOT_RUNNING = tr("Nothing is running.")
STOPPING = tr("Stopping …")
LEARNING = tr("Learning …")
"""What a training does between its films and the end of its first epoch."""


class WordedBar(QProgressBar):
    """A progress bar that says what goes on while nobody knows how long it takes.

    Qt shows no text then.
    """

    def text(self) -> str:
        """What is written on it."""
        return self.format() if self.maximum() == 0 else super().text()


class RunBar(QWidget):
    """What every dock shows of the one thing that it has running.

    Whoever closes the dock or the window meanwhile is asked first.

    ``wanted`` is emitted when the button is pressed, ``stepped`` with what the work
    tells of itself, and ``running`` with whether something runs.

    Parameters
    ----------
    name, text, hint
        Object name, text and tooltip of the button.
    prefix
        Of the object names ``progress`` and ``note``, where a dock has several bars.
    busy
        What the button says while it is locked, since something runs.
    beside
        Buttons that stand before it.
    told
        Called with sentences, in place of a label of its own.
    """

    wanted = Signal()
    stepped = Signal(object)
    running = Signal(bool)

    def __init__(
        self,
        name: str,
        text: str,
        hint: str = "",
        prefix: str = "",
        busy: str = BUSY,
        beside: Sequence[QWidget] = (),
        told: Callable[[str], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._what = ""
        self._why_not, self._hint, self._busy = "", hint, busy
        self._told = told
        self._setup_ui(name, text, prefix, beside)
        self._ask_first = AskFirst(self, self.cancel)
        self._show_state()

    @property
    def is_running(self) -> bool:
        """Whether work goes on."""
        return self._run is not None

    def start(
        self,
        work: Callable[[Run], Any],
        done: Callable[[Any], None],
        what: str = tr("Starting"),
        *,
        stopped: str = STOPPED,
        failed: str = FAILED,
    ) -> None:
        """Begin ``work``, one thing at a time; ``done`` gets what it gives.

        Parameters
        ----------
        what
            What goes on, for people; the work may tell of stages.
        stopped, failed
            What is said when it gives nothing.
        """
        if self._run is not None:
            self.say(BUSY)
            return

        def end(result: Any) -> None:
            self._end()
            done(result)

        self._what = what
        if self._told is None:
            self.say("")
        self.progress.setRange(0, 0)
        self.progress.setFormat(f"{what} …")
        self._run = begin(
            self, work, end, self._on_ended,
            stepped=self._on_stepped, stopped=stopped, failed=failed,
        )  # fmt: skip
        self._ask_first.begin(self.button.text())
        self._show_state()
        self.running.emit(True)

    def cancel(self) -> None:
        """Ask the work to stop."""
        if self._run is not None:
            self._run.cancel()
            self.progress.setFormat(STOPPING)

    def say(self, text: str) -> None:
        """Show a sentence, with markup, or nothing."""
        if self._told is not None:
            self._told(text)
            return
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def set_ready(self, why_not: str) -> None:
        """Lock the button for a reason; an empty one unlocks it."""
        self._why_not = why_not
        self._show_state()

    def _setup_ui(
        self, name: str, text: str, prefix: str, beside: Sequence[QWidget]
    ) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.button = QPushButton(text)
        self.button.setObjectName(name)
        self.button.clicked.connect(lambda _: self.wanted.emit())
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setObjectName(f"cancel_{name}")
        self.cancel_button.clicked.connect(lambda _: self.cancel())
        self.progress = WordedBar()
        self.progress.setObjectName(f"{prefix}progress")
        self.note = sentence(f"{prefix}note")
        buttons = [*beside, self.button, self.cancel_button]
        column.addLayout(WrappingRow(buttons, [2] * (len(buttons) - 1) + [1]))
        column.addWidget(self.progress)
        if self._told is None:
            column.addWidget(self.note)

    def _on_stepped(self, step: Any) -> None:
        if isinstance(step, Stepped):
            self.progress.setRange(0, max(step.count, 1))
            self.progress.setValue(step.done)
            if self._run is not None and not self._run.is_cancelled():
                what = step.what or tr("{what}: {done} of {count}").format(
                    what=self._what, done=step.done, count=step.count
                )
                self.progress.setFormat(what.replace("%", "%%"))
        self.stepped.emit(step)

    def _on_ended(self, text: str) -> None:
        self._end()
        if text:
            self.say(plain(text))

    def _end(self) -> None:
        self._run = None
        self._ask_first.end()
        self._show_state()
        self.running.emit(False)

    def _show_state(self) -> None:
        running = self._run is not None
        self.button.setEnabled(not running and not self._why_not)
        self.button.setToolTip(self._busy if running else self._why_not or self._hint)
        self.cancel_button.setEnabled(running)
        self.cancel_button.setToolTip("" if running else NOT_RUNNING)
        self.progress.setVisible(running)
