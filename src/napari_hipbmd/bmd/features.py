"""Nine grey-level features of a hip: three regions × three thresholds (paper 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import REGIONS, Points, Region, area
from ..radiograph import FloatImage
from .raster import inside
from .thresholds import feature_means, thresholds

FEATURES_VERSION = 1
"""Raised whenever the same film would give other features: models record it."""

FEATURE_NAMES: tuple[str, ...] = tuple(
    f"{region}_t{i}" for region in REGIONS for i in (1, 2, 3)
)


@dataclass(frozen=True, eq=False)
class RegionFeatures:
    """What one region's pixels say.

    Attributes
    ----------
    thresholds
        ``(3, 2)`` pairs [T1, T2] on the film's fixed grey range.
    features
        ``(3,)`` means after clipping to each pair. NaN without pixels.
    pixels
        How many pixels were used.
    share
        Part of the polygon that lies inside the image, 0 … 1.
    """

    thresholds: NDArray[np.float64]
    features: NDArray[np.float64]
    pixels: int
    share: float


def features(
    grey: FloatImage,
    polygons: Mapping[Region, Points],
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> dict[Region, RegionFeatures]:
    """Thresholds and features of each region.

    Parameters
    ----------
    grey
        ``(rows, columns)`` float32: a bone image (film − STO), or a film, on the
        fixed 0 … 1 range of the film's format.
    polygons
        Region → ``(n, 2)`` corners ``(x, y)`` in film pixels.
    offset_xy
        Film position ``(x, y)`` of the array's pixel ``[0, 0]``.

    Returns
    -------
    dict
        Region → :class:`RegionFeatures`, one for each polygon.
    """
    return {
        region: _of_values(*region_values(grey, polygon, offset_xy))
        for region, polygon in polygons.items()
    }


def feature_vector(found: Mapping[Region, RegionFeatures]) -> NDArray[np.float64]:
    """The nine features in the order of :data:`FEATURE_NAMES`, ``(9,)``."""
    return np.concatenate([found[region].features for region in REGIONS])


def region_values(
    grey: FloatImage,
    polygon_xy: Points,
    offset_xy: tuple[float, float] = (0.0, 0.0),
) -> tuple[FloatImage, float]:
    """Grey values of the pixels whose centre lies inside a polygon.

    Only the polygon's bounding box is looked at, so that the cost follows the
    region and not the film.

    Returns
    -------
    values
        ``(n,)``, in row order.
    share
        Part of the polygon inside the image, 0 … 1.
    """
    corners = polygon_xy - np.asarray(offset_xy)
    if not np.all(np.isfinite(corners)):
        return grey[:0, 0], 0.0
    size = np.array(grey.shape[::-1])
    first = np.ceil(corners.min(axis=0)).astype(int)
    last = np.floor(corners.max(axis=0)).astype(int)
    x0, y0 = np.maximum(first, 0)
    x1, y1 = np.minimum(last, size - 1)
    if x1 < x0 or y1 < y0:
        return grey[:0, 0], 0.0
    filled = inside(corners - (x0, y0), (y1 - y0 + 1, x1 - x0 + 1))
    values = grey[y0 : y1 + 1, x0 : x1 + 1][filled]
    if np.all(first >= 0) and np.all(last < size):
        return values, 1.0
    return values, min(1.0, values.size / max(area(corners), 1.0))


def _of_values(values: FloatImage, share: float) -> RegionFeatures:
    pairs = thresholds(values)
    return RegionFeatures(pairs, feature_means(values, pairs), values.size, share)
