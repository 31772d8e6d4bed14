"""Success rate against error level (Fig. 9 of the paper)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..bmd import SD_MULTIPLIERS, patient_weights
from ..core.anatomy import REGIONS
from .bootstrap import SAMPLES, Interval, interval
from .row_result import RowResult

LEVELS_G_CM2 = (0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.1)
ONE_PAIR = tuple(region * len(SD_MULTIPLIERS) + 1 for region in range(len(REGIONS)))
"""Features of the paper's single pair, [m − 1.96 s, m + 1.96 s], of each region."""


def success_rate(found: RowResult, level_g_cm2: float) -> float:
    """Share of the estimates no further than ``level_g_cm2`` from their readings."""
    return float(np.mean(np.abs(found.estimates - found.reading) <= level_g_cm2))


def success_curve(
    found: RowResult, levels_g_cm2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The rate at each of many levels."""
    return np.array([success_rate(found, float(level)) for level in levels_g_cm2])


def success_gain(
    found: RowResult, against: RowResult, up_to_g_cm2: float, seed: int = 0
) -> tuple[float, Interval]:
    """How much higher a success curve is than another of the same cases.

    The mean difference of the rates over all levels up to ``up_to_g_cm2``, with its
    95 % interval by patient.
    """
    gain = _mean_rate(found, up_to_g_cm2) - _mean_rate(against, up_to_g_cm2)
    weights = patient_weights(found.patient, SAMPLES, seed)
    return float(gain.mean()), interval(weights @ gain / weights.sum(axis=1))


def _mean_rate(found: RowResult, up_to_g_cm2: float) -> NDArray[np.float64]:
    """Share of the levels from 0 to ``up_to_g_cm2`` that each case's error meets."""
    error = np.abs(found.estimates - found.reading)
    met: NDArray[np.float64] = np.clip(1 - error / up_to_g_cm2, 0, 1).mean(axis=0)
    return met
