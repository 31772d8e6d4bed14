"""True aBMD, area and outline of each region, from the mineral of every pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Points, Region, Site
from .geometry import Field


@dataclass(frozen=True)
class RegionTruth:
    """Region → outline ``(n, 2)``, aBMD in g/cm² and area in cm², and the total."""

    regions: dict[Region, Points]
    bmd: dict[Site, float]
    area: dict[Site, float]


def region_truth(
    masks: Mapping[Region, NDArray[np.bool_]], mineral: Field, pixel_mm: float
) -> RegionTruth:
    """Mean mineral and area of the regions within the femur, and their outlines."""
    # Here, for it loads all of scipy.stats, which measuring a film does without.
    from skimage.measure import approximate_polygon, find_contours

    regions: dict[Region, Points] = {}
    bmd: dict[Site, float] = {}
    area: dict[Site, float] = {}
    for region, inside in masks.items():
        outline = max(find_contours(np.pad(inside, 1).astype(float), 0.5), key=len) - 1
        regions[region] = approximate_polygon(outline, 0.4)[:-1, ::-1].copy()
        bmd[region] = float(mineral[inside].mean())
        area[region] = float(inside.sum()) * pixel_mm**2 / 100
    whole = sum(area.values())
    total = sum(bmd[region] * area[region] for region in masks) / whole
    bmd["total"], area["total"] = total, whole
    return RegionTruth(regions, bmd, area)
