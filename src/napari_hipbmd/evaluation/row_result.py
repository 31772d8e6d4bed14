"""What one row of a validation estimates at one site, out of fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Site
from ..core.arrays import Matrix
from ..runs.feature_cache import Row
from .agreement import Agreement, agreement, limits_error_by_patient, mean_agreement

ROWS: tuple[Row, ...] = (
    "biology", "raw", "ring", "enhanced", "calibrated", "exact", "exact_gain",
)  # fmt: skip
ROW_NAMES: Mapping[Row, str] = {
    "biology": "biology only",
    "raw": "raw film",
    "ring": "soft-tissue ring",
    "enhanced": "enhanced",
    "calibrated": "calibrated",
    "exact": "exact STO",
    "exact_gain": "exact STO + exact gain",
}


@dataclass(frozen=True, eq=False)
class RowResult:
    """Out-of-fold estimates of one row at one site.

    Attributes
    ----------
    row, site
        What was estimated from what.
    case_ids
        The ``n`` cases that were used: point i of every figure is ``case_ids[i]``.
    patient
        ``(n,)`` number of the patient of each case; it names nobody.
    estimates, folds
        ``(repeats, n)``: estimate in g/cm², and the fold in which it was made.
    reading
        ``(n,)`` DXA reading in g/cm².
    fitted
        ``(n,)`` estimates of a regression that has seen every case (in sample).
    half_width
        ``(n,)`` half the 90 % interval, found without the case's fold; NaN where it
        was not asked for.
    """

    row: Row
    site: Site
    case_ids: tuple[str, ...]
    patient: NDArray[np.int64]
    estimates: Matrix
    folds: NDArray[np.int64]
    reading: Matrix
    fitted: Matrix
    half_width: Matrix

    @property
    def estimate(self) -> Matrix:
        """Mean over the repeats, ``(n,)``: what is drawn."""
        return self.estimates.mean(axis=0)

    @property
    def patients(self) -> int:
        """Whose hips they are: how many people."""
        return np.unique(self.patient).size

    @property
    def agreement(self) -> Agreement:
        """Over all cases together, mean over the repeats."""
        return mean_agreement([agreement(one, self.reading) for one in self.estimates])

    @property
    def limits_error_g_cm2(self) -> float:
        """Half the 95 % interval of each limit of agreement, by patient."""
        if self.patients == self.patient.size:
            return self.agreement.limits_error_g_cm2
        errors = [
            limits_error_by_patient(one - self.reading, self.patient)
            for one in self.estimates
        ]
        return float(np.mean(errors))

    @property
    def in_sample(self) -> Agreement:
        """What the same regression seems to reach on the cases it was fitted to."""
        return agreement(self.fitted, self.reading)

    @property
    def covered(self) -> Matrix:
        """1 where the 90 % interval of the first repeat holds the reading, ``(n,)``."""
        inside = np.abs(self.estimates[0] - self.reading) <= self.half_width
        return np.where(np.isfinite(self.half_width), inside, np.nan)

    def so_far(self, repeat: int) -> RowResult:
        """What is known while ``repeat`` is filled in: its cases, in a copy."""
        last = max(repeat - 1, 0)  # a repeat before it is whole
        done = np.isfinite(self.estimates[last])
        return RowResult(
            self.row,
            self.site,
            tuple(np.array(self.case_ids, dtype=object)[done]),
            self.patient[done],
            self.estimates[: last + 1, done],
            self.folds[: last + 1, done],
            self.reading[done],
            self.fitted[done],
            self.half_width[done],
        )

    def by_fold(self) -> list[Agreement]:
        """Fold by fold, as the paper's Fig. 8; folds under 3 cases are left out."""
        return [
            agreement(estimate[chosen], self.reading[chosen])
            for estimate, chosen in self._folds()
        ]

    def worst_by_fold(self) -> list[str]:
        """The case with the largest error in each fold of :meth:`by_fold`."""
        return [
            self.case_ids[
                int(np.where(chosen, np.abs(estimate - self.reading), -1).argmax())
            ]
            for estimate, chosen in self._folds()
        ]

    def _folds(self) -> Iterator[tuple[Matrix, NDArray[np.bool_]]]:
        """Estimates, and which cases lie in the fold, for folds of 3 or more."""
        for estimate, fold in zip(self.estimates, self.folds, strict=True):
            for k in range(int(fold.max()) + 1):
                if (chosen := fold == k).sum() >= 3:
                    yield estimate, chosen
