"""What lies of each cell of a coarse grid in a region, and means by it."""

from __future__ import annotations

import numpy as np

from ..bmd import region_pixels
from ..core.anatomy import Points
from ..core.mineral_map import MineralMap
from ..core.radiograph import FloatImage

FINER = 4
"""Points of a cell, each way, that are asked whether they lie in a region."""


def mean_mineral(found: MineralMap, polygon_xy: Points) -> float:
    """Mean of a mineral map over a region, g/cm²; NaN where the grid does not reach.

    Parameters
    ----------
    polygon_xy
        ``(n, 2)`` corners in film pixels.
    """
    rows, columns = found.g_cm2.shape
    pixels = region_pixels(
        _finer(found.to_cells(polygon_xy)), (rows * FINER, columns * FINER)
    )
    if not pixels.inside.any():
        return float("nan")
    row, column = (np.arange(part.start, part.stop) // FINER for part in pixels.window)
    return float(found.g_cm2[np.ix_(row, column)][pixels.inside].mean())


def cell_shares(cells_xy: Points, shape: tuple[int, int]) -> FloatImage:
    """How much of each cell lies in a polygon, ``(rows, columns)`` float32.

    Parameters
    ----------
    cells_xy
        ``(n, 2)`` corners in cells, whose centres are whole numbers.
    """
    rows, columns = shape
    fine = np.zeros((rows * FINER, columns * FINER), np.float32)
    pixels = region_pixels(_finer(cells_xy), fine.shape)
    fine[pixels.window] = pixels.inside
    shares: FloatImage = fine.reshape(rows, FINER, columns, FINER).mean(axis=(1, 3))
    return shares


def _finer(cells_xy: Points) -> Points:
    return (cells_xy + 0.5) * FINER - 0.5
