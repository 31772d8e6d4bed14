"""The true gain of a digital hip's film."""

from __future__ import annotations

from collections.abc import Mapping

from ..bmd import region_pixels
from ..core.anatomy import Points, Region
from ..core.radiograph import FloatImage


def true_gain(
    exact_bone: FloatImage, regions: Mapping[Region, Points], total_g_cm2: float
) -> float:
    """Mean grey of the exact bone image over all regions, per g/cm² of true aBMD.

    Parameters
    ----------
    exact_bone
        ``(rows, columns)`` film less its exact STO.
    regions
        The true regions, in the film's pixels.
    """
    parts = [
        region_pixels(polygon, exact_bone.shape).of(exact_bone)
        for polygon in regions.values()
    ]
    pixels = sum(part.size for part in parts)
    summed = sum(float(part.sum()) for part in parts)
    return summed / max(pixels, 1) / total_g_cm2
