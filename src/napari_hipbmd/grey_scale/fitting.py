"""Fitting the calibration of the grey scale to films whose gain is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.arrays import Values
from ..core.errors import Refused
from .boosted import fit_trees
from .calibration import RULERS, Calibration
from .signs import Signs, as_row, signs_key

TREES = 250
FOLDS = 10
_FAR = 3.0
_FEWEST = 60
_LEAST_KEPT = 0.04


def fit_calibration(
    signs: Sequence[Mapping[str, Signs]],
    gains: Values,
    groups: Sequence[str],
    card: Mapping[str, Any],
    seed: int = 0,
    report: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Fit the rulers to films whose gain is known.

    Errors are those on films of patients that the trees have not seen, in ten folds.

    Parameters
    ----------
    signs
        Of ``n`` films: ruler → what it looks at; a ruler that could not be read is
        absent.
    gains
        ``(n,)`` grey per g/cm².
    groups
        Whose film each is.
    card
        Kept in the calibration, with the figures.
    report
        Called with (folds done, all).

    Raises
    ------
    Refused
        If a ruler could be read on fewer than 60 films.
    """
    log = np.log(gains)
    fitted, unseen = {}, {}
    wanted = [name for name in RULERS if any(name in one for one in signs)]
    for done, name in enumerate(wanted):
        there = [i for i, one in enumerate(signs) if name in one]
        use = np.array(there, np.intp)
        if use.size < _FEWEST:
            raise Refused(
                f"Only {use.size} films show the ruler '{name}'; a calibration needs"
                f" {_FEWEST}."
            )
        seen = [signs[i][name] for i in there]
        names = tuple(dict.fromkeys(key for one in seen for key in one))
        x, y = np.stack([as_row(one, names) for one in seen]), log[use]
        answer = np.full(len(log), np.nan)
        for fold, (train, test) in enumerate(_folds([groups[i] for i in there], seed)):
            trees = fit_trees(x[train], y[train], names, TREES, seed)
            answer[use[test]] = trees.predict(x[test])
            if report is not None:
                report(done * FOLDS + fold + 1, len(wanted) * FOLDS)
        unseen[name] = answer
        fitted[name] = fit_trees(x, y, names, TREES, seed)
    usual = float(np.median(log))
    spread = _robust_sd(log - usual)
    kept = {}
    for name, answer in unseen.items():
        error = _robust_sd((answer - log)[np.isfinite(answer)])
        kept[name] = max(1 - (error / spread) ** 2, _LEAST_KEPT)
    plain = Calibration(usual, fitted, kept, np.eye(len(fitted) + 1))
    read = [plain.reading(name, answer) for name, answer in unseen.items()]
    off = np.stack([*read, np.full(len(log), usual)]) - log
    plain = replace(plain, covariance=_covariance(off))
    both = np.isfinite(off).all(0)
    together = plain.combined({name: a[both] for name, a in unseen.items()})
    apart = together.log_gain - log[both]
    figures = {
        "films": len(log),
        "films with a shaft": sum("shaft" in one for one in signs),
        "median error, usual": _median(log - np.median(log)),
        **{
            f"median error, {name}": _median((a - log)[np.isfinite(a)])
            for name, a in unseen.items()
        },
        "median error, together": _median(apart),
    }
    said = {
        signs_key(one): {
            name: round(float(a[i]), 4) for name, a in unseen.items() if name in one
        }
        for i, one in enumerate(signs)
    }
    return replace(plain, card={**card, "figures": figures}, unseen=said)


def _folds(groups: Sequence[str], seed: int) -> Any:
    from ..bmd import grouped_folds

    who = np.unique(np.asarray(groups), return_inverse=True)[1]
    return grouped_folds(who, FOLDS, seed)


def _covariance(off: Values) -> Values:
    """Covariance of errors ``(rulers, films)``, NaN where one cannot be read.

    Each ruler's variance is that over all its films, correlations are those over the
    films that show all; a hundredth of independence keeps it from being singular.
    """
    sds = np.array([_robust_sd(row[np.isfinite(row)]) for row in off])
    drawn = np.clip(off / sds[:, None], -_FAR, _FAR)
    together = np.corrcoef(drawn[:, np.isfinite(drawn).all(0)])
    found: Values = (0.99 * together + 0.01 * np.eye(len(off))) * np.outer(sds, sds)
    return found


def _robust_sd(values: Values) -> float:
    """Standard deviation with what lies beyond three of the median's drawn in."""
    middle = 1.4826 * float(np.median(np.abs(values))) + 1e-9
    drawn: Values = np.clip(values, -_FAR * middle, _FAR * middle)
    return float(np.sqrt(np.mean(drawn**2)))


def _median(values: Values) -> float:
    return round(float(np.median(np.abs(values))), 4)
