"""Films that were saved in colour though they are grey, marks burnt in or not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.errors import FilmRefused
from ...core.radiograph import Flag

_COLOUR_NOISE = 4
"""Grey steps of 8 bits by which lossy compression pulls equal channels apart."""

_COLOURED, _VIVID = 10, 32
"""Grey steps of 8 bits apart: what can only be a colour, and what anybody sees as one.

Thin lines fade where colour is stored at half the resolution.
"""

_MOST_VIVID = 0.08
_MOST_TINTED = 0.3
"""Shares of a film. Lossy compression smears colour over blocks of 16 pixels."""

_RIM_PX = 3


def grey_of_colour(
    channels: NDArray[np.integer],
) -> tuple[NDArray[np.integer], NDArray[np.bool_] | None, tuple[Flag, ...]]:
    """One grey value a pixel from three channels that are equal nearly everywhere.

    Parameters
    ----------
    channels
        ``(rows, columns, 3)`` red, green and blue.

    Returns
    -------
    values, marks, flags
        ``(rows, columns)`` green, for lossy compression keeps it best; where coloured
        marks (a box, letters, a ruler) hide the film, or None; and what is doubtful.

    Raises
    ------
    FilmRefused
        If the channels differ in too many places: this is a colour picture.
    """
    lowest, highest = channels.min(-1), channels.max(-1)
    steps = (highest - lowest) >> 8 * (channels.dtype.itemsize - 1)
    tinted = steps > _COLOUR_NOISE
    marks = _marks(steps > _COLOURED, tinted)
    hidden = 0.0 if marks is None else marks.mean()
    if (steps > _VIVID).mean() > _MOST_VIVID or max(
        tinted.mean(), hidden
    ) > _MOST_TINTED:
        raise FilmRefused(
            "This is a picture in colours, not a radiograph: export the original grey"
            " film as DICOM."
        )
    flags = [
        Flag(
            "colour",
            "The film was saved in colour with three equal channels: it is a copy, and"
            " its grey values may have been changed for the screen.",
        )
    ]
    if marks is not None:
        flags.append(
            Flag(
                "burnt-in",
                "Coloured marks (a box, letters or a ruler) are burnt into"
                f" {100 * hidden:.2g} % of the film: what they hide is filled in"
                " from around them.",
            )
        )
    return np.ascontiguousarray(channels[..., 1]), marks, tuple(flags)


def _marks(
    coloured: NDArray[np.bool_], tinted: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Whatever hangs together with something coloured, and a rim around it."""
    if not coloured.any():
        return None
    from scipy.ndimage import binary_dilation, label  # few films

    parts, _count = label(tinted, np.ones((3, 3)))
    of_marks = np.zeros(_count + 1, bool)
    of_marks[parts[coloured]] = True
    marks: NDArray[np.bool_] = binary_dilation(of_marks[parts], iterations=_RIM_PX)
    return marks
