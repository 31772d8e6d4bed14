"""Three pairs of grey-level thresholds and what they leave of a region (paper 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

ONE_SD = 1.0
WIDE_SD = 1.96
SD_MULTIPLIERS: tuple[tuple[float, float], ...] = (
    (ONE_SD, WIDE_SD),
    (WIDE_SD, WIDE_SD),
    (WIDE_SD, ONE_SD),
)
"""Standard deviations below and above the mean: the paper's thresholds 1, 2, 3."""

GreyValues = NDArray[np.floating[Any]]
Multipliers = Sequence[tuple[float, float]]


def thresholds(
    values: GreyValues, multipliers: Multipliers = SD_MULTIPLIERS
) -> NDArray[np.float64]:
    """The three pairs [T1, T2] of one region's grey values.

    Parameters
    ----------
    values
        Grey values of the region's pixels, any shape.
    multipliers
        Standard deviations below and above the mean, pair by pair. Others than the
        paper's are for exploring: no model is fitted to them.

    Returns
    -------
    ndarray
        ``(3, 2)`` float64: ``[m − s, m + 1.96 s]``, ``[m − 1.96 s, m + 1.96 s]``,
        ``[m − 1.96 s, m + s]`` with the mean m and the *population* standard
        deviation s. NaN when there are no values.
    """
    mean, sd = mean_and_sd(values)
    return mean + sd * (np.array(multipliers) * [-1.0, 1.0])


def mean_and_sd(values: GreyValues) -> tuple[float, float]:
    """Mean and population standard deviation; NaN when there are no values."""
    if values.size == 0:
        return float("nan"), float("nan")
    mean, sd = np.mean(values, dtype=np.float64), np.std(values, dtype=np.float64)
    return float(mean), float(sd)


def clip(values: GreyValues, t1: float, t2: float) -> GreyValues:
    """Eq. 4: what is below T1 becomes T1, what is above T2 becomes T2."""
    clipped: GreyValues = np.clip(values, values.dtype.type(t1), values.dtype.type(t2))
    return clipped


def feature_means(
    values: GreyValues, pairs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean grey value after clipping to each pair of thresholds.

    The values stay on the film's fixed range. Normalising each region by its own
    thresholds, one reading of the paper, would remove exactly the level that tells
    dense bone from thin (r falls from .95 to −.04 on toy data).

    Parameters
    ----------
    values
        Grey values of the region's pixels, any shape.
    pairs
        ``(n, 2)`` thresholds, T1 and T2 in each row.

    Returns
    -------
    ndarray
        ``(n,)`` float64; NaN when there are no values.
    """
    if values.size == 0:
        return np.full(len(pairs), np.nan)
    return np.array([clip(values, t1, t2).mean(dtype=np.float64) for t1, t2 in pairs])


def minmax_picture(values: GreyValues, t1: float, t2: float) -> GreyValues:
    """Clipped and stretched so that T1 is 0 and T2 is 1: the look of Fig. 6.

    For looking only; no feature is made from it.
    """
    span = max(t2 - t1, float(np.finfo(values.dtype).tiny))
    picture: GreyValues = ((clip(values, t1, t2) - t1) / span).astype(values.dtype)
    return picture
