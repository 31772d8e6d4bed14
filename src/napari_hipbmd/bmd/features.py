"""Nine grey-level features of a hip: three regions × three thresholds (paper 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import REGIONS, Points, Region
from ..core.measurement import RegionMeasurement
from ..core.radiograph import FloatImage
from .raster import region_pixels
from .thresholds import (
    SD_MULTIPLIERS,
    Multipliers,
    feature_means,
    mean_and_sd,
    thresholds,
)

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
    mean, sd
        Of the grey values: what the thresholds are made of. NaN without pixels.
    """

    thresholds: NDArray[np.float64]
    features: NDArray[np.float64]
    pixels: int
    share: float
    mean: float = float("nan")
    sd: float = float("nan")


def region_features(
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
        region: _of_region(grey, polygon, offset_xy)
        for region, polygon in polygons.items()
    }


def feature_vector(
    found: Mapping[Region, RegionFeatures | RegionMeasurement],
) -> NDArray[np.float64]:
    """The nine features in the order of :data:`FEATURE_NAMES`, ``(9,)``."""
    return np.concatenate([found[region].features for region in REGIONS])


def features_of_values(
    values: FloatImage,
    share: float = 1.0,
    multipliers: Multipliers = SD_MULTIPLIERS,
) -> RegionFeatures:
    """Thresholds and features of one region's grey values ``(n,)``."""
    mean, sd = mean_and_sd(values)
    pairs = thresholds(values, multipliers)
    means = feature_means(values, pairs)
    return RegionFeatures(pairs, means, values.size, share, mean, sd)


def _of_region(
    grey: FloatImage, polygon_xy: Points, offset_xy: tuple[float, float]
) -> RegionFeatures:
    pixels = region_pixels(polygon_xy, grey.shape, offset_xy)
    return features_of_values(pixels.of(grey), pixels.share)
