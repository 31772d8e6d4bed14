"""Features in grey and in g/cm², by the gain and the mineral map of a film."""

from __future__ import annotations

import numpy as np

from ..core.anatomy import REGIONS
from ..core.arrays import Values
from .features import FEATURE_NAMES

CALIBRATED_NAMES: tuple[str, ...] = (
    *FEATURE_NAMES,
    *(f"{name}_g_cm2" for name in FEATURE_NAMES),
    *(f"{region}_mineral" for region in REGIONS),
    "log_gain",
    "gain_error",
)
"""What a regression on the calibrated bone image takes, in this order."""


def in_both_units(
    features: Values, gains: Values, minerals: Values | None = None
) -> Values:
    """Features in grey and in g/cm², with mineral, gain and its error, ``(n, 23)``.

    A film without a gain has nothing in g/cm² and gets no aBMD: its row is NaN.

    Parameters
    ----------
    features
        ``(n, 9)`` grey.
    gains
        ``(n, 2)`` gain and relative error; NaN where no ruler could be read.
    minerals
        ``(n, 3)`` mean of the mineral map over each region, g/cm². Where a film has
        none, the mean of the region's features in g/cm² stands for it; without any the
        rows have three numbers less.
    """
    gain, error = gains.T
    calibrated = features / gain[:, None]
    parts = [features, calibrated]
    if minerals is not None:
        usual = calibrated.reshape(len(features), len(REGIONS), -1).mean(axis=2)
        parts.append(np.where(np.isfinite(minerals), minerals, usual))
    found: Values = np.hstack([*parts, np.log(gain)[:, None], error[:, None]])
    found[~np.isfinite(gain)] = np.nan
    return found
