"""Pixels that do not show the patient, filled in from those around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.radiograph import FloatImage

_MARGIN_PX = 24
_SMOOTHED = (9, 5, 3)


def filled(pixels: FloatImage, hidden: NDArray[np.bool_]) -> FloatImage:
    """A copy whose hidden pixels go on from their nearest seen ones, smoothed.

    Parameters
    ----------
    pixels, hidden
        ``(rows, columns)``; a film that is hidden everywhere comes back as it is.
    """
    out = pixels.copy()
    if hidden.all():
        return out
    from scipy.ndimage import find_objects, label  # loaded where pixels are hidden

    parts, _count = label(hidden, np.ones((3, 3)))
    for place in find_objects(parts):
        around = tuple(
            slice(max(0, s.start - _MARGIN_PX), s.stop + _MARGIN_PX) for s in place
        )
        here = hidden[around]
        if here.all():
            around, here = (slice(None), slice(None)), hidden
        out[around] = _from_around(out[around], here)
    return out


def _from_around(pixels: FloatImage, hidden: NDArray[np.bool_]) -> FloatImage:
    from scipy.ndimage import distance_transform_edt, uniform_filter

    nearest = distance_transform_edt(
        hidden, return_distances=False, return_indices=True
    )
    out: FloatImage = pixels[tuple(nearest)]
    for size in _SMOOTHED:
        np.copyto(out, uniform_filter(out, size, mode="nearest"), where=hidden)
    return out
