"""Success rate against error level (Fig. 9 of the paper)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..anatomy import REGIONS
from ..bmd import SD_MULTIPLIERS
from .rows import RowResult

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
