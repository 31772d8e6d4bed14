"""Very fine films on the coarser grid that the rulers know."""

from __future__ import annotations

import numpy as np

from ..core.anatomy import Points
from ..core.arrays import block_means
from ..core.hip_images import HipImages

COARSEST_MM = 0.55
LEAST_PIXELS = 64
"""Rows and columns that stay, however small a typed pixel is."""


def coarser(
    images: HipImages, landmarks_xy: Points, spacing_mm: tuple[float, float]
) -> tuple[HipImages, Points, tuple[float, float]]:
    """Blocks of pixels joined, as many as stay within :data:`COARSEST_MM`.

    The rulers have learned from pixels of .3 to .7 mm. A smaller pixel counts fewer
    quanta, so its grain is coarser; the mean over a block has that of a large pixel.

    Returns
    -------
    images, landmarks_xy, spacing_mm
        As they came where not even two pixels can be joined.
    """
    high, wide = (
        max(min(int(COARSEST_MM / mm), length // LEAST_PIXELS), 1)
        for mm, length in zip(spacing_mm, images.film.shape, strict=True)
    )
    block = (high, wide)
    if block == (1, 1):
        return images, landmarks_xy, spacing_mm
    corner_xy = np.array(images.corner_row_col[::-1])
    block_xy = np.array(block[::-1])
    local_xy = (landmarks_xy - corner_xy - (block_xy - 1) / 2) / block_xy
    film, sto = (block_means(image, block) for image in (images.film, images.sto))
    down, across = (mm * n for mm, n in zip(spacing_mm, block, strict=True))
    return HipImages((0, 0), film, sto), local_xy, (down, across)
