"""The pictures of a report: small JPEGs with crisp drawings over them."""

from __future__ import annotations

import base64
import html
import io
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..bmd import minmax_picture
from ..core.anatomy import LANDMARK_IDS, LANDMARKS, REGIONS, Points, Region
from ..core.hip_images import HipImages
from ..core.measurement import Measurement
from ..core.radiograph import FloatImage
from ..core.region_colours import REGION_COLOURS

_LONG_SIDE = 720
_LONG_SIDE_SMALL = 440
_LONG_SIDE_REGION = 190
_LONG_SIDE_THUMBNAIL = 132
_REGION_OF = {mark.id: mark.region for mark in LANDMARKS}


def film_picture(measurement: Measurement) -> str:
    """The film under the hip box, with its landmarks and regions, as SVG."""
    grey, corner_xy = _film_crop(measurement)
    view = _View(grey.shape, _spacing(measurement), _LONG_SIDE)
    low, high = np.percentile(grey[:: max(1, grey.shape[0] // 400)], (0.5, 99.7))
    inside = [view.image(grey, float(low), float(high))]
    if measurement.landmarks is not None:
        marks = view.points(measurement.landmarks.xy - corner_xy)
        polygons = {
            region: view.points(measurement.regions[region].polygon_xy - corner_xy)
            for region in REGIONS
            if region in measurement.regions
        }
        inside += [_outline(region, xy) for region, xy in polygons.items()]
        inside += _marks(marks, polygons)
    return view.svg("Film with landmarks and regions", inside)


def thumbnail(measurement: Measurement) -> str | None:
    """The film under the hip box, small, with the outlines of its regions, as SVG."""
    if measurement.images is None and measurement.film is None:
        return None
    grey, corner_xy = _film_crop(measurement)
    view = _View(grey.shape, _spacing(measurement), _LONG_SIDE_THUMBNAIL)
    low, high = np.percentile(grey[:: max(1, grey.shape[0] // 400)], (0.5, 99.7))
    inside = [view.image(grey, float(low), float(high))]
    for region, found in measurement.regions.items():
        if np.isfinite(found.polygon_xy).all():
            corners = view.points(found.polygon_xy - corner_xy)
            inside.append(_outline(region, corners, 2.5))
    return view.svg("Film with regions", inside)


def sto_picture(measurement: Measurement, images: HipImages) -> str:
    """The soft-tissue-only image in the film's own window, as SVG."""
    view = _View(images.sto.shape, _spacing(measurement), _LONG_SIDE_SMALL)
    low, high = np.percentile(images.film[::4, ::4], (0.5, 99.7))
    picture = view.image(images.sto, float(low), float(high))
    return view.svg("Soft-tissue-only image", [picture])


def bone_picture(measurement: Measurement, images: HipImages) -> str:
    """The bone image, film − STO, as SVG."""
    bone = images.bone
    view = _View(bone.shape, _spacing(measurement), _LONG_SIDE_SMALL)
    low, high = np.percentile(bone[::4, ::4], (1, 99.7))
    picture = view.image(bone, float(low), float(high))
    return view.svg("Bone image: film minus soft tissue", [picture])


def threshold_picture(
    measurement: Measurement, images: HipImages, region: Region, index: int
) -> str | None:
    """One panel of Fig. 6: a region clipped to a pair of thresholds, as SVG.

    None when the region lies outside the images.
    """
    found = measurement.regions[region]
    t1, t2 = found.thresholds[index]
    corner_xy = np.array(images.corner_row_col[::-1], dtype=np.float64)
    polygon = found.polygon_xy - corner_xy
    if not np.isfinite(polygon).all() or not np.isfinite([t1, t2]).all():
        return None
    rows, columns = images.film.shape
    x0, y0 = np.clip(np.floor(polygon.min(axis=0)) - 2, 0, None).astype(int)
    x1, y1 = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + 3, (columns, rows))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    part = images.film[y0:y1, x0:x1]
    if measurement.measured_on == "enhanced":
        part = part - images.sto[y0:y1, x0:x1]
    picture = minmax_picture(part, float(t1), float(t2))
    view = _View(part.shape, _spacing(measurement), _LONG_SIDE_REGION)
    name = f"{region}-{index}-{zlib.crc32(found.polygon_xy.tobytes()):x}"
    shape = _path(view.points(polygon - (x0, y0)))
    return view.svg(
        f"{region} clipped to thresholds {index + 1}",
        [
            f'<clipPath id="{name}"><path d="{shape}"/></clipPath>',
            f'<g clip-path="url(#{name})">{view.image(picture, 0.0, 1.0)}</g>',
            f'<path d="{shape}" fill="none" stroke="{REGION_COLOURS[region]}"/>',
        ],
    )


class _View:
    """Film pixels to picture units, with square millimetres whatever the spacing."""

    def __init__(
        self, shape: tuple[int, ...], spacing: tuple[float, float], long_side: int
    ) -> None:
        height_mm, width_mm = shape[0] * spacing[0], shape[1] * spacing[1]
        scale = min(long_side, max(shape)) / max(height_mm, width_mm)
        self.width = max(1, round(width_mm * scale))
        self.height = max(1, round(height_mm * scale))
        self._scale = np.array([self.width / shape[1], self.height / shape[0]])

    def points(self, xy: Points) -> Points:
        """Pixel centres at integers → picture units from the upper left corner."""
        placed: Points = (xy + 0.5) * self._scale
        return placed

    def image(self, grey: FloatImage, low: float, high: float) -> str:
        """The image element: windowed, made smaller, as JPEG."""
        span = max(high - low, 1e-9)
        with np.errstate(invalid="ignore"):
            levels = np.clip((grey - low) * (255 / span), 0, 255)
        picture = Image.fromarray(np.nan_to_num(levels).astype(np.uint8))
        picture = picture.resize(
            (self.width, self.height), Image.Resampling.BOX, reducing_gap=None
        )
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=86, optimize=True)
        text = base64.b64encode(data.getvalue()).decode("ascii")
        return (
            f'<image width="{self.width}" height="{self.height}"'
            f' href="data:image/jpeg;base64,{text}"/>'
        )

    def svg(self, title: str, inside: list[str]) -> str:
        """The finished picture with a title for those who cannot see it."""
        text = html.escape(title)
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img"'
            f' aria-label="{text}">{"".join(inside)}</svg>'
        )


def _film_crop(measurement: Measurement) -> tuple[FloatImage, NDArray[np.float64]]:
    """Grey values to show, and the film position ``(x, y)`` of their first pixel."""
    if measurement.images is not None:
        row, column = measurement.images.corner_row_col
        return measurement.images.film, np.array([column, row], dtype=np.float64)
    assert measurement.film is not None
    return measurement.film.grey(), np.zeros(2)


def _spacing(measurement: Measurement) -> tuple[float, float]:
    return measurement.spacing_mm or (1.0, 1.0)


def _path(xy: Points) -> str:
    corners = [f"{x:.1f} {y:.1f}" for x, y in xy]
    return f"M{'L'.join(corners)}Z"


def _outline(region: Region, xy: Points, width: float = 1.6) -> str:
    colour = REGION_COLOURS[region]
    return (
        f'<path d="{_path(xy)}" fill="{colour}" fill-opacity=".10" stroke="{colour}"'
        f' stroke-width="{width}" stroke-linejoin="round"/>'
    )


def _marks(marks: Points, polygons: Mapping[Region, Points]) -> list[str]:
    """A dot for each landmark, its name on the side away from its own region."""
    drawn = []
    for name, (x, y) in zip(LANDMARK_IDS, marks, strict=True):
        if not np.isfinite([x, y]).all():
            continue
        region = _REGION_OF[name]
        colour = REGION_COLOURS[region]
        middle = polygons[region].mean(axis=0) if region in polygons else marks.mean(0)
        away = np.array([x, y]) - middle
        # Points that two regions share are written on opposite sides of the point.
        dx, dy = 13 * away / max(float(np.hypot(*away)), 1e-9)
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"'
            ' stroke="#101418" stroke-width="1"/>'
            f'<text x="{x + dx:.1f}" y="{y + dy + 4:.1f}" fill="{colour}"'
            f' class="mark">{name}</text>'
        )
    return drawn
