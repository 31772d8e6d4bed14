"""Turns of the event loop: what waits for one, and what lets others pass."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from qtpy.QtCore import QEventLoop, QObject, Qt, QTimer, Signal
from qtpy.QtWidgets import QApplication

T = TypeVar("T")
REST_MS, ASK_MS = 150, 5


def let_window_live(ready: Callable[[], bool]) -> None:
    """Wait for something that a thread does: the window draws, keys and clicks wait."""
    if ready() or QApplication.instance() is None:
        return
    loop, asking = QEventLoop(), QTimer()
    asking.timeout.connect(lambda: loop.quit() if ready() else None)
    asking.start(ASK_MS)
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    asking.stop()


def beside_window(work: Callable[[], T]) -> T:
    """What work gives, done in a thread while the window draws; keys and clicks wait.

    For reading one film: whoever chose it waits for it anyhow. What the work raises is
    raised here.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        future = pool.submit(work)
        let_window_live(future.done)
        return future.result()


def let_window_draw() -> None:
    """Let the window draw between two pieces of its own work: keys and clicks wait."""
    if QApplication.instance() is None:
        return
    for _ in range(2):  # what the first turn asks to be drawn, the second draws
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


class OncePerTurn(QObject):
    """Calls its own :meth:`_on_turn` after what asked for it, once for all of one turn.

    The call is queued: it comes before the canvas is drawn, which Qt puts last. A
    timer would come after it. A subclass says what is done.
    """

    _asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting = False
        self._asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)

    def _ask(self) -> None:
        """Want it in this turn."""
        if not self._waiting:
            self._waiting = True
            self._asked.emit()

    def _on_asked(self) -> None:
        self._waiting = False
        self._on_turn()

    def _on_turn(self) -> None:
        raise NotImplementedError


class Rest(QTimer):
    """Emits ``rested`` once nothing has moved for a moment; ``start()`` is a move.

    While a mouse button is held down, nothing has come to rest.
    """

    rested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(REST_MS)
        self.timeout.connect(self._on_timeout)

    def _on_timeout(self) -> None:
        if QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self.rested.emit()
        else:
            self.start()
