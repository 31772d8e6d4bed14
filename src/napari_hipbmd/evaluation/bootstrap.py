"""Intervals and paired differences by resampling patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..bmd import patient_weights
from ..core.anatomy import Site
from ..core.arrays import Values
from ..runs.feature_cache import Row
from .agreement import FIGURES, weighted_figures
from .gap import GAP_ROWS, Gap, gap_closed, share_of_gap
from .row_result import RowResult

SAMPLES = 2000
FEWEST = 10
"""Patients below which drawing them anew tells no interval: all draws look alike."""
Interval = tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """What one row gains over another on the same patients, with 95 % intervals."""

    site: Site
    row: Row
    against: Row
    r: float
    r_interval: Interval
    mae_g_cm2: float
    mae_interval_g_cm2: Interval


class Resampled:
    """The same samples of patients for every row of a site.

    Parameters
    ----------
    results
        Rows of one site, all on the same cases.
    samples, seed
        How many samples of patients, drawn with replacement; one of fewer than
        :data:`FEWEST` patients, so that there are no intervals.
    """

    def __init__(
        self, results: Sequence[RowResult], samples: int = SAMPLES, seed: int = 0
    ) -> None:
        drawn = samples if results[0].patients >= FEWEST else 1
        self.weights = patient_weights(results[0].patient, drawn, seed)
        self._figures: Mapping[Row, dict[str, Values]] = {
            found.row: self._of(found) for found in results
        }
        self._results = {found.row: found for found in results}

    def intervals(self, row: Row) -> dict[str, Interval]:
        """The 95 % interval of each figure of agreement of one row."""
        figures = self._figures[row]
        return {name: interval(figures[name]) for name in FIGURES}

    def difference(self, row: Row, against: Row) -> Difference:
        """``row`` minus ``against``, resampled together."""
        one, other = self._results[row].agreement, self._results[against].agreement
        a, b = self._figures[row], self._figures[against]
        return Difference(
            self._results[row].site,
            row,
            against,
            one.r - other.r,
            interval(a["r"] - b["r"]),
            one.mae_g_cm2 - other.mae_g_cm2,
            interval(a["mae_g_cm2"] - b["mae_g_cm2"]),
        )

    def gap(self) -> Gap | None:
        """The share of the gap that is closed; None without the rows that tell it.

        There is no interval where a sample in twenty has no gap.
        """
        if not set(GAP_ROWS) <= self._figures.keys():
            return None
        shares = share_of_gap(*(self._figures[row]["r"] for row in GAP_ROWS))
        told = np.isfinite(shares).mean() > 0.95
        around = interval(shares) if told else (float("nan"), float("nan"))
        site = self._results["raw"].site
        return Gap(site, gap_closed(list(self._results.values()), site), around)

    def _of(self, found: RowResult) -> dict[str, Values]:
        repeats = [
            weighted_figures(estimate, found.reading, self.weights)
            for estimate in found.estimates
        ]
        return {
            name: np.mean([one[name] for one in repeats], axis=0) for name in FIGURES
        }


def share_interval(
    counts: Values, weights: Values, patient: NDArray[np.int64]
) -> Interval:
    """The 95 % interval of a share of cases, by patient.

    Where all of them count, or none, no sample says otherwise, and the interval is the
    exact one (Clopper & Pearson 1934) with the patients for cases.

    Parameters
    ----------
    counts
        ``(n,)`` 1 where a case counts, 0 where not; a mean over repeats lies between.
    weights
        ``(samples, n)``: how often each case occurs in each sample.
    patient
        ``(n,)`` number of the patient of each.
    """
    if counts.size and (counts == counts[0]).all() and counts[0] in (0, 1):
        beyond = float(0.025 ** (1 / np.unique(patient).size))
        return (beyond, 1.0) if counts[0] else (0.0, 1 - beyond)
    with np.errstate(invalid="ignore"):
        return interval(weights @ counts / weights.sum(axis=1))


def interval(values: Values) -> Interval:
    """The 2.5 and 97.5 percentiles of resampled values; NaN when there are none."""
    known = values[np.isfinite(values)]
    if known.size < 2:
        return float("nan"), float("nan")
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)
