"""One measurement off the main thread, that can be stopped."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Any

from napari.qt.threading import create_worker
from qtpy.QtCore import QObject, Signal

from ..measurement import Measurement
from ..radiograph import Cancelled, FilmRefused, Radiograph


class MeasureRun(QObject):
    """Measures a film in a thread of its own; every signal comes on the main thread.

    Exactly one of ``done``, ``refused``, ``stopped`` and ``failed`` is emitted, when
    nothing is running any more.
    """

    stepped = Signal(str)
    done = Signal(object)
    refused = Signal(str)
    stopped = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cancel_event = Event()
        self._worker: Any = None

    def start(self, film: Radiograph, **arguments: Any) -> None:
        """Begin; ``arguments`` are those of :func:`pipeline.measure`."""
        self._worker = create_worker(
            self._measure,
            film,
            arguments,
            _start_thread=False,
            _connect={"returned": self._on_returned, "errored": self.failed.emit},
        )
        self._worker.start()

    def cancel(self) -> None:
        """Ask the run to stop; it does at its next step."""
        self.cancel_event.set()

    def _measure(self, film: Radiograph, arguments: dict[str, Any]) -> _End:
        from .. import pipeline

        try:
            result = pipeline.measure(
                film,
                **arguments,
                report=lambda step, _: self.stepped.emit(step),
                cancelled=self.cancel_event.is_set,
            )
        except Cancelled:
            return _End()
        except FilmRefused as refusal:
            return _End(reason=str(refusal))
        return _End(result)

    def _on_returned(self, end: _End) -> None:
        if end.reason is not None:
            self.refused.emit(end.reason)
        elif end.result is None or self.cancel_event.is_set():
            self.stopped.emit()
        else:
            self.done.emit(end.result)


@dataclass(frozen=True)
class _End:
    """How a run ended; an exception that a worker returns would count as its error."""

    result: Measurement | None = None
    reason: str | None = None
