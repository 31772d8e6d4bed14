"""Quick work in a thread, of which only the latest result is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject, QTimer, Signal

from .run import Run, while_there

SETTLED_MS = 200


class Latest(QObject):
    """Does what is asked for once a person pauses, one thing at a time.

    ``done`` gives the result, ``refused`` a sentence, ``failed`` an exception. A result
    that something newer was asked for meanwhile is thrown away.
    """

    done = Signal(object)
    refused = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Callable[[Run], Any] | None = None
        self._run: Run | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLED_MS)
        self._timer.timeout.connect(self._begin)

    def ask(self, work: Callable[[Run], Any]) -> None:
        """Want this, and nothing that was asked for before."""
        self._wanted = work
        self._timer.start()

    def forget(self) -> None:
        """Want nothing any more."""
        self._wanted = None
        self._timer.stop()
        if self._run is not None:
            self._run.cancel()

    def is_busy(self) -> bool:
        """Whether something is wanted or running."""
        return self._wanted is not None or self._run is not None

    def _begin(self) -> None:
        if self._run is not None or self._wanted is None:
            return
        work, self._wanted = self._wanted, None
        run = self._run = Run()
        self.destroyed.connect(run.cancel)
        run.done.connect(while_there(self, lambda result: self._end(self.done, result)))
        run.refused.connect(
            while_there(self, lambda reason: self._end(self.refused, reason))
        )
        run.stopped.connect(self._end)
        run.failed.connect(
            while_there(self, lambda error: self._end(self.failed, error))
        )
        run.start(work)

    def _end(self, signal: Any = None, result: Any = None) -> None:
        self._run = None
        if self._wanted is not None:
            self._timer.start()
        elif signal is not None:
            signal.emit(result)
