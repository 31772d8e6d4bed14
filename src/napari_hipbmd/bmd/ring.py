"""The baseline that any network has to beat: a ring of soft tissue, no learning.

Soft tissue is sampled just outside the bone, beside the region that it corrects,
and taken off as one level per region. Only landmarks are needed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from skimage.measure import points_in_poly

from ..anatomy import INDEX, REGIONS, Points, Region, polygons
from ..radiograph import FloatImage
from .features import feature_vector, features

RING_WIDTH_MM = 11.0
"""28 pixels of 0.4 mm."""

_START = 0.3
"""Where the ring begins, in widths outside the outline: a landmark polygon cuts
the corners of a rounded bone by up to 3 mm."""

_SAMPLES_ACROSS = 12

_OUTLINE = ("N6", "N1", "N2", "N3", "T2", "T3", "T4", "I2", "I3", "I4", "N4", "N5")
"""Outline of the three regions together. Side i goes from corner i to corner i+1."""

_SIDES: Mapping[Region, tuple[tuple[str, ...], ...]] = {
    "neck": (("N1", "N2"), ("N4",)),
    "trochanter": (("T2", "T3"),),
    "intertrochanter": (("T4",), ("I3", "I4")),
}
"""First corner of each outline side that is a real bone border beside the region,
side of the bone by side of the bone. Not among them: the head (N5–N6–N1), the
distal cut (I2–I3) and the fossa (N3–T2)."""


def ring_features(
    grey: FloatImage,
    landmarks_xy: Points,
    width_px: float,
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> NDArray[np.float64]:
    """The nine features of a raw film, each less the soft tissue beside its region.

    Parameters
    ----------
    grey
        ``(rows, columns)`` float32 raw film on its fixed 0 … 1 range.
    landmarks_xy
        ``(16, 2)`` film pixels.
    width_px
        Width of the ring: :data:`RING_WIDTH_MM` in pixels.
    offset_xy
        Film position ``(x, y)`` of the array's pixel ``[0, 0]``.

    Returns
    -------
    ndarray
        ``(9,)`` in the order of ``FEATURE_NAMES``. NaN when no soft tissue or no
        bone lies inside the image.
    """
    levels = ring_levels(grey, landmarks_xy, width_px, offset_xy)
    raw = feature_vector(features(grey, polygons(landmarks_xy), offset_xy))
    return raw - np.repeat([levels[region] for region in REGIONS], 3)


def ring_levels(
    grey: FloatImage,
    landmarks_xy: Points,
    width_px: float,
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> dict[Region, float]:
    """Soft-tissue grey level beside each region.

    The median of each side of the bone, and the mean of the sides: the level
    half-way across. A region without any ring inside the image takes the mean of
    the others.
    """
    outline = landmarks_xy[[INDEX[name] for name in _OUTLINE]] - np.asarray(offset_xy)
    values, side = _ring(grey, outline, width_px)
    levels = {
        region: _mean_of_medians(
            [
                values[np.isin(side, [_OUTLINE.index(name) for name in names])]
                for names in sides
            ]
        )
        for region, sides in _SIDES.items()
    }
    known = [level for level in levels.values() if np.isfinite(level)]
    rest = float(np.mean(known)) if known else float("nan")
    return {
        region: level if np.isfinite(level) else rest
        for region, level in levels.items()
    }


def _ring(
    grey: FloatImage, outline: Points, width_px: float
) -> tuple[FloatImage, NDArray[np.int64]]:
    """Grey values in the ring on a coarse grid, and the nearest outline side."""
    if not np.all(np.isfinite(outline)):
        return grey[:0, 0], np.empty(0, np.int64)
    step = max(1, round(width_px / _SAMPLES_ACROSS))
    near, far = _START * width_px, (_START + 1) * width_px
    rows, columns = grey.shape
    low = np.maximum(np.floor(outline.min(axis=0) - far), 0).astype(int)
    high = np.minimum(outline.max(axis=0) + far, (columns - 1, rows - 1)).astype(int)
    x, y = np.meshgrid(
        np.arange(low[0], high[0] + 1, step), np.arange(low[1], high[1] + 1, step)
    )
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    start = outline
    along = np.roll(outline, -1, axis=0) - start
    length2 = np.maximum((along**2).sum(axis=1), 1e-12)
    away = points[:, None, :] - start
    part = np.clip((away * along).sum(axis=2) / length2, 0, 1)
    distance = np.linalg.norm(away - part[..., None] * along, axis=2)
    side = distance.argmin(axis=1)
    nearest = distance[np.arange(len(points)), side]
    keep = (nearest >= near) & (nearest <= far)
    keep[keep] = ~points_in_poly(points[keep], outline)
    chosen = points[keep]
    return grey[chosen[:, 1], chosen[:, 0]], side[keep]


def _mean_of_medians(sides: list[FloatImage]) -> float:
    medians = [np.median(values) for values in sides if values.size]
    return float(np.mean(medians)) if medians else float("nan")
