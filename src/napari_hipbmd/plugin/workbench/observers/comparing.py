"""Observers compared over a whole study, in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject, Signal

from ....core.errors import Refused
from ....evaluation.observers import (
    CONSENSUS,
    Peers,
    compare_observers,
    study_errors,
    write_errors,
)
from ....study import Study
from ...ui.run import Run, Stepped, begin
from ...ui.translation import tr

FAILED = tr("The comparison failed; napari's message says how.")


class Comparing(QObject):
    """One comparison or export at a time.

    ``stepped`` is emitted with the numbers done and wanted, ``compared`` with the
    :class:`Comparison` of a pair, ``ended`` with a sentence (or nothing to say) when
    nothing runs any more.
    """

    stepped = Signal(int, int)
    compared = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run: Run | None = None

    @property
    def is_running(self) -> bool:
        """Whether films are being compared."""
        return self._run is not None

    def compare_observers(self, study: Study, pair: Peers) -> None:
        """Compare two people on every film."""

        def work(run: Run) -> Any:
            return compare_observers(study, pair, run.tell, run.is_cancelled)

        self._start(work, self.compared.emit)

    def export(self, study: Study, folder: str) -> None:
        """Write the error tables of everybody into a folder."""

        def work(run: Run) -> str:
            errors = study_errors(study, None, run.tell, run.is_cancelled)
            try:
                write_errors(errors, folder)
            except OSError as error:
                raise Refused(
                    tr(
                        "The tables could not be written ({strerror}): choose another"
                        " folder."
                    ).format(strerror=error.strerror or error)
                ) from None
            told = "; ".join(
                tr(
                    "{kind}-observer error {mean:.1f} mm (SD {sd:.1f}, 95 % {p95:.1f})"
                ).format(kind=kind, mean=figures.mean, sd=figures.sd, p95=figures.p95)
                for kind in errors.kinds
                if kind != CONSENSUS and (figures := errors.pooled(kind)).n
            )
            return tr("Written to {name}: {told}.").format(
                name=Path(folder).name, told=told or tr("the tables")
            )

        self._start(work, self._on_ended)

    def cancel(self) -> None:
        """Stop after the film that is being compared."""
        if self._run is not None:
            self._run.cancel()

    def _start(self, work: Callable[[Run], Any], done: Callable[[Any], None]) -> None:
        self._run = begin(
            self,
            work,
            lambda found: self._on_done(done, found),
            self._on_ended,
            stepped=self._on_stepped,
            failed=FAILED,
        )

    def _on_stepped(self, step: Stepped) -> None:
        self.stepped.emit(step.done, step.count)

    def _on_done(self, done: Callable[[Any], None], found: Any) -> None:
        done(found)
        if self._run is not None:
            self._on_ended("")

    def _on_ended(self, text: str) -> None:
        self._run = None
        self.ended.emit(text)
