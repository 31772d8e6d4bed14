"""The baseline that any network has to beat: a ring of soft tissue, no learning.

Soft tissue is sampled in a narrow ring just outside the bone, on both of its sides,
and its plane through the bone is taken off. Only landmarks are needed. Of the ways
tried on digital hips (one level for all, a level for each region, inverse distances,
planes, quadratics; rings up to 14 mm wide) this one did best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.measure import points_in_poly

from ..core.anatomy import INDEX, Points, polygons
from ..core.radiograph import FloatImage
from .features import feature_vector, region_features

RING_START_MM = 2.0
"""A landmark polygon cuts the corners of a rounded bone by about as much."""

RING_WIDTH_MM = 4.0

_SAMPLES_ACROSS = 6
_FEWEST_SAMPLES = 30
_HUBER = 1.345

_OUTLINE = ("N6", "N1", "N2", "N3", "T2", "T3", "T4", "I2", "I3", "I4", "N4", "N5")
"""Outline of the three regions together. Side i goes from corner i to corner i+1."""

_BONE_BORDERS = ("N1", "N2", "T2", "T3", "T4", "I3", "I4", "N4")
"""First corner of each side of the outline that borders on soft tissue. Not among
them: the head (N5–N6–N1), the distal cut (I2–I3) and the fossa (N3–T2)."""


def ring_features(
    grey: FloatImage,
    landmarks_xy: Points,
    pixel_mm: float,
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> NDArray[np.float64]:
    """The nine features of a raw film less the plane through its soft-tissue ring.

    Parameters
    ----------
    grey
        ``(rows, columns)`` float32 raw film on its fixed 0 … 1 range.
    landmarks_xy
        ``(16, 2)`` film pixels.
    pixel_mm
        Size of a pixel.
    offset_xy
        Film position ``(x, y)`` of the array's pixel ``[0, 0]``.

    Returns
    -------
    ndarray
        ``(9,)`` in the order of ``FEATURE_NAMES``. NaN when no soft tissue or no
        bone lies inside the image.
    """
    marks = landmarks_xy - np.asarray(offset_xy)
    plane = ring_plane(grey, marks, pixel_mm)
    if not np.all(np.isfinite(plane)):
        return np.full(9, np.nan)
    rows, columns = grey.shape
    x0, y0 = np.clip(np.floor(marks.min(axis=0)), 0, (columns, rows)).astype(int)
    x1, y1 = np.clip(np.ceil(marks.max(axis=0)) + 1, 0, (columns, rows)).astype(int)
    x, y = np.arange(x0, x1), np.arange(y0, y1)[:, None]
    soft = (plane[0] + plane[1] * x + plane[2] * y).astype(np.float32)
    bone = grey[y0:y1, x0:x1] - soft
    return feature_vector(
        region_features(bone, polygons(marks), (float(x0), float(y0)))
    )


def ring_plane(
    grey: FloatImage, landmarks_xy: Points, pixel_mm: float
) -> NDArray[np.float64]:
    """The soft tissue as a plane: grey = p[0] + p[1]·x + p[2]·y, by Huber's estimate.

    Robust, because a ring may touch the ischium, a fold or the air beside the thigh.

    Returns
    -------
    ndarray
        ``(3,)``; NaN when too little of the ring lies inside the image.
    """
    points, values = _ring(grey, landmarks_xy, pixel_mm)
    if len(values) < _FEWEST_SAMPLES:
        return np.full(3, np.nan)
    centre = points.mean(axis=0)
    columns = np.column_stack([np.ones(len(points)), points - centre])
    weight = np.ones(len(values))
    plane = np.zeros(3)
    for _ in range(20):
        root = np.sqrt(weight)
        plane = np.linalg.lstsq(columns * root[:, None], values * root)[0]
        away = np.abs(values - columns @ plane)
        scale = 1.4826 * float(np.median(away)) + 1e-6
        weight = np.minimum(1, _HUBER * scale / np.maximum(away, 1e-12))
    plane[0] -= plane[1:] @ centre
    return plane


def _ring(
    grey: FloatImage, landmarks_xy: Points, pixel_mm: float
) -> tuple[Points, NDArray[np.float64]]:
    """Positions ``(n, 2)`` and grey values of the ring, on a coarse grid."""
    start = landmarks_xy[[INDEX[name] for name in _OUTLINE]]
    if not np.all(np.isfinite(start)):
        return np.empty((0, 2)), np.empty(0)
    near = RING_START_MM / pixel_mm
    far = near + RING_WIDTH_MM / pixel_mm
    step = max(1, round((far - near) / _SAMPLES_ACROSS))
    rows, columns = grey.shape
    x0, y0 = np.maximum(np.floor(start.min(axis=0) - far), 0).astype(int)
    x1, y1 = np.minimum(start.max(axis=0) + far, (columns - 1, rows - 1)).astype(int)
    x, y = np.meshgrid(np.arange(x0, x1 + 1, step), np.arange(y0, y1 + 1, step))
    points = np.column_stack([x.ravel(), y.ravel()])
    along = np.roll(start, -1, axis=0) - start
    away = points[:, None, :] - start
    length2 = np.maximum((along**2).sum(axis=1), 1e-12)
    part = np.clip((away * along).sum(axis=2) / length2, 0, 1)
    distance = np.linalg.norm(away - part[..., None] * along, axis=2)
    side = distance.argmin(axis=1)
    nearest = distance[np.arange(len(points)), side]
    keep = (nearest >= near) & (nearest <= far)
    keep &= np.isin(side, [_OUTLINE.index(name) for name in _BONE_BORDERS])
    keep[keep] = ~points_in_poly(points[keep], start)
    chosen = points[keep]
    values = grey[chosen[:, 1], chosen[:, 0]].astype(np.float64)
    return chosen.astype(np.float64), values
