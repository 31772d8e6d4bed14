"""Arrays of numbers by what they are."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
"""Numbers in one or more dimensions."""

Matrix: TypeAlias = NDArray[np.float64]
"""Numbers in ``(rows, columns)``."""


def block_means(image: NDArray[Any], block: tuple[int, int]) -> NDArray[Any]:
    """The mean of every block of pixels; those that are not whole are left out.

    Whole rows and columns are added, which takes a fraction of the time of a mean over
    the blocks' own short axes.

    Parameters
    ----------
    image
        ``(rows, columns)`` of floating numbers.
    block
        Rows and columns of a block.

    Returns
    -------
    ndarray
        ``(rows // block[0], columns // block[1])`` of the image's type.
    """
    high, wide = block
    rows, columns = image.shape[0] // high * high, image.shape[1] // wide * wide
    down = image[0:rows:high, :columns].copy()
    for row in range(1, high):
        down += image[row:rows:high, :columns]
    means = down[:, ::wide].copy()
    for column in range(1, wide):
        means += down[:, column::wide]
    means /= high * wide
    return means
