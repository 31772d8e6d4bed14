"""Pixels that do not show the patient, filled in from those around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .radiograph import FloatImage

_MARGIN_PX = 24
_SMOOTHED = (9, 5, 3)
ASKEW_SHARE = 0.08
"""Of the rectangle about all that is seen: a collimator that stands a little askew, as
networks know it, hides less of that."""
_LOOK_PX = 448  # what lies beyond a shutter is made up: a coarse picture will do


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


def frame_of(area: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of the least rectangle about all that is True; some is."""
    rows, columns = (np.flatnonzero(area.any(axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def framed(pixels: FloatImage, hidden: NDArray[np.bool_]) -> FloatImage:
    """A copy that is collimated to a rectangle, as the films that networks know.

    Where a shutter is round or tilted, the film goes on from its nearest seen pixels up
    to the rectangle about all that is seen; beyond, it is as dark as the darkest seen
    one. Black corners would be taken for air, and white would change the scale by which
    networks see the hip.

    Parameters
    ----------
    pixels, hidden
        ``(rows, columns)``; some of a film has to be seen.
    """
    out: FloatImage = np.where(hidden, pixels[~hidden].min(), pixels)
    frame = frame_of(~hidden)
    corners = hidden[frame]
    if corners.mean() >= ASKEW_SHARE:
        out[frame][corners] = _coarsely_filled(pixels[frame], corners)[corners]
    return out


def _coarsely_filled(pixels: FloatImage, hidden: NDArray[np.bool_]) -> FloatImage:
    step = max(1, max(pixels.shape) // _LOOK_PX)
    coarse = hidden[::step, ::step]
    small = filled(pixels[::step, ::step], coarse)
    rows, columns = pixels.shape
    full: FloatImage = small.repeat(step, 0).repeat(step, 1)[:rows, :columns]
    return full
