"""A training in a process of its own: the window stays quick, whatever happens to it.

The process tells of itself in lines of JSON and is steered by words; see
:mod:`cli.steered`. When the window goes, its words end, and the process stops with its
last finished epoch kept.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from qtpy.QtCore import (
    QCoreApplication,
    QObject,
    QProcess,
    QProcessEnvironment,
    Signal,
)

from .training_plan import TrainingPlan

TOLD_CHARACTERS = 400
QUIT_MS = 3000
_alive: set[QProcess] = set()
"""Processes that still have to end: Qt kills one whose object is forgotten."""


class TrainingProcess(QObject):
    """Exactly one of ``done``, ``refused``, ``stopped`` and ``crashed`` is emitted.

    ``epoch`` comes with ``(number, of, figures)``, ``reading`` with ``(done, count)``.

    Attributes
    ----------
    is_stopping
        Whether it was asked to stop.
    """

    epoch = Signal(int, int, object)
    reading = Signal(int, int)
    done = Signal()
    refused = Signal(str)
    stopped = Signal()
    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess()
        self._process.readyReadStandardOutput.connect(self._on_lines)
        self._process.readyReadStandardError.connect(self._on_complaint)
        self._process.finished.connect(lambda *_: self._on_finished())
        self._process.errorOccurred.connect(self._on_error)
        QCoreApplication.instance().aboutToQuit.connect(self._on_quit)
        self._complaint = ""
        self._heard = self.is_stopping = False
        self._end: tuple[str, str] | None = None
        self._ended = False

    def start(self, plan: TrainingPlan, out: Path, *, resume: bool) -> None:
        """Begin, or go on from the last checkpoint."""
        environment = QProcessEnvironment.systemEnvironment()
        # One core is left to the window.
        threads = str(max(1, (os.cpu_count() or 2) - 1))
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            if not environment.contains(name):
                environment.insert(name, threads)
        self._process.setProcessEnvironment(environment)
        _alive.add(self._process)
        self._process.start(
            sys.executable,
            ["-m", "napari_hipbmd.cli", *plan.arguments(out, resume=resume)],
        )

    def pause(self) -> None:
        """Let it wait after the batch at hand."""
        self._say("pause")

    def go(self) -> None:
        """Let it go on."""
        self._say("go")

    def stop(self) -> None:
        """Ask it to stop; the last finished epoch is kept."""
        self.is_stopping = True
        if not self._heard:
            # It loads its libraries, for seconds, and has begun nothing.
            self._end = ("stopped", "")
            self._process.kill()
            return
        self._say("stop")
        self._process.closeWriteChannel()

    def _say(self, word: str) -> None:
        self._process.write(f"{word}\n".encode())

    def _on_lines(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace")
            try:
                told = json.loads(line)
            except ValueError:  # something else that a library prints
                continue
            if isinstance(told, dict):
                self._hear(told)

    def _hear(self, told: dict[str, Any]) -> None:
        self._heard = True
        if "epoch" in told:
            self.epoch.emit(told["epoch"], told["of"], told["figures"])
        elif "read" in told:
            self.reading.emit(told["read"], told["of"])
        elif "refused" in told:
            self._end = ("refused", told["refused"])
        elif "stopped" in told:
            self._end = ("stopped", "")
        elif "done" in told:
            self._end = ("done", "")

    def _on_complaint(self) -> None:
        data = bytes(self._process.readAllStandardError().data())
        self._complaint = (self._complaint + data.decode("utf-8", "replace"))[
            -TOLD_CHARACTERS:
        ]

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._complaint = self._process.errorString()
            self._on_finished()

    def _on_quit(self) -> None:
        """The window closes: the process is told, and nobody hears it any more."""
        if not self._ended:
            self._process.blockSignals(True)
            self.stop()
            if not self._process.waitForFinished(QUIT_MS):
                self._process.kill()
                self._process.waitForFinished(QUIT_MS)

    def _on_finished(self) -> None:
        if self._ended:
            return
        self._ended = True
        QCoreApplication.instance().aboutToQuit.disconnect(self._on_quit)
        self._on_lines()
        _alive.discard(self._process)
        how, text = self._end or ("crashed", self._complaint.strip())
        if how == "done":
            self.done.emit()
        elif how == "stopped":
            self.stopped.emit()
        elif how == "refused":
            self.refused.emit(text)
        else:
            self.crashed.emit(text.splitlines()[-1] if text else "")
