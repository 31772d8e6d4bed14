"""How far a long run is, with the figures that fill in while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..bmd import MINIMUM_CASES
from ..core.errors import Cancelled, Refused
from ..runs.feature_cache import CaseFeatures
from ..study import Case
from .feature_table import feature_table
from .row_result import RowResult
from .rows import evaluate

_PARTIAL_FOLDS = 5
_FEWEST_NEW = 25


@dataclass(frozen=True)
class Step:
    """Where a run stands: ``done`` of ``count`` in a stage.

    ``stage`` is a word for people (``"measuring"``, ``"estimating"``, …) and ``note``
    what is being worked on, a case or a row.
    """

    stage: str
    done: int
    count: int
    note: str = ""


RowsReport = Callable[[Step, Sequence[RowResult]], None]
"""Called with the step and the latest figures, which may still be of some films only.

The figures are the same object for as long as nothing has changed.
"""


def stoppable(
    report: RowsReport | None, cancelled: Callable[[], bool] | None
) -> RowsReport:
    """``report``, or nothing, that raises :class:`Cancelled` when asked to stop."""

    def tell(step: Step, results: Sequence[RowResult]) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if report is not None:
            report(step, results)

    return tell


class FillingIn:
    """Out-of-fold figures of the films measured so far, now and then.

    Parameters
    ----------
    cases
        The study's.
    report
        Told after every film.
    options
        Of :func:`evaluate`.
    """

    def __init__(
        self, cases: Sequence[Case], report: RowsReport, options: dict[str, object]
    ) -> None:
        self._cases = cases
        self._report = report
        self._options = options
        self._shown = 0
        self._results: Sequence[RowResult] = ()

    def __call__(
        self, done: int, count: int, case_id: str, found: Sequence[CaseFeatures]
    ) -> None:
        """Take part in :func:`collect` as its progress."""
        new = done - self._shown
        if done >= MINIMUM_CASES and new >= max(_FEWEST_NEW, count // 20):
            self._shown = done
            self._results = self._of(found) or self._results
        self._report(Step("measuring", done, count, case_id), self._results)

    def _of(self, found: Sequence[CaseFeatures]) -> Sequence[RowResult]:
        measured = {one.case_id for one in found}
        cases = [case for case in self._cases if case.case_id in measured]
        table = feature_table(cases, found)
        try:
            return evaluate(table, _PARTIAL_FOLDS, **self._options)  # type: ignore[arg-type]
        except Refused:  # too few so far
            return ()
