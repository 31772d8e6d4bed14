"""The nine features in grey and in g/cm², by the gain that a film's rulers tell."""

from __future__ import annotations

import numpy as np

from ..core.arrays import Values
from .features import FEATURE_NAMES

CALIBRATED_NAMES: tuple[str, ...] = (
    *FEATURE_NAMES,
    *(f"{name}_g_cm2" for name in FEATURE_NAMES),
    "log_gain",
    "gain_error",
)
"""What a regression on the calibrated bone image takes, in this order."""


def in_both_units(features: Values, gains: Values) -> Values:
    """Features in grey and in g/cm², with the gain and its error, ``(n, 20)``.

    A film without a ruler takes the usual gain of the others, and their largest error.

    Parameters
    ----------
    features
        ``(n, 9)`` grey.
    gains
        ``(n, 2)`` gain and relative error; NaN where no ruler could be read.
    """
    known = np.isfinite(gains[:, 0])
    gain, error = gains.T
    if known.any():
        gain = np.where(known, gain, np.median(gain[known]))
        error = np.where(known, error, error[known].max())
    found: Values = np.hstack(
        [features, features / gain[:, None], np.log(gain)[:, None], error[:, None]]
    )
    return found
