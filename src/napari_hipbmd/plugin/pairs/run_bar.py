"""A button that starts long work, one that cancels it, and how far it is."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

BUSY = "Something is running: wait for it or press Cancel."
NOT_RUNNING = "Nothing is running."


class RunBar(QWidget):
    """``started`` and ``cancelled`` are emitted by its two buttons."""

    started = Signal()
    cancelled = Signal()

    def __init__(self, name: str, start: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = ""
        self.start_button = QPushButton(start)
        self.start_button.setObjectName(f"{name}_start")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName(f"{name}_cancel")
        self.progress = QProgressBar()
        self.progress.setObjectName(f"{name}_progress")
        self.text = QLabel()
        self.text.setObjectName(f"{name}_state")
        self.text.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start_button, 2)
        buttons.addWidget(self.cancel_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.text)
        self.start_button.clicked.connect(lambda _: self.started.emit())
        self.cancel_button.clicked.connect(lambda _: self.cancelled.emit())
        self.show_ended()

    def show_text(self, text: str) -> None:
        """Say something to the person."""
        self.text.setText(text)

    def show_running(self, what: str) -> None:
        """Something began."""
        self._what = what
        self.progress.setRange(0, 0)
        self.progress.setFormat(f"{what} …")
        self.progress.setVisible(True)
        self.cancel_button.setEnabled(True)
        self.cancel_button.setToolTip("")

    def show_step(self, done: int, count: int) -> None:
        """So many of so many are done."""
        self.progress.setRange(0, count)
        self.progress.setValue(done)
        self.progress.setFormat(f"{self._what}: {done} of {count}")

    def show_stopping(self) -> None:
        """Cancel was pressed."""
        self.progress.setFormat("Stopping …")

    def show_ended(self) -> None:
        """Nothing runs any more."""
        self.progress.setVisible(False)
        self.cancel_button.setEnabled(False)
        self.cancel_button.setToolTip(NOT_RUNNING)

    def set_ready(self, ready: bool, why: str = "") -> None:
        """Unlock the start, or say why it is locked."""
        running = self.cancel_button.isEnabled()
        self.start_button.setEnabled(ready and not running)
        self.start_button.setToolTip(BUSY if running else why)
