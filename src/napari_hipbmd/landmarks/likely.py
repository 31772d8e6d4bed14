"""Where a landmark that nobody has seen is likely to be, given the others."""

from __future__ import annotations

import numpy as np

from ..core.anatomy import INDEX, Points, is_mirrored
from ..core.radiograph import Side
from .shape import ShapeModel, bundled_shapes, centroid_size, loose_covariance

TURN, GROWTH = 0.2, 0.15
"""SD of how hips lie turned (radians) and of their size, a part of the mean's."""
ANYWHERE_MM2 = 1e8
LEAST_POINTS = 6
"""So many tell how large a hip is on a film that does not say its spacing."""


def likely_place(
    name: str,
    landmarks_xy: Points,
    side: Side,
    spacing_mm: tuple[float, float] | None = None,
    model: ShapeModel | None = None,
) -> tuple[float, float] | None:
    """Where one landmark is likeliest to be, given those that have a position.

    The mean of a Gaussian under the model's shapes, of hips that may lie anywhere,
    somewhat turned and somewhat larger or smaller.

    Parameters
    ----------
    name
        The landmark.
    landmarks_xy
        ``(16, 2)`` film pixels; NaN where a landmark has no position.
    side
        Of the hip.
    spacing_mm
        ``(row, column)``; pixels are taken to be square without it.
    model
        The shapes of others; those of digital hips by default.

    Returns
    -------
    (x, y) or None
        None when too few have a position.
    """
    model = model or bundled_shapes()
    known = np.isfinite(landmarks_xy).all(axis=1)
    if known.sum() < (1 if spacing_mm is not None else LEAST_POINTS):
        return None
    mm = np.array((1.0, 1.0) if spacing_mm is None else spacing_mm[::-1])
    if spacing_mm is None:
        size = centroid_size(landmarks_xy[known])
        mm *= centroid_size(model.mean[known]) / max(size, 1e-6)
    if is_mirrored(side):
        mm = mm * (-1, 1)
    off = (landmarks_xy[known] * mm - model.mean[known]).ravel()
    spread = _spread(model)
    seen = np.repeat(known, 2)
    at = slice(2 * INDEX[name], 2 * INDEX[name] + 2)
    pulled = spread[at, seen] @ np.linalg.solve(spread[np.ix_(seen, seen)], off)
    x, y = (model.mean[INDEX[name]] + pulled) / mm
    return float(x), float(y)


def _spread(model: ShapeModel) -> Points:
    """``(32, 32)`` mm²: of hips that were neither shifted, turned nor scaled alike."""
    whole = np.sqrt(len(model.mean)) * centroid_size(model.mean)
    growth, turn = (whole * part for part in (GROWTH, TURN))
    variances = np.array([ANYWHERE_MM2, ANYWHERE_MM2, growth**2, turn**2])
    return loose_covariance(model, tuple(range(len(model.mean))), variances)
