"""Films that were saved in colour though they are grey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..radiograph import FilmRefused, Flag

_COLOUR_NOISE = 4
"""Grey steps of 8 bits by which lossy compression pulls equal channels apart."""


def grey_of_colour(
    channels: NDArray[np.integer],
) -> tuple[NDArray[np.integer], Flag]:
    """One grey value a pixel from three equal channels.

    Parameters
    ----------
    channels
        ``(rows, columns, 3)`` red, green and blue.

    Returns
    -------
    values, flag
        ``(rows, columns)`` green, and the flag that says so. Lossy compression keeps
        green best.

    Raises
    ------
    FilmRefused
        If the channels differ: this is a colour picture.
    """
    wide = channels.astype(np.int32)
    apart = np.abs(wide - wide[..., 1:2]).max(axis=-1)
    noise = _COLOUR_NOISE << 8 * (channels.dtype.itemsize - 1)
    if np.mean(apart > noise) > 1e-3:
        raise FilmRefused(
            "This is a picture in colours, not a radiograph: export the original grey"
            " film as DICOM."
        )
    return np.ascontiguousarray(channels[..., 1]), Flag(
        "colour",
        "The film was saved in colour with three equal channels: it is a copy, and its"
        " grey values may have been changed for the screen.",
    )
