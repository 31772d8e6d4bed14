"""One linear regression: standardised inside, fitted once, used with numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .folds import grouped_folds

Kind = Literal["ridge", "ols"]
Matrix = NDArray[np.float64]

RIDGE_STRENGTHS = np.logspace(-3, 4, 36)
"""The grid from which cross-validation chooses, in units of standardised inputs."""

_STRENGTH_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Linear:
    """y = intercept + Σ coefficient · (x − mean) / scale.

    ``mean``, ``scale`` and ``coefficients`` are ``(p,)``. ``strength`` is the ridge
    penalty (0 for least squares). ``condition_number`` is that of the standardised
    inputs: above about 30 the single coefficients mean little.
    """

    mean: Matrix
    scale: Matrix
    coefficients: Matrix
    intercept: float
    strength: float
    condition_number: float

    def predict(self, x: Matrix) -> Matrix:
        """``(n, p)`` inputs → ``(n,)`` values; ``(p,)`` → a scalar array."""
        found: Matrix = (
            self.intercept + ((x - self.mean) / self.scale) @ self.coefficients
        )
        return found


def fit_linear(
    x: Matrix, y: Matrix, *, kind: Kind = "ridge", groups: Sequence[str]
) -> Linear:
    """Fit one regression; everything that is fitted is fitted here.

    Parameters
    ----------
    x, y
        ``(n, p)`` inputs and ``(n,)`` targets, without missing values.
    kind
        ``"ridge"`` chooses its strength by cross-validation within these cases, in
        folds by patient. ``"ols"`` is ordinary least squares.
    groups
        The patient of each case, ``(n,)``.
    """
    from sklearn.linear_model import LinearRegression, Ridge

    mean, sd = x.mean(axis=0), x.std(axis=0)
    scale = np.where(sd > 1e-12 * (1 + np.abs(mean)), sd, 1.0)
    z = (x - mean) / scale
    strength = _ridge_strength(z, y, groups) if kind == "ridge" else 0.0
    fitted = (Ridge(strength) if kind == "ridge" else LinearRegression()).fit(z, y)
    return Linear(
        mean,
        scale,
        np.asarray(fitted.coef_, dtype=np.float64),
        float(fitted.intercept_),
        strength,
        condition_number(z),
    )


def out_of_fold(
    x: Matrix,
    y: Matrix,
    *,
    groups: Sequence[str],
    kind: Kind = "ridge",
    folds: int = 10,
    seed: int = 0,
) -> Matrix:
    """Each case predicted by a regression that never saw its patient, ``(n,)``."""
    predicted = np.full(len(y), np.nan)
    for train, test in grouped_folds(groups, folds, seed):
        seen = [groups[i] for i in train]
        predicted[test] = fit_linear(
            x[train], y[train], kind=kind, groups=seen
        ).predict(x[test])
    return predicted


def _ridge_strength(z: Matrix, y: Matrix, groups: Sequence[str]) -> float:
    """The strength with the smallest squared error over folds by patient."""
    from sklearn.linear_model import Ridge

    folds = min(_STRENGTH_FOLDS, len(set(groups)))
    squares = np.zeros(len(RIDGE_STRENGTHS))
    for train, test in grouped_folds(groups, folds):
        # One target a strength: a single decomposition serves the whole grid.
        copies = np.repeat(y[train, None], len(RIDGE_STRENGTHS), axis=1)
        fitted = Ridge(RIDGE_STRENGTHS, solver="svd").fit(z[train], copies)
        squares += ((fitted.predict(z[test]) - y[test, None]) ** 2).sum(axis=0)
    return float(RIDGE_STRENGTHS[squares.argmin()])


def condition_number(z: Matrix) -> float:
    """Largest over smallest singular value of the inputs that vary at all."""
    singular = np.linalg.svd(z[:, z.std(axis=0) > 0], compute_uv=False)
    if singular.size == 0 or singular[-1] <= 0:
        return float("inf")
    return float(singular[0] / singular[-1])
