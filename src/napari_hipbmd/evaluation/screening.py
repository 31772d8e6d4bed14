"""How well estimates find low bone density: AUC, sensitivity, specificity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..bmd import T_SCORE_SITES, t_scores
from ..core.anatomy import Site
from ..core.arrays import Values
from ..runs.feature_cache import Row
from .bootstrap import Interval, interval
from .row_result import RowResult

Cut = Literal["T <= -2.5", "T < -1"]
CUTS: tuple[Cut, ...] = ("T <= -2.5", "T < -1")
"""Osteoporosis, and low bone mass or worse (WHO)."""


@dataclass(frozen=True)
class Screening:
    """One row at one cut of the T-score, by DXA; 95 % intervals by patient.

    ``auc`` takes the estimate as a scale, ``sensitivity`` and ``specificity`` the cut
    on the estimated T-score. NaN when all cases are on one side of the cut.
    """

    site: Site
    row: Row
    cut: Cut
    n: int
    positive: int
    auc: float
    auc_interval: Interval
    sensitivity: float
    sensitivity_interval: Interval
    specificity: float
    specificity_interval: Interval


def screening(found: RowResult, weights: Values) -> list[Screening]:
    """Both cuts for one row; none at a site without a T-score.

    Parameters
    ----------
    weights
        ``(samples, n)``: how often each case occurs in each sample of patients.
    """
    if found.site not in T_SCORE_SITES:
        return []
    return [_at(found, weights, cut) for cut in CUTS]


def auc(low: NDArray[np.bool_], estimate: Values, weights: Values) -> Values:
    """Chance that a low case is estimated below one that is not, ``(samples,)``.

    The Mann–Whitney form, ties counting half, for many weightings at once.
    """
    below = estimate[low][:, None] - estimate[~low]
    wins = np.where(below < 0, 1.0, np.where(below == 0, 0.5, 0.0))
    ours, theirs = weights[:, low], weights[:, ~low]
    with np.errstate(invalid="ignore"):
        return ((ours @ wins) * theirs).sum(axis=1) / (
            ours.sum(axis=1) * theirs.sum(axis=1)
        )


def _at(found: RowResult, weights: Values, cut: Cut) -> Screening:
    low = _is_low(found.reading, found.site, cut)
    every = np.vstack([np.ones(low.size), weights])  # the cases themselves come first
    figures = np.mean(
        [_figures(low, one, found.site, cut, every) for one in found.estimates], axis=0
    )
    values: Sequence[float] = figures[:, 0].tolist()
    bounds = [interval(one[1:]) for one in figures]
    return Screening(
        found.site, found.row, cut, low.size, int(low.sum()),
        values[0], bounds[0], values[1], bounds[1], values[2], bounds[2],
    )  # fmt: skip


def _figures(
    low: NDArray[np.bool_], estimate: Values, site: Site, cut: Cut, weights: Values
) -> Values:
    called = _is_low(estimate, site, cut)
    with np.errstate(invalid="ignore"):
        return np.array(
            [
                auc(low, estimate, weights),
                weights @ (low & called) / (weights @ low),
                weights @ (~low & ~called) / (weights @ ~low),
            ]
        )


def _is_low(bmd_g_cm2: Values, site: Site, cut: Cut) -> NDArray[np.bool_]:
    scores = np.array([t_scores({site: float(v)})[site] for v in bmd_g_cm2])
    # A reading of .637 g/cm² is T = −2.5, and in binary numbers a trifle above it.
    scores = scores.round(9)
    return scores <= -2.5 if cut == "T <= -2.5" else scores < -1.0
