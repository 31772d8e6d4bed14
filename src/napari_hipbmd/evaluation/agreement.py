"""How well estimates agree with DXA readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..core.arrays import Values


@dataclass(frozen=True)
class Agreement:
    """Figures of agreement; differences are estimate − reading, in g/cm².

    Attributes
    ----------
    n
        Cases.
    r
        Pearson's correlation; NaN when one side is constant.
    mae_g_cm2, rmse_g_cm2
        Mean absolute and root mean square difference.
    r2
        1 − squared differences / squared deviations of the readings.
    slope, intercept_g_cm2
        Calibration: reading = intercept + slope · estimate, by least squares. Ideal
        is 1 and 0.
    icc
        Intraclass correlation ICC(2,1): absolute agreement of single measurements,
        both methods taken as drawn from many (Shrout & Fleiss 1979).
    ccc
        Concordance correlation coefficient (Lin 1989).
    bias_g_cm2, sd_g_cm2
        Mean and standard deviation (n − 1) of the differences.
    trend
        Slope of the differences over the means of estimate and reading (Bland & Altman
        1999): below 0, low readings are estimated too high and high ones too low.
    """

    n: int
    r: float
    mae_g_cm2: float
    rmse_g_cm2: float
    r2: float
    slope: float
    intercept_g_cm2: float
    icc: float
    ccc: float
    bias_g_cm2: float
    sd_g_cm2: float
    trend: float

    @property
    def limits_g_cm2(self) -> tuple[float, float]:
        """The 95 % limits of agreement: bias ± 1.96 SD (Bland & Altman 1986)."""
        half = 1.96 * self.sd_g_cm2
        return self.bias_g_cm2 - half, self.bias_g_cm2 + half

    @property
    def limits_error_g_cm2(self) -> float:
        """Half the 95 % interval of each limit of agreement.

        Student's t times SD · √(1/n + 1.96² / (2(n − 1))), Bland & Altman 1999.
        """
        from scipy.stats import t

        error = np.sqrt(1 / self.n + 1.96**2 / (2 * (self.n - 1))) * self.sd_g_cm2
        return float(t.ppf(0.975, self.n - 1) * error)


def limits_error_by_patient(differences: Values, patient: NDArray[np.int64]) -> float:
    """Half the 95 % interval of each limit where a patient may have several films.

    Differences of one patient are alike, so that they tell less than as many patients:
    Student's t times the spread of the limits with each patient left out in turn (the
    jackknife, Efron 1982). NaN for fewer than three patients.

    Parameters
    ----------
    differences
        ``(n,)`` estimate − reading, g/cm².
    patient
        ``(n,)`` number of the patient of each, from 0 on.
    """
    from scipy.stats import t

    about = differences - differences.mean()
    films = np.bincount(patient)
    films, sums, squares = (
        np.bincount(patient, weights)[films > 0]
        for weights in (np.ones(about.size), about, about**2)
    )
    patients = films.size
    n = about.size - films
    if patients < 3 or n.min() < 2:
        return float("nan")
    bias = (about.sum() - sums) / n
    sd = np.sqrt(np.maximum(((about**2).sum() - squares - n * bias**2) / (n - 1), 0))
    limits = bias + np.array([[-1.96], [1.96]]) * sd
    error = np.sqrt((patients - 1) * limits.var(axis=1).mean())
    return float(t.ppf(0.975, patients - 1) * error)


FIGURES = tuple(field.name for field in fields(Agreement) if field.name != "n")
"""Names of the figures, in the order of the tables."""


def agreement(estimate: Values, reading: Values) -> Agreement:
    """Compare estimates with readings.

    Parameters
    ----------
    estimate, reading
        ``(n,)`` aBMD in g/cm², without missing values, n ≥ 3.
    """
    weights = np.ones((1, reading.size))
    found = weighted_figures(estimate, reading, weights)
    return Agreement(
        n=reading.size, **{name: float(value[0]) for name, value in found.items()}
    )


def mean_agreement(repeats: Sequence[Agreement]) -> Agreement:
    """The mean of each figure over repeats on the same cases."""
    means = {
        name: float(np.mean([getattr(one, name) for one in repeats]))
        for name in FIGURES
    }
    return Agreement(n=repeats[0].n, **means)


def weighted_figures(
    estimate: Values, reading: Values, weights: Values
) -> dict[str, Values]:
    """Every figure of :class:`Agreement` for many samples of the same cases at once.

    All figures follow from sums over the cases, so that thousands of bootstrap
    samples cost one product of matrices.

    Parameters
    ----------
    estimate, reading
        ``(n,)``.
    weights
        ``(samples, n)``: how often each case occurs in each sample.

    Returns
    -------
    dict
        Name of a figure → ``(samples,)``.
    """
    # About their middle, so that the sums of squares keep their digits.
    middle = float(reading.mean())
    x, y = estimate - middle, reading - middle
    sums = weights @ np.column_stack(
        [np.ones(x.size), x, y, x * x, y * y, x * y, np.abs(x - y)]
    )
    n = sums[:, 0]
    mean_x, mean_y, xx, yy, xy, mae = (sums[:, 1:] / n[:, None]).T
    var_x, var_y = _above_noise(xx - mean_x**2, xx), _above_noise(yy - mean_y**2, yy)
    cov = xy - mean_x * mean_y
    bias = mean_x - mean_y
    var_d = np.maximum(var_x + var_y - 2 * cov, 0)  # population variance
    mean_square = var_d + bias**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(var_x > 0, cov / var_x, np.nan)
        r = np.where((var_x > 0) & (var_y > 0), cov / np.sqrt(var_x * var_y), np.nan)
        return {
            "r": np.clip(r, -1, 1),
            "mae_g_cm2": mae,
            "rmse_g_cm2": np.sqrt(mean_square),
            "r2": np.where(var_y > 0, 1 - mean_square / var_y, np.nan),
            "slope": slope,
            "intercept_g_cm2": mean_y + middle - slope * (mean_x + middle),
            "icc": _icc(n, var_x, var_y, cov, bias),
            "ccc": 2 * cov / (var_x + var_y + bias**2),
            "bias_g_cm2": bias,
            "sd_g_cm2": np.sqrt(var_d * n / (n - 1)),
            "trend": 2 * (var_x - var_y) / (var_x + var_y + 2 * cov),
        }


def _icc(n: Values, var_x: Values, var_y: Values, cov: Values, bias: Values) -> Values:
    """ICC(2,1) of two methods from the mean squares of a two-way table."""
    subjects = (var_x + var_y + 2 * cov) / 2 * n / (n - 1)
    methods = n * bias**2 / 2
    rest = (var_x + var_y - 2 * cov) / 2 * n / (n - 1)
    found: Values = (subjects - rest) / (subjects + rest + 2 * (methods - rest) / n)
    return found


def _above_noise(variance: Values, mean_square: Values) -> Values:
    """A variance, or 0 where it is no more than what rounding leaves."""
    return np.where(variance > 1e-12 * (mean_square + 1e-6), variance, 0.0)
