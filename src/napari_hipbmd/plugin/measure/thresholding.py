"""What thresholds do to the regions of a measured hip, for looking at and exploring.

Pure functions and values: nothing here touches a viewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...bmd import (
    SD_MULTIPLIERS,
    Grey,
    Multipliers,
    RegionFeatures,
    RegionPixels,
    features_of_values,
    minmax_picture,
    region_pixels,
)
from ...core.anatomy import Region
from ...core.hip_images import HipImages
from ...core.measurement import Measurement, RegionMeasurement
from ...core.radiograph import FloatImage
from ...plugin.viewer.layers import LayerData
from ..viewer.identity import tag
from ..viewer.place import Place

KEPT, RAISED, LOWERED = 0, 1, 2
CLIPPED_COLOURS = {None: "transparent", RAISED: "#3b82f6", LOWERED: "#ff6b3d"}
"""Of pixels that were set to T1 (blue) and to T2 (orange)."""


@dataclass(frozen=True, eq=False)
class ThresholdedRegion:
    """One region's pixels, thresholds and features.

    Attributes
    ----------
    pixels
        Where they lie in the hip's images.
    values
        ``(n,)`` of the image that the regression reads.
    found
        With the multipliers that were asked for.
    """

    pixels: RegionPixels
    values: FloatImage
    found: RegionFeatures

    def clipped_share(self, pair: int) -> tuple[float, float]:
        """Parts of the pixels that T1 raises and T2 lowers, 0 … 1."""
        t1, t2 = self.found.thresholds[pair]
        n = max(self.values.size, 1)
        return (
            np.count_nonzero(self.values < np.float32(t1)) / n,
            np.count_nonzero(self.values > np.float32(t2)) / n,
        )


class Thresholding:
    """The thresholded regions of one hip; a region that stays is not read again."""

    def __init__(self) -> None:
        self.regions: dict[Region, ThresholdedRegion] = {}
        self._read: dict[Region, tuple[RegionMeasurement, Any]] = {}

    def update(
        self, measurement: Measurement, multipliers: Multipliers = SD_MULTIPLIERS
    ) -> list[Region]:
        """Follow a measurement; gives the regions that changed."""
        images = measurement.images
        asked = tuple(multipliers)
        if images is None:
            gone = list(self.regions)
            self.regions, self._read = {}, {}
            return gone
        changed = []
        for region, part in measurement.regions.items():
            known = self._read.get(region)
            if known is not None and known[0] is part and known[1] == asked:
                continue
            if known is not None and known[0] is part:
                before = self.regions[region]
                pixels, values = before.pixels, before.values
            else:
                pixels, values = _read(images, part, measurement.measured_on)
            self.regions[region] = ThresholdedRegion(
                pixels, values, features_of_values(values, part.share, asked)
            )
            self._read[region] = part, asked
            changed.append(region)
        return changed


def normalised_picture(
    regions: dict[Region, ThresholdedRegion], pair: int
) -> tuple[FloatImage, tuple[int, int]]:
    """Regions clipped to a pair and stretched to 0 … 1 (Fig. 6); NaN around them.

    Returns
    -------
    picture
        ``(rows, columns)`` of the part of the hip's images that holds all regions.
    corner_row_col
        Where its pixel ``[0, 0]`` lies in the hip's images.
    """
    corner, shape = _frame(regions)
    picture = np.full(shape, np.nan, np.float32)
    for part in regions.values():
        t1, t2 = part.found.thresholds[pair]
        stretched = minmax_picture(part.values, float(t1), float(t2))
        _part_of(picture, part.pixels, corner)[part.pixels.inside] = stretched
    return picture, corner


def clipped_picture(
    regions: dict[Region, ThresholdedRegion], pair: int
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """What a pair did to each pixel: KEPT, RAISED to T1 or LOWERED to T2."""
    corner, shape = _frame(regions)
    picture = np.full(shape, KEPT, np.uint8)
    for part in regions.values():
        t1, t2 = np.float32(part.found.thresholds[pair])
        labels = np.where(part.values < t1, RAISED, KEPT)
        labels[part.values > t2] = LOWERED
        _part_of(picture, part.pixels, corner)[part.pixels.inside] = labels
    return picture, corner


def normalised_layer(picture: FloatImage, place: Place, name: str) -> LayerData:
    """The layer of :func:`normalised_picture`; ``place`` is that of its corner."""
    return (
        picture,
        {
            **place.arguments(),
            "name": name,
            "colormap": "gray",
            "contrast_limits": (0.0, 1.0),
            "metadata": tag("normalised"),
        },
        "image",
    )


def clipped_layer(picture: NDArray[np.uint8], place: Place, name: str) -> LayerData:
    """The layer of :func:`clipped_picture`; ``place`` is that of its corner."""
    return (
        picture,
        {
            **place.arguments(),
            "name": name,
            "colormap": CLIPPED_COLOURS,
            "opacity": 0.8,
            "metadata": tag("clipped"),
        },
        "labels",
    )


def _read(
    images: HipImages, part: RegionMeasurement, image: Grey
) -> tuple[RegionPixels, FloatImage]:
    row, column = images.corner_row_col
    pixels = region_pixels(part.polygon_xy, images.film.shape, (column, row))
    values: FloatImage = images.grey_in(pixels.window, image)[pixels.inside]
    return pixels, values


def _frame(
    regions: dict[Region, ThresholdedRegion],
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Corner and shape of the part of the images that holds all regions."""
    windows = [part.pixels.window for part in regions.values() if part.values.size]
    if not windows:
        return (0, 0), (1, 1)
    starts = np.array([[s.start for s in window] for window in windows]).min(axis=0)
    stops = np.array([[s.stop for s in window] for window in windows]).max(axis=0)
    rows, columns = stops - starts
    return (int(starts[0]), int(starts[1])), (int(rows), int(columns))


def _part_of(picture: Any, pixels: RegionPixels, corner: tuple[int, int]) -> Any:
    rows, columns = pixels.window
    if not pixels.inside.size:
        return picture[:0, :0]
    return picture[
        rows.start - corner[0] : rows.stop - corner[0],
        columns.start - corner[1] : columns.stop - corner[1],
    ]
