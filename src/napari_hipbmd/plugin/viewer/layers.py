"""Measurements to layers, and the points of a layer back to landmarks.

Pure functions: data in, napari's ``(data, arguments, type)`` out. Nothing here
touches a viewer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.anatomy import INDEX, LANDMARK_IDS, LANDMARKS, TWICE_FOUND, Points, Region
from ...core.hip_images import HipImages, LandmarkSet
from ...core.measurement import Measurement, RegionMeasurement
from ...core.radiograph import FloatImage, HipBox
from ...core.region_colours import REGION_COLOURS
from ..ui.translation import tr
from .identity import tag
from .place import Place

LayerData = tuple[Any, dict[str, Any], str]

REGION_NAMES: dict[Region, str] = {
    "neck": tr("neck"),
    "trochanter": tr("trochanter"),
    "intertrochanter": tr("inter-trochanter"),
}
BOX_COLOUR = "#ffe14d"
BOX = {"edge_color": BOX_COLOUR, "face_color": "transparent"}
"""The style of a hip box."""
SURE, DOUBTFUL, UNSURE, UNKNOWN = "#56d6c0", "#ffe14d", "#ff6b5e", "#ffffff"
PLACED = "#ff9df2"
DOUBTFUL_MM, UNSURE_MM = 2.5, 5.0
LINE_MM, SMALLEST_MM, LARGEST_MM, UNKNOWN_MM = 0.6, 2.5, 14.0, 4.0
LABEL_MM = (1.0, 1.2)
"""How far below and right of its landmark a label begins."""

TYPICAL_SPACING_MM = 0.2
"""Stands in where the spacing is unknown, for the size of symbols only."""


def result_layers(
    measurement: Measurement, place: Place, name: str, film_id: str
) -> list[LayerData]:
    """The layers of one hip, from the lowest to the highest.

    Parameters
    ----------
    measurement
        Parts that are absent give no layer.
    place
        Where the film lies; the layers lie in the same place.
    name
        Of the film's layer, for people.
    film_id
        Of the film's layer, for us.
    """
    layers = []
    if measurement.images is not None:
        layers += _image_layers(measurement.images, place)
    if measurement.box is not None and _was_guessed(measurement):
        layers.append(_box_layer(measurement.box, place))
    if measurement.regions:
        layers.append(_regions_layer(measurement.regions, place))
    if (
        measurement.landmarks is not None
        and np.isfinite(measurement.landmarks.xy).any()
    ):
        layers.append(_landmarks_layer(measurement.landmarks, place))
    for _, arguments, _ in layers:
        arguments["name"] = f"{name}: {arguments['name']}"
        arguments["metadata"]["hipbmd"]["film_id"] = film_id
    return layers


def polygons_row_col(
    regions: Mapping[Region, RegionMeasurement],
) -> list[NDArray[np.float64]]:
    """The regions as napari's polygons, in the order of :mod:`anatomy`."""
    return [part.polygon_xy[:, ::-1] for part in regions.values()]


def region_table(regions: Mapping[Region, RegionMeasurement]) -> dict[str, list[Any]]:
    """The features of the regions' layer: a name and an area a polygon."""
    return {
        "region": [REGION_NAMES[region] for region in regions],
        "area_cm2": [
            np.nan if part.area_cm2 is None else part.area_cm2
            for part in regions.values()
        ],
    }


def points_row_col(landmarks_xy: Points) -> tuple[list[str], NDArray[np.float64]]:
    """Ids and napari's points; landmarks without a position are left out."""
    known = np.isfinite(landmarks_xy).all(axis=1)
    ids = [name for name, there in zip(LANDMARK_IDS, known, strict=True) if there]
    return ids, landmarks_xy[known][:, ::-1].copy()


def landmarks_xy(ids: Sequence[str], points: NDArray[np.float64]) -> Points:
    """The inverse of :func:`points_row_col`, whatever the order of the points.

    Returns
    -------
    ndarray
        ``(16, 2)`` film pixels; NaN for a landmark that has no point.

    Raises
    ------
    ValueError
        If a point has no landmark's id, or shares one: says which, for people.
    """
    found = np.full((len(LANDMARK_IDS), 2), np.nan)
    for name, row_col in zip(ids, points, strict=True):
        if name not in INDEX:
            raise ValueError(
                tr("A point is called {name!r}, which is no landmark.").format(
                    name=name
                )
            )
        if np.isfinite(found[INDEX[name]]).any():
            raise ValueError(
                tr("There are two points called {name}: delete one.").format(name=name)
            )
        found[INDEX[name]] = row_col[::-1]
    return found


def landmark_states(sigma_mm: NDArray[np.float64]) -> list[str]:
    """``"placed"`` by a person, who leaves no expected error, or ``"predicted"``."""
    return ["placed" if s == 0 else "predicted" for s in sigma_mm]


def landmark_style(sigma_mm: NDArray[np.float64], place: Place) -> dict[str, Any]:
    """Size and colours of landmarks: a circle's radius is the expected error."""
    colours = [_colour(s) for s in sigma_mm]
    sizes = np.where(np.isfinite(sigma_mm), 2 * sigma_mm, UNKNOWN_MM)
    return {
        "size": sizes.clip(SMALLEST_MM, LARGEST_MM) / pixel_mm(place),
        "face_color": [f"{colour}30" for colour in colours],
        "border_color": colours,
    }


def landmark_label(name: str) -> str:
    """The id; one of two landmarks in the same place goes above, the other below."""
    if name in (first for first, _ in TWICE_FOUND):
        return f"{name}\n"
    if name in (second for _, second in TWICE_FOUND):
        return f"\n{name}"
    return name


def pixel_mm(place: Place) -> float:
    """The length of a pixel in mm, for the size of symbols only."""
    if place.in_pixels:
        return TYPICAL_SPACING_MM
    return float(np.mean(np.abs(place.scale)))


def box_of_rectangle(corners_row_col: NDArray[np.float64]) -> HipBox:
    """The hip box that a drawn rectangle, or any shape's extent, stands for."""
    (y0, x0), (y1, x1) = corners_row_col.min(axis=0), corners_row_col.max(axis=0)
    return HipBox(float(x0), float(y0), float(x1), float(y1))


def box_corners(box: HipBox) -> NDArray[np.float64]:
    """A hip box as napari's rectangle, the inverse of :func:`box_of_rectangle`."""
    return np.array(
        [(box.y0, box.x0), (box.y0, box.x1), (box.y1, box.x1), (box.y1, box.x0)]
    )


def content_limits(pixels: FloatImage) -> tuple[float, float]:
    """A window that shows what is there."""
    low, high = np.percentile(pixels, (0.5, 99.5))
    return float(low), float(max(high, low + 1e-6))


def bone_limits(bone: FloatImage) -> tuple[float, float]:
    """A window in which no bone is black."""
    return 0.0, float(max(np.percentile(bone, 99.5), 1e-6))


def _image_layers(images: HipImages, place: Place) -> list[LayerData]:
    where = place.arguments(images.corner_row_col)
    parts = {
        "sto": (tr("STO, 0–1"), images.sto, content_limits(images.film)),
        "bone": (tr("bone image, 0–1"), images.bone, bone_limits(images.bone)),
    }
    return [
        (
            pixels,
            {
                **where,
                "name": name,
                "colormap": "gray",
                "contrast_limits": limits,
                "visible": False,
                "metadata": tag(kind),  # type: ignore[arg-type]
            },
            "image",
        )
        for kind, (name, pixels, limits) in parts.items()
    ]


def _was_guessed(measurement: Measurement) -> bool:
    """Whether a person has to check the hip box, and so to see it."""
    return any(flag.code == "box-guessed" for flag in measurement.flags)


def _box_layer(box: HipBox, place: Place) -> LayerData:
    return (
        [box_corners(box)],
        {
            **place.arguments(),
            "name": tr("hip box found"),
            "shape_type": "rectangle",
            **BOX,
            "edge_width": LINE_MM / pixel_mm(place),
            "metadata": tag("found_box"),
        },
        "shapes",
    )


def _regions_layer(regions: dict[Region, RegionMeasurement], place: Place) -> LayerData:
    colours = [REGION_COLOURS[region] for region in regions]
    return (
        polygons_row_col(regions),
        {
            **place.arguments(),
            "name": "regions",
            "shape_type": "polygon",
            "edge_color": colours,
            "face_color": [f"{colour}26" for colour in colours],
            "edge_width": LINE_MM / pixel_mm(place),
            "features": region_table(regions),
            "metadata": tag("regions"),
        },
        "shapes",
    )


def _landmarks_layer(landmarks: LandmarkSet, place: Place) -> LayerData:
    ids, points = points_row_col(landmarks.xy)
    chosen = [INDEX[name] for name in ids]
    step_mm = pixel_mm(place)
    sigma = landmarks.sigma_mm[chosen]
    return (
        points,
        {
            **place.arguments(),
            "name": "landmarks",
            "features": {
                "id": ids,
                "name": [LANDMARKS[i].name for i in chosen],
                "sigma_mm": sigma,
                "state": landmark_states(sigma),
                "label": [landmark_label(name) for name in ids],
            },
            **landmark_style(sigma, place),
            "border_width": 0.08,
            "text": {
                "string": "label",
                "color": "white",
                "size": 10,
                # Beside the symbol: what a person places must stay in sight.
                "anchor": "lower_left",
                "translation": tuple(mm / step_mm for mm in LABEL_MM),
            },
            "metadata": tag("landmarks"),
        },
        "points",
    )


def _colour(sigma_mm: float) -> str:
    if not np.isfinite(sigma_mm):
        return UNKNOWN
    if sigma_mm == 0:
        return PLACED
    if sigma_mm < DOUBTFUL_MM:
        return SURE
    return DOUBTFUL if sigma_mm < UNSURE_MM else UNSURE
