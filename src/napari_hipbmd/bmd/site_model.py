"""The regression of one site of the hip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.arrays import Matrix
from ..core.measurement import Estimate
from .inference import Uncertainty
from .linear import Linear

INTERVAL = 0.90


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
        error_g_cm2 = gain_error * abs(value_g_cm2)
        added = self.half_width_per_error * error_g_cm2
        return float(np.hypot(self.half_width_g_cm2, added))
