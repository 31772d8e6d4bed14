"""How well estimates agree with DXA readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Figures of agreement; differences are estimate − reading, in g/cm².

    Attributes
    ----------
    n
        Cases.
    r, r_low, r_high
        Pearson's correlation with its 95 % interval (Fisher's transform). NaN when
        one side is constant.
    mae_g_cm2, rmse_g_cm2
        Mean absolute and root mean square difference.
    r2
        1 − squared differences / squared deviations of the readings.
    slope, intercept_g_cm2
        Calibration: reading = intercept + slope · estimate, by least squares. Ideal
        is 1 and 0.
    bias_g_cm2, sd_g_cm2
        Mean and standard deviation (n − 1) of the differences.
    """

    n: int
    r: float
    r_low: float
    r_high: float
    mae_g_cm2: float
    rmse_g_cm2: float
    r2: float
    slope: float
    intercept_g_cm2: float
    bias_g_cm2: float
    sd_g_cm2: float

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


def agreement(estimate: Values, reading: Values) -> Agreement:
    """Compare estimates with readings.

    Parameters
    ----------
    estimate, reading
        ``(n,)`` aBMD in g/cm², without missing values, n ≥ 3.
    """
    from scipy.stats import linregress, pearsonr

    difference = estimate - reading
    spread = float(np.sum((reading - reading.mean()) ** 2))
    r, low, high = (float("nan"),) * 3
    slope, intercept = float("nan"), float("nan")
    if _varies(estimate):
        line = linregress(estimate, reading)
        slope, intercept = float(line.slope), float(line.intercept)
        if _varies(reading):
            found = pearsonr(estimate, reading)
            interval = found.confidence_interval(0.95)
            r, low, high = float(found.statistic), interval.low, interval.high
    return Agreement(
        n=reading.size,
        r=r,
        r_low=float(low),
        r_high=float(high),
        mae_g_cm2=float(np.mean(np.abs(difference))),
        rmse_g_cm2=float(np.sqrt(np.mean(difference**2))),
        r2=1 - float(np.sum(difference**2)) / spread if spread > 0 else float("nan"),
        slope=slope,
        intercept_g_cm2=intercept,
        bias_g_cm2=float(difference.mean()),
        sd_g_cm2=float(difference.std(ddof=1)),
    )


def _varies(values: Values) -> bool:
    return bool(np.ptp(values) > 1e-9 * (1 + np.abs(values).max()))
