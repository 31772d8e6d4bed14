"""Who changes class: osteoporosis, low bone mass or normal, by DXA and estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..bmd import T_SCORE_SITES
from ..core.anatomy import Site
from ..core.arrays import Values
from ..runs.feature_cache import Row
from .bootstrap import Interval, interval
from .row_result import RowResult
from .screening import CUTS, is_low

BoneClass = Literal["osteoporosis", "low bone mass", "normal"]
CLASSES: tuple[BoneClass, ...] = ("osteoporosis", "low bone mass", "normal")
"""T ≤ −2.5, between, and T ≥ −1 (WHO)."""


@dataclass(frozen=True)
class Reclassification:
    """One row at one site; 95 % intervals by patient.

    ``counts[i][j]`` are the hips that are of class i of :data:`CLASSES` by DXA and of
    class j as estimated (the first repeat's). ``same`` is the share that keeps its
    class, ``kappa`` Cohen's with linear weights (Cohen 1968): a hip that is two classes
    off counts as two that are one off. NaN where all hips are of one class by both.
    """

    site: Site
    row: Row
    counts: tuple[tuple[int, ...], ...]
    same: float
    same_interval: Interval
    kappa: float
    kappa_interval: Interval


def reclassification(found: RowResult, weights: Values) -> list[Reclassification]:
    """One row; none at a site without a T-score.

    Parameters
    ----------
    weights
        ``(samples, n)``: how often each case occurs in each sample of patients.
    """
    if found.site not in T_SCORE_SITES:
        return []
    by_dxa = _classes(found.reading, found.site)
    every = np.vstack([np.ones(by_dxa.size), weights])  # the cases themselves first
    tables = [
        _tables(by_dxa, _classes(one, found.site), every) for one in found.estimates
    ]
    same = np.mean([_same(one) for one in tables], axis=0)
    kappa = np.mean([weighted_kappa(one) for one in tables], axis=0)
    counts = tuple(tuple(map(int, line)) for line in tables[0][0])
    return [
        Reclassification(
            found.site, found.row, counts, float(same[0]), interval(same[1:]),
            float(kappa[0]), interval(kappa[1:]),
        )
    ]  # fmt: skip


def weighted_kappa(tables: Values) -> Values:
    """Cohen's kappa with linear weights of each table: ``(m, k, k)`` → ``(m,)``."""
    k = tables.shape[1]
    off = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    total = tables.sum(axis=(1, 2))
    chance = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Values = 1 - (
            total * (off * tables).sum(axis=(1, 2)) / (off * chance).sum(axis=(1, 2))
        )
    return found


def _classes(bmd_g_cm2: Values, site: Site) -> NDArray[np.int64]:
    """Place in :data:`CLASSES` of each value, ``(n,)``."""
    found: NDArray[np.int64] = 2 - np.sum(
        [is_low(bmd_g_cm2, site, cut) for cut in CUTS], axis=0
    )
    return found


def _tables(
    by_dxa: NDArray[np.int64], estimated: NDArray[np.int64], weights: Values
) -> Values:
    """Hips by both classes in each sample, ``(samples, 3, 3)``."""
    k = len(CLASSES)
    cell = np.eye(k * k)[by_dxa * k + estimated]
    return (weights @ cell).reshape(-1, k, k)


def _same(tables: Values) -> Values:
    same: Values = np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2))
    return same
