"""The regions between the landmarks: their grey values, and doubts about them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .. import bmd, quality
from ..core.anatomy import Points, Region, area, is_mirrored, polygons
from ..core.measurement import RegionMeasurement
from ..core.mineral_map import MineralMap
from ..core.radiograph import Flag, Side
from ..grey_scale import mean_mineral
from .prepared import PreparedHip

Regions = dict[Region, RegionMeasurement]
SHAPE = "implausible-shape"


def measure_regions(
    hip: PreparedHip, image: bmd.Grey, known: Mapping[Region, RegionMeasurement]
) -> Regions:
    """The regions between a hip's landmarks.

    Parameters
    ----------
    image
        What is read: the film (``"raw"``) or the bone image.
    known
        Measured on the same images before: taken over where the polygon is the same.
    """
    return {
        region: _unchanged(known.get(region), polygon) or _region(hip, polygon, image)
        for region, polygon in polygons(hip.landmarks.xy).items()
    }


def with_mineral(
    regions: Regions,
    drawn: MineralMap | None,
    known: Mapping[Region, RegionMeasurement],
) -> Regions:
    """The regions with the mean of a mineral map over each; NaN without one.

    A region whose mean is the same stays the same object.

    Parameters
    ----------
    known
        Regions that have the mean of this very map: they stay as they are.
    """
    found = {}
    for region, part in regions.items():
        if part is known.get(region):
            found[region] = part
            continue
        mean = math.nan if drawn is None else mean_mineral(drawn, part.polygon_xy)
        before = part.mineral_g_cm2
        same = mean == before or (math.isnan(mean) and math.isnan(before))
        found[region] = part if same else replace(part, mineral_g_cm2=mean)
    return found


def region_flags(
    hip: PreparedHip, regions: Regions, resting: tuple[Flag, ...] | None = None
) -> tuple[Flag, ...]:
    """Reasons for doubt that follow from the landmarks and the regions between them.

    Parameters
    ----------
    resting
        The flags of a landmark that is under way, when it last rested: what they say of
        the shape is taken over. To search for the landmarks that explain an unlikely
        shape takes longer than all the rest.
    """
    film, xy, spacing = hip.film, hip.landmarks.xy, hip.film.spacing_mm
    tagged = tuple(f for f in film.flags if f.code == "position")
    seen = quality.position(xy, spacing) or tagged
    seen += quality.agreement(xy, hip.landmarks.sigma_mm, spacing)
    if hip.found is not None:
        seen += quality.against_found(xy, hip.found, spacing)
    seen += quality.size(xy, spacing)
    seen += quality.field(
        xy, film.shape, {region: part.share for region, part in regions.items()}
    )
    seen += quality.collimation(
        {region: part.covered_share for region, part in regions.items()}
    )
    if hip.side is not None and not quality.position(xy, spacing):
        seen += quality.rotation(xy, is_mirrored(hip.side), spacing)
        seen += (
            _shape(xy, hip.side, spacing)
            if resting is None
            else tuple(f for f in resting if f.code == SHAPE)
        )
    seen += quality.burnt_in({r: part.marked_share for r, part in regions.items()})
    return seen + quality.saturation(
        {region: part.burnt_share for region, part in regions.items()}
    )


def _shape(
    landmarks_xy: Points, side: Side, spacing_mm: tuple[float, float] | None
) -> tuple[Flag, ...]:
    """Flag landmarks that make no hip's shape."""
    from ..landmarks.shape_doubts import shape_doubts

    doubts = shape_doubts(landmarks_xy, side, spacing_mm)
    return (Flag(SHAPE, " ".join(doubts)),) if doubts else ()


def _unchanged(
    before: RegionMeasurement | None, polygon_xy: Points
) -> RegionMeasurement | None:
    """An earlier measurement of the same polygon on the same images, if it is one."""
    if before is not None and np.array_equal(before.polygon_xy, polygon_xy):
        return before
    return None


def _region(hip: PreparedHip, polygon_xy: Points, image: bmd.Grey) -> RegionMeasurement:
    """One region read from the film or the bone image, within its window only."""
    images, spacing = hip.images, hip.film.spacing_mm
    row, column = images.corner_row_col
    pixels = bmd.region_pixels(polygon_xy, images.film.shape, (column, row))
    film = images.film[pixels.window]
    top, left = (part.start for part in pixels.window)
    corner_xy = (column + (left or 0), row + (top or 0))
    here = (pixels.inside, corner_xy)
    grey = images.grey_in(pixels.window, image)
    found = bmd.features_of_values(grey[pixels.inside])
    px_cm2 = None if spacing is None else spacing[0] * spacing[1] / 100
    return RegionMeasurement(
        polygon_xy,
        found.thresholds,
        found.features,
        None if px_cm2 is None else area(polygon_xy) * px_cm2,
        pixels.share,
        quality.burnt_share(film[pixels.inside]),
        max(
            quality.covered_share(*here, hip.borders),
            _share_of(hip.film.outside, *here),
        ),
        _share_of(hip.film.burnt_in, *here),
        found.mean,
        found.sd,
    )


def _share_of(
    hidden: NDArray[np.bool_] | None,
    inside: NDArray[np.bool_],
    corner_xy: tuple[int, int],
) -> float:
    """The part of a region's pixels where a mask of the whole film is set."""
    if hidden is None:
        return 0.0
    (left, top), (rows, columns) = corner_xy, inside.shape
    found = hidden[top : top + rows, left : left + columns][inside]
    return float(found.mean()) if found.size else 0.0
