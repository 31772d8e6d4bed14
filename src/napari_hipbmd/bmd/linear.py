"""One linear regression: standardised inside, fitted once, used with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..core.arrays import Matrix
from .folds import Groups, grouped_folds

LinearKind = Literal["ridge", "ols"]

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
    x: Matrix, y: Matrix, *, kind: LinearKind = "ridge", groups: Groups
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
    mean, sd = x.mean(axis=0), x.std(axis=0)
    scale = np.where(sd > 1e-12 * (1 + np.abs(mean)), sd, 1.0)
    z = (x - mean) / scale
    strength = _ridge_strength(z, y, groups) if kind == "ridge" else 0.0
    if strength > 0:
        coefficients = _coefficients(z, y, np.array([strength]))[:, 0]
    else:
        coefficients = np.linalg.lstsq(z, y - y.mean())[0]
    # The inputs have mean 0: the intercept is the mean of the targets.
    return Linear(
        mean, scale, coefficients, float(y.mean()), strength, condition_number(z)
    )


def out_of_fold(
    x: Matrix,
    y: Matrix,
    *,
    groups: Groups,
    kind: LinearKind = "ridge",
    folds: int = 10,
    seed: int = 0,
) -> Matrix:
    """Each case predicted by a regression that never saw its patient, ``(n,)``."""
    predicted = np.full(len(y), np.nan)
    for train, test in grouped_folds(groups, folds, seed):
        seen = np.asarray(groups)[train]
        predicted[test] = fit_linear(
            x[train], y[train], kind=kind, groups=seen
        ).predict(x[test])
    return predicted


def _ridge_strength(z: Matrix, y: Matrix, groups: Groups) -> float:
    """The strength with the smallest squared error over folds by patient."""
    folds = min(_STRENGTH_FOLDS, len(set(groups)))
    squares = np.zeros(len(RIDGE_STRENGTHS))
    for train, test in grouped_folds(groups, folds):
        predicted = _every_strength(z[train], y[train], z[test])
        squares += ((predicted - y[test, None]) ** 2).sum(axis=0)
    return float(RIDGE_STRENGTHS[squares.argmin()])


def _every_strength(z: Matrix, y: Matrix, new: Matrix) -> Matrix:
    """Ridge predictions of ``new``, a column for each of :data:`RIDGE_STRENGTHS`."""
    mean = z.mean(axis=0)
    found = _coefficients(z - mean, y, RIDGE_STRENGTHS)
    predicted: Matrix = (new - mean) @ found + y.mean()
    return predicted


def _coefficients(z: Matrix, y: Matrix, strengths: Matrix) -> Matrix:
    """Ridge coefficients for centred inputs, a column for each strength.

    One decomposition of the small product z'z serves the whole grid, where
    scikit-learn's Ridge would be asked anew each time: a validation fits thousands.
    """
    values, vectors = np.linalg.eigh(z.T @ z)
    turned = vectors.T @ (z.T @ (y - y.mean()))
    found: Matrix = vectors @ (
        turned[:, None] / (np.maximum(values, 0)[:, None] + strengths)
    )
    return found


def condition_number(z: Matrix) -> float:
    """Largest over smallest singular value of the inputs that vary at all."""
    singular = np.linalg.svd(z[:, z.std(axis=0) > 0], compute_uv=False)
    if singular.size == 0 or singular[-1] <= 0:
        return float("inf")
    return float(singular[0] / singular[-1])
