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
        ``"ridge"`` chooses its strength by cross-validation within these cases: one
        left out at a time, or folds by patient when a patient has several.
        ``"ols"`` is ordinary least squares.
    groups
        The patient of each case, ``(n,)``.
    """
    from sklearn.linear_model import LinearRegression, RidgeCV

    mean, sd = x.mean(axis=0), x.std(axis=0)
    scale = np.where(sd > 1e-12 * (1 + np.abs(mean)), sd, 1.0)
    z = (x - mean) / scale
    if kind == "ridge":
        patients = len(set(groups))
        splits = (
            None
            if patients == len(y)
            else list(grouped_folds(groups, min(5, patients)))
        )
        fitted = RidgeCV(RIDGE_STRENGTHS, cv=splits).fit(z, y)
        strength = float(fitted.alpha_)
    else:
        fitted, strength = LinearRegression().fit(z, y), 0.0
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


def condition_number(z: Matrix) -> float:
    """Largest over smallest singular value of the inputs that vary at all."""
    singular = np.linalg.svd(z[:, z.std(axis=0) > 0], compute_uv=False)
    if singular.size == 0 or singular[-1] <= 0:
        return float("inf")
    return float(singular[0] / singular[-1])
