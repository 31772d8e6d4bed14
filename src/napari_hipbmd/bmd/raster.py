"""Which pixels lie inside a polygon, fast enough to follow a dragged landmark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Points, area
from ..core.radiograph import FloatImage


@dataclass(frozen=True, eq=False)
class RegionPixels:
    """The pixels of an image whose centre lies inside a polygon.

    Attributes
    ----------
    window
        Rows and columns of the image that hold the region; nothing else is looked at.
    inside
        ``(rows, columns)`` bool of the window.
    share
        Part of the polygon that lies inside the image, 0 … 1.
    """

    window: tuple[slice, slice]
    inside: NDArray[np.bool_]
    share: float

    def of(self, image: FloatImage) -> FloatImage:
        """Their values ``(n,)``, in row order."""
        values: FloatImage = image[self.window][self.inside]
        return values


def region_pixels(
    polygon_xy: Points,
    shape: tuple[int, ...],
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> RegionPixels:
    """The pixels of a region, at a cost that follows the region and not the film.

    Parameters
    ----------
    polygon_xy
        ``(n, 2)`` corners ``(x, y)`` in film pixels.
    shape
        ``(rows, columns)`` of the image.
    offset_xy
        Film position ``(x, y)`` of the image's pixel ``[0, 0]``.
    """
    nowhere = RegionPixels((slice(0), slice(0)), np.zeros((0, 0), np.bool_), 0.0)
    corners = polygon_xy - np.asarray(offset_xy)
    if not np.all(np.isfinite(corners)):
        return nowhere
    size = np.array(shape[::-1])
    first = np.ceil(corners.min(axis=0)).astype(int)
    last = np.floor(corners.max(axis=0)).astype(int)
    x0, y0 = np.maximum(first, 0)
    x1, y1 = np.minimum(last, size - 1)
    if x1 < x0 or y1 < y0:
        return nowhere
    filled = inside(corners - (x0, y0), (y1 - y0 + 1, x1 - x0 + 1))
    share = 1.0
    if np.any(first < 0) or np.any(last >= size):
        share = min(1.0, np.count_nonzero(filled) / max(area(corners), 1.0))
    return RegionPixels((slice(y0, y1 + 1), slice(x0, x1 + 1)), filled, share)


def inside(corners_xy: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose *centre* lies inside a polygon, by the even–odd rule.

    Each row is filled between its crossings with the polygon's sides, so the cost
    per pixel does not depend on the number of corners. A centre exactly on a side
    shared by two polygons belongs to one of them only, so that polygons that tile
    share no pixel.

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
    # A pixel is inside after an odd number of crossings; no crossing is past the end.
    column = np.full(crosses.shape, columns, np.int32)
    column[crosses] = np.clip(np.ceil(x[crosses]), 0, columns)
    column.sort(axis=1)
    at = np.arange(columns, dtype=np.int32)
    filled = np.zeros((rows, columns), np.bool_)
    for k in range(int(crosses.sum(axis=1).max(initial=0))):
        filled ^= at >= column[:, k, None]
    return filled
