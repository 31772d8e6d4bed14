"""Where one looks at a film: all of it, or its hip."""

from __future__ import annotations

import numpy as np

from ....core.anatomy import LANDMARK_IDS
from ....core.radiograph import HipBox
from ...viewer.layers import box_corners

Corners = tuple[np.ndarray, np.ndarray]
"""Upper left and lower right, each ``(row, column)``."""


def whole_film(shape: tuple[int, int]) -> Corners:
    """All of a film of this many rows and columns."""
    return np.zeros(2), np.array(shape, float)


def around_hip(
    shape: tuple[int, int], box: HipBox | None, known_xy: np.ndarray
) -> Corners:
    """The part of a film with the hip: its box, else around what is known of it.

    Parameters
    ----------
    known_xy
        ``(n, 2)`` landmarks; fewer than half of all tell no place.
    """
    low, high = whole_film(shape)
    if box is not None:
        corners = box_corners(box)
        return (
            np.clip(corners.min(axis=0), low, high),
            np.clip(corners.max(axis=0), low, high),
        )
    if len(known_xy) < len(LANDMARK_IDS) // 2:
        return low, high
    around = np.ptp(known_xy, axis=0).max() * 0.35
    return (
        np.maximum(low, known_xy.min(axis=0)[::-1] - around),
        np.minimum(high, known_xy.max(axis=0)[::-1] + around),
    )
