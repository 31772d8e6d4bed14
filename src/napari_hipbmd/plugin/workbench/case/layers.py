"""Labels to what napari draws, and back. Pure functions; nothing touches a viewer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....core.anatomy import INDEX, LANDMARKS, POLYGONS, Points, Region
from ....core.region_colours import REGION_COLOURS
from ....study import Labels, State
from ....study.labelling.edits import tangled
from ...viewer.layers import (
    LABEL_MM,
    LINE_MM,
    PLACED,
    REGION_NAMES,
    landmark_label,
    landmark_style,
    pixel_mm,
    points_row_col,
)
from ...viewer.place import Place

STATE_COLOURS: dict[State, str] = {
    "placed": PLACED,
    "occluded": "#56d6c0",
    "uncertain": "#ffb347",
    "absent": "#9a9a9a",
}
STATE_SYMBOLS: dict[State, str] = {
    "placed": "disc",
    "occluded": "square",
    "uncertain": "diamond",
    "absent": "x",
}
CURRENT = "#ffffff"
TANGLED = "#ff3b30"
POINT_MM, CURRENT_MM = 2.6, 4.2
OTHER_COLOUR = "#ffd166"


def label_points(labels: Labels, current: str, place: Place) -> dict[str, Any]:
    """The landmarks of a case as arguments of a points layer.

    Parameters
    ----------
    labels
        Landmarks without a position give no point.
    current
        The landmark that is drawn larger and white.
    place
        Where the film lies.
    """
    ids, points = points_row_col(labels.xy)
    states = [labels.landmarks[name].state for name in ids]
    colours = [STATE_COLOURS[state] for state in states]
    size = [CURRENT_MM if name == current else POINT_MM for name in ids]
    return {
        "data": points,
        "features": {
            "id": ids,
            "name": [LANDMARKS[INDEX[name]].name for name in ids],
            "state": states,
            "label": [landmark_label(name) for name in ids],
        },
        "size": np.array(size, float) / pixel_mm(place),
        "symbol": [STATE_SYMBOLS[state] for state in states],
        "face_color": [f"{colour}18" for colour in colours],
        "border_color": [
            CURRENT if name == current else colour
            for name, colour in zip(ids, colours, strict=True)
        ],
    }


def predicted_points(
    predicted: Labels | None, labels: Labels, place: Place
) -> dict[str, Any]:
    """Predictions as arguments of a points layer: a radius is the expected error.

    A landmark that is labelled keeps its circle and loses its name, so that no name
    stands there twice.
    """
    xy = np.full((len(LANDMARKS), 2), np.nan) if predicted is None else predicted.xy
    ids, points = points_row_col(xy)
    known = {} if predicted is None else predicted.landmarks
    sigma = np.array(
        [
            np.nan if known[name].sigma_mm is None else known[name].sigma_mm
            for name in ids
        ],
        float,
    )
    return {
        "data": points,
        "features": {
            "id": ids,
            "sigma_mm": sigma,
            "label": [
                "" if name in labels.landmarks else landmark_label(name) for name in ids
            ],
        },
        **landmark_style(sigma, place),
    }


def region_shapes(labels: Labels) -> dict[str, Any]:
    """The regions that are complete, as arguments of a shapes layer.

    One whose landmarks make its outline cross itself is drawn red.
    """
    outlines = labels.outlines()
    crossing = tangled(labels)
    colours = [
        TANGLED if region in crossing else REGION_COLOURS[region] for region in outlines
    ]
    return {
        "outlines": [polygon[:, ::-1] for polygon in outlines.values()],
        "features": {
            "region": [REGION_NAMES[region] for region in outlines],
            "drawn": [region in labels.regions for region in outlines],
        },
        "edge_color": colours,
        "face_color": [f"{colour}20" for colour in colours],
    }


def changed_outlines(
    labels: Labels, shapes: list[NDArray[np.float64]]
) -> dict[Region, Points]:
    """Which outlines a person moved: region → corners ``(x, y)``, as drawn now.

    Parameters
    ----------
    labels
        The labels that the layer was drawn from.
    shapes
        The layer's polygons now, in napari's ``(row, column)``.
    """
    before = labels.outlines()
    if len(shapes) != len(before):
        return {}
    return {
        region: np.asarray(after)[:, -2:][:, ::-1]
        for (region, polygon), after in zip(before.items(), shapes, strict=True)
        if len(after) != len(polygon)
        or not np.allclose(after[:, -2:][:, ::-1], polygon)
    }


def line_width(place: Place) -> float:
    """The width of outlines, in pixels of the film."""
    return LINE_MM / pixel_mm(place)


def label_offset(place: Place) -> tuple[float, float]:
    """How far from its point a name begins, in pixels of the film."""
    below, right = LABEL_MM
    return below / pixel_mm(place), right / pixel_mm(place)


ALL_REGIONS: tuple[Region, ...] = tuple(POLYGONS)
