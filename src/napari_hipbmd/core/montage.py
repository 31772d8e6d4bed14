"""All channels of a stack in one picture."""

from __future__ import annotations

import math

import numpy as np

from .radiograph import FloatImage

GAP_PX = 1


def montage(stack: FloatImage) -> FloatImage:
    """Channels side by side, in rows from the upper left, as near a square as can be.

    Parameters
    ----------
    stack
        ``(channels, rows, columns)``.

    Returns
    -------
    ndarray
        float32; NaN between channels, and where there are none in the last row.
    """
    count, rows, columns = stack.shape
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    step_row, step_column = rows + GAP_PX, columns + GAP_PX
    picture = np.full(
        (down * step_row - GAP_PX, across * step_column - GAP_PX), np.nan, np.float32
    )
    for number, channel in enumerate(stack):
        row, column = divmod(number, across)
        top, left = row * step_row, column * step_column
        picture[top : top + rows, left : left + columns] = channel
    return picture
