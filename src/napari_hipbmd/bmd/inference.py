"""How well the coefficients of a regression are known, and how entangled they are."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.arrays import Matrix
from ..core.extras import from_extra
from .folds import Groups
from .linear import Linear

REPLICATES = 500
LEAST_SQUARES = "least squares"
CLUSTERED = "least squares, sandwich clustered by patient"
BOOTSTRAP = f"bootstrap of {REPLICATES} samples by patient, ridge strength held"


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Of the coefficients of a :class:`~napari_hipbmd.bmd.linear.Linear`.

    Attributes
    ----------
    method
        How the standard errors were found, in words.
    standard_errors, intercept_standard_error
        ``(p,)`` and one number, in g/cm² for one standard deviation of the input. NaN
        for an input that does not vary: nothing is known of its coefficient.
    variance_inflation
        ``(p,)``: how many times the variance of each coefficient is raised by the
        other inputs. Above 10 the coefficient should not be read alone. NaN for an
        input that does not vary.
    """

    method: str
    standard_errors: Matrix
    intercept_standard_error: float
    variance_inflation: Matrix


def uncertainty(
    x: Matrix, y: Matrix, linear: Linear, groups: Groups, seed: int = 0
) -> Uncertainty:
    """Standard errors and variance inflation of a fitted regression.

    Least squares has the classical standard errors of statsmodels, clustered by
    patient where a patient has several films. Ridge has no such formula that counts
    its bias; its standard errors are the spread over resampled patients.

    Parameters
    ----------
    x, y
        What ``linear`` was fitted to: ``(n, p)`` and ``(n,)``.
    groups
        The patient of each case, ``(n,)``.
    """
    z = (x - linear.mean) / linear.scale
    varies = z.std(axis=0) > 0
    known = z[:, varies]
    if linear.strength > 0:
        method = BOOTSTRAP
        errors = _ridge_errors(known, y, linear.strength, groups, seed)
    else:
        method, errors = _least_squares_errors(known, y, groups)
    of_inputs = np.full(z.shape[1], np.nan)
    of_inputs[varies] = errors[1:]
    return Uncertainty(method, of_inputs, float(errors[0]), variance_inflation(z))


def variance_inflation(z: Matrix) -> Matrix:
    """1 / (1 − R²) of each input from the others, ``(p,)``; NaN where constant."""
    with from_extra("evaluate", "How well a regression is known"):
        from statsmodels.stats.outliers_influence import variance_inflation_factor

    varies = np.flatnonzero(z.std(axis=0) > 0)
    found = np.full(z.shape[1], np.nan)
    design = np.column_stack([np.ones(len(z)), z[:, varies]])
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("ignore")  # that they are collinear is what we ask
        for place, column in enumerate(varies, 1):
            found[column] = variance_inflation_factor(design, place)
    return found


def patient_weights(groups: Groups, samples: int, seed: int = 0) -> NDArray[np.float64]:
    """How often each case occurs in samples of patients drawn with replacement.

    Returns
    -------
    ndarray
        ``(samples, n)``; both hips of a patient always have the same number.
    """
    names, patient = np.unique(np.asarray(groups), return_inverse=True)
    draws = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=samples
    )
    weights: NDArray[np.float64] = draws[:, patient].astype(np.float64)
    return weights


def _least_squares_errors(z: Matrix, y: Matrix, groups: Groups) -> tuple[str, Matrix]:
    with from_extra("evaluate", "How well a regression is known"):
        import statsmodels.api as sm

    names, patient = np.unique(np.asarray(groups), return_inverse=True)
    regression = sm.OLS(y, np.column_stack([np.ones(len(z)), z]))
    if len(names) == len(y):
        return LEAST_SQUARES, np.asarray(regression.fit().bse)
    fitted = regression.fit(cov_type="cluster", cov_kwds={"groups": patient})
    return CLUSTERED, np.asarray(fitted.bse)


def _ridge_errors(
    z: Matrix, y: Matrix, strength: float, groups: Groups, seed: int
) -> Matrix:
    """Spread of intercept and coefficients over resampled patients, ``(1 + p,)``."""
    weights = patient_weights(groups, REPLICATES, seed)
    total = weights.sum(axis=1)[:, None]
    mean_z, mean_y = weights @ z / total, weights @ y / total[:, 0]
    products = (z[:, :, None] * z[:, None, :]).reshape(len(z), -1)
    count = z.shape[1]
    gram = (weights @ products).reshape(-1, count, count)
    gram -= total[:, :, None] * mean_z[:, :, None] * mean_z[:, None, :]
    gram += strength * np.eye(count)
    cross = weights @ (z * y[:, None]) - total * mean_z * mean_y[:, None]
    coefficients = np.linalg.solve(gram, cross[:, :, None])[:, :, 0]
    intercept = mean_y - (mean_z * coefficients).sum(axis=1)
    return np.column_stack([intercept, coefficients]).std(axis=0, ddof=1)
