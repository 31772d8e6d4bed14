"""How much estimates of one hip differ from film to film."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Site
from ..runs.feature_cache import Row
from ..study import Case
from .bootstrap import Interval
from .row_result import RowResult

LEAST_CHANGE = 1.96 * 2**0.5
"""Of the precision error: what two films of one hip differ by once in twenty times."""

WANTED = 30
"""Degrees of freedom that a precision error should rest on (ISCD)."""


@dataclass(frozen=True)
class Repeatability:
    """Precision of one row at one site.

    Attributes
    ----------
    hips, freedom
        Hips with several films of one reading, and films less hips.
    error_g_cm2, interval_g_cm2
        Root mean square of the hips' standard deviations (Glüer et al., Osteoporos Int
        1995;5:262), and its 95 % interval by chi-square.
    cv
        The same over the mean estimate.
    least_change_g_cm2
        Least significant change, 2.77 times the error; NaN with less freedom than
        :data:`WANTED`.
    """

    site: Site
    row: Row
    hips: int
    freedom: int
    error_g_cm2: float
    interval_g_cm2: Interval
    cv: float
    least_change_g_cm2: float


def repeatability(found: RowResult, cases: Sequence[Case]) -> list[Repeatability]:
    """From films of one patient, side and reading; none without two such films.

    Films of one patient are in one fold, so that one regression estimates all of them.
    Films with one estimate to the last digit are copies of one film and count once.

    Parameters
    ----------
    cases
        The study's.
    """
    from scipy.stats import chi2

    by_id = {case.case_id: case for case in cases}
    same: dict[tuple[int, str, float], dict[float, int]] = defaultdict(dict)
    for i, name in enumerate(found.case_ids):
        if side := by_id[name].side:
            hip = int(found.patient[i]), side, float(found.reading[i])
            same[hip][float(found.estimates[0, i])] = i
    hips = [list(films.values()) for films in same.values() if len(films) > 1]
    if not hips:
        return []
    freedom = sum(len(films) - 1 for films in hips)
    squares = [found.estimates[:, films].var(axis=1) * len(films) for films in hips]
    error = float(np.sqrt(np.sum(squares, axis=0) / freedom).mean())
    mean = float(found.estimates[:, [i for films in hips for i in films]].mean())
    low, high = (error * np.sqrt(freedom / chi2.ppf((0.975, 0.025), freedom))).tolist()
    return [
        Repeatability(
            found.site, found.row, len(hips), freedom, error, (low, high),
            error / mean, LEAST_CHANGE * error if freedom >= WANTED else float("nan"),
        )
    ]  # fmt: skip
