"""Long work off the main thread, with progress, that can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from typing import Any

from napari.qt.threading import create_worker
from qtpy.QtCore import QObject, Signal

from ...core.errors import Cancelled, Refused
from ...core.writable import unwritable
from .sentences import said
from .translation import tr

NOTHING_LOADS = Event()
"""Clear while torch is loaded beforehand: work that imports it too has to wait, for a
module that two threads import at once may be seen half made."""
NOTHING_LOADS.set()

STOPPED = tr("Stopped.")
FAILED = tr("That failed; napari's message says how.")


def is_there(owner: QObject) -> bool:
    """Whether Qt has not deleted an object yet, as it does with a closed window."""
    try:
        from shiboken6 import isValid
    except ImportError:  # other bindings of Qt than PySide6
        return True
    return bool(isValid(owner))


def while_there(owner: QObject, slot: Callable[..., Any]) -> Callable[..., None]:
    """A slot that does nothing once its owner is deleted: a run may outlive it."""

    def call(*values: Any) -> None:
        if is_there(owner):
            slot(*values)

    return call


@dataclass(frozen=True)
class Stepped:
    """How far work is: so many of so many, of what, and what else there is to tell."""

    done: int
    count: int
    what: str = ""
    more: Any = None


class Run(QObject):
    """Work in a thread of its own; every signal comes on the main thread.

    Exactly one of ``done``, ``refused``, ``stopped`` and ``failed`` is emitted, when
    nothing is running any more. The work is a function of this run: it calls
    :meth:`tell`, or ``stepped.emit(…)`` with whatever its widget shows of the progress,
    asks :meth:`is_cancelled`, and raises :class:`Cancelled` to stop.
    """

    stepped = Signal(object)
    _newer = Signal()
    done = Signal(object)
    refused = Signal(str)
    stopped = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = Event()
        self._worker: Any = None
        self._lock = Lock()
        self._newest: Stepped | None = None
        self._newer.connect(self._on_newer)

    def start(self, work: Callable[[Run], Any]) -> None:
        """Begin; what ``work`` gives comes with ``done``."""
        self._worker = create_worker(
            _carry_out,
            self,
            work,
            _start_thread=False,
            _connect={
                "returned": while_there(self, self._on_returned),
                "errored": while_there(self, self._on_error),
            },
        )
        self._worker.start()

    def tell(self, done: int, count: int, what: str = "", more: Any = None) -> None:
        """Tell how far the work is; what the library calls a progress."""
        self.stepped.emit(Stepped(done, count, what, more))

    def tell_newest(self, done: int, count: int, what: str, more: Any) -> None:
        """Tell it as the window has time: what is overtaken by then is passed over.

        For work that tells more often than a window can draw.
        """
        with self._lock:
            waits = self._newest is not None
            self._newest = Stepped(done, count, what, more)
        if not waits:
            self._newer.emit()

    def _on_newer(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
        self.stepped.emit(newest)

    def cancel(self) -> None:
        """Ask the work to stop; it does where it next asks."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        return self._cancelled.is_set()

    def _on_error(self, error: BaseException) -> None:
        self.failed.emit(error)

    def _on_returned(self, end: _End) -> None:
        if end.reason is not None:
            self.refused.emit(end.reason)
        elif end.stopped or self.is_cancelled():
            self.stopped.emit()
        else:
            self.done.emit(end.result)


def _carry_out(run: Run, work: Callable[[Run], Any]) -> _End:
    """No method of the run: napari describes what it runs, and a run may be deleted."""
    try:
        while not NOTHING_LOADS.wait(0.1):
            if run.is_cancelled():
                raise Cancelled
        return _End(work(run))
    except Cancelled:
        return _End(stopped=True)
    except Refused as refusal:
        return _End(reason=said(refusal))
    except OSError as error:
        return _End(reason=in_words(error))
    except RuntimeError:
        if is_there(run):
            raise
        return _End(stopped=True)  # its window was closed, and its signals are gone


def begin(
    owner: QObject,
    work: Callable[[Run], Any],
    done: Callable[[Any], None],
    ended: Callable[[str], None],
    *,
    stepped: Callable[[Any], None] | None = None,
    stopped: str = STOPPED,
    failed: str = FAILED,
) -> Run:
    """Start work for a widget, which may go while it is done.

    Parameters
    ----------
    owner
        The widget: it is told nothing any more once it is gone, and the work stops.
    done
        Called with what the work gives.
    ended
        Called with a sentence when it gives nothing: why it was refused,
        ``stopped`` or ``failed``; an exception is raised after that.
    stepped
        Called with what the work tells of itself.
    """
    # No parent: the run must outlive a dock that is deleted while it works.
    run = Run()

    def fail(error: BaseException) -> None:
        ended(failed)
        raise error

    owner.destroyed.connect(run.cancel)
    if stepped is not None:
        run.stepped.connect(while_there(owner, stepped))
    run.done.connect(while_there(owner, done))
    run.refused.connect(while_there(owner, ended))
    run.stopped.connect(while_there(owner, lambda: ended(stopped)))
    run.failed.connect(while_there(owner, fail))
    run.start(work)
    return run


def in_words(error: OSError) -> str:
    """A disk that is full, a folder that cannot be written: in a sentence."""
    if (folder := unwritable(error)) is not None:
        return tr("{folder} cannot be written ({why}): choose another folder.").format(
            folder=folder.name, why=error.strerror
        )
    where = f" ({Path(str(error.filename)).name})" if error.filename else ""
    return tr("{strerror}{where}: choose another folder, or free this one.").format(
        strerror=error.strerror or error, where=where
    )


@dataclass(frozen=True)
class _End:
    """How work ended; an exception that a worker returns would count as its error."""

    result: Any = None
    reason: str | None = None
    stopped: bool = False
