"""The regression of one site of the hip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.arrays import Matrix
from ..core.measurement import Estimate
from .inference import Uncertainty
from .linear import Linear

INTERVAL = 0.90


def half_width(
    known_g_cm2: float, per_error: float, gain_errors: Matrix, values_g_cm2: Matrix
) -> Matrix:
    """Half the 90 % intervals, by the relative errors of the gains and the estimates.

    Parameters
    ----------
    known_g_cm2, per_error
        Half the interval at a known gain, and what one standard error of the gain in
        g/cm² adds in quadrature (:func:`fitting.interval_by_error`).
    """
    widths: Matrix = np.hypot(known_g_cm2, per_error * (gain_errors * values_g_cm2))
    return widths


@dataclass(frozen=True, eq=False)
class SiteModel:
    """The regression of one site, with what out-of-fold predictions reached.

    ``half_width_g_cm2`` is half the 90 % interval; ``r`` and ``mae_g_cm2`` are the
    correlation and the mean absolute error over ``n`` cases, out of fold.
    ``uncertainty`` tells how well the coefficients are known.
    ``half_width_per_error`` times the gain's standard error in g/cm² (its relative
    error times the estimate) is added in quadrature; 0 where no gain enters.
    """

    linear: Linear
    half_width_g_cm2: float
    r: float
    mae_g_cm2: float
    n: int
    uncertainty: Uncertainty | None = None
    half_width_per_error: float = 0.0

    def predict(self, row: Matrix, gain_error: float = 0.0) -> Estimate:
        """Estimate from one row of inputs ``(p,)`` and the gain's relative error."""
        value = float(self.linear.predict(row))
        half = self.half_width(value, gain_error)
        return Estimate(value, value - half, value + half)

    def half_width(self, value_g_cm2: float, gain_error: float) -> float:
        """Half the 90 % interval of an estimate, by the gain's relative error."""
        known, added = self.half_width_g_cm2, self.half_width_per_error
        return float(
            half_width(known, added, np.array(gain_error), np.array(value_g_cm2))
        )
