"""The gap from raw film to exact STO, in r, and the share that enhancement closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Site
from ..core.arrays import Values
from ..runs.feature_cache import Row
from .row_result import RowResult

GAP_ROWS: tuple[Row, Row, Row] = ("raw", "enhanced", "exact")


@dataclass(frozen=True)
class Gap:
    """The share that is closed at a site, 1 being all, with its 95 % interval."""

    site: Site
    share: float
    interval: tuple[float, float]


def no_gap(site: Site) -> Gap:
    """Where it cannot be told."""
    return Gap(site, float("nan"), (float("nan"), float("nan")))


def gap_closed(results: Sequence[RowResult], site: Site = "neck") -> float:
    """Share of the way from raw film to exact STO, in r, that the enhancement goes.

    NaN when one of the three rows is missing or exact STO is no better than raw.
    """
    r = {found.row: found.agreement.r for found in results if found.site == site}
    if not set(GAP_ROWS) <= r.keys():
        return float("nan")
    return float(share_of_gap(*(np.array([r[row]]) for row in GAP_ROWS))[0])


def share_of_gap(raw: Values, enhanced: Values, exact: Values) -> Values:
    """Shares ``(n,)`` from three r of ``(n,)``; NaN where there is no gap."""
    wide = np.where(exact > raw, exact - raw, np.nan)
    return (enhanced - raw) / wide
