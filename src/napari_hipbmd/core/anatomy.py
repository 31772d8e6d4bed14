"""Landmarks and regions of the hip: the one place that names them.

The paper gives the counts only (6 neck, 5 trochanter, 5 inter-trochanter). The
definitions here are this project's; ``docs/landmarks.md`` has them with pictures.
Points are ``(x, y)`` = ``(column, row)`` with pixel centres at integers, unless a
name says ``row_col``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from skimage.measure import grid_points_in_poly

from .radiograph import Side

Points = NDArray[np.float64]
Region = Literal["neck", "trochanter", "intertrochanter"]
Site = Literal["neck", "trochanter", "intertrochanter", "total"]
ADULT_HEAD_MM = 47.0
"""Diameter of an adult's femoral head where sex and millimetres are unknown.

On AP films of 200 adults 47.2 mm on the right and 46.1 mm on the left, of men 49.2 and
48.0, of women 45.3 and 44.3 (Kour et al., *NeuroQuantology* 2023, 21(2)).
"""


@dataclass(frozen=True)
class Landmark:
    """One of the sixteen points.

    The contour is the bone's outer edge, half-way up the brightness step.
    ``typical_xy`` is in head radii from the head's centre on a canonical left hip
    (lateral = +x, inferior = +y), the mean of 26 real femora turned 5° outwards: for a
    feel of the layout, never for measuring.
    """

    id: str
    name: str
    region: Region
    definition: str
    typical_xy: tuple[float, float]


LANDMARKS: tuple[Landmark, ...] = (
    Landmark(
        "N1",
        "superior head–neck junction",
        "neck",
        "going from N2 back towards the head, the last contour point more than 3 %"
        " outside the head circle; it may coincide with N2",
        (0.99, -0.22),
    ),
    Landmark(
        "N2",
        "superior narrowest neck",
        "neck",
        "superior end of the shortest width of the neck perpendicular to the neck axis;"
        " where the width is flat (within 2 %), the middle of the flat stretch",
        (1.12, -0.01),
    ),
    Landmark(
        "N3",
        "trochanteric notch",
        "neck",
        "distal end of the neck's superior cortex, where it meets the greater"
        " trochanter; of two corners the lateral one, on a smooth saddle the point"
        " farthest below the line N2–T2",
        (1.60, 0.27),
    ),
    Landmark(
        "N4",
        "inferior neck base",
        "neck",
        "the point of the medial contour between N5 and I4 that lies farthest from the"
        " straight line N5–I4; uncertain, and half-way, where that is less than .05"
        " head radii",
        (0.39, 1.82),
    ),
    Landmark(
        "N5",
        "inferior narrowest neck",
        "neck",
        "inferior end of that same shortest width",
        (0.10, 1.11),
    ),
    Landmark(
        "N6",
        "inferior head–neck junction",
        "neck",
        "going from N5 back towards the head, the last contour point more than 3 %"
        " outside the head circle; where the head hides behind the ischium, where the"
        " contour crosses out",
        (0.02, 1.02),
    ),
    Landmark(
        "T1",
        "trochanteric notch",
        "trochanter",
        "the same place as N3, found independently",
        (1.60, 0.27),
    ),
    Landmark(
        "T2",
        "greater-trochanter apex",
        "trochanter",
        "most proximal contour point of the greater trochanter along the shaft axis,"
        " lateral of N3; a thin bony cap counts, spurs at tendons do not",
        (1.84, -0.08),
    ),
    Landmark(
        "T3",
        "lateral greater trochanter",
        "trochanter",
        "lateral contour half-way between T2 and T4, measured along the shaft axis",
        (2.62, 0.94),
    ),
    Landmark(
        "T4",
        "lateral base",
        "trochanter",
        "lateral contour at the level of N4, measured perpendicular to the shaft axis",
        (2.37, 1.92),
    ),
    Landmark(
        "T5",
        "trochanteric line, medial end",
        "trochanter",
        "mid-point of N3 and N4",
        (1.00, 1.05),
    ),
    Landmark(
        "I1",
        "lateral base",
        "intertrochanter",
        "the same place as T4, found independently",
        (2.37, 1.92),
    ),
    Landmark(
        "I2",
        "distal cut, lateral cortex",
        "intertrochanter",
        "lateral outer contour at the distal cut",
        (2.03, 3.54),
    ),
    Landmark(
        "I3",
        "distal cut, medial cortex",
        "intertrochanter",
        "medial outer contour at the distal cut",
        (0.70, 3.48),
    ),
    Landmark(
        "I4",
        "lesser-trochanter apex",
        "intertrochanter",
        "contour point of the lesser trochanter farthest medial of the shaft axis; a"
        " faint outline counts",
        (0.19, 2.45),
    ),
    Landmark(
        "I5",
        "inferior neck base",
        "intertrochanter",
        "the same place as N4, found independently",
        (0.39, 1.82),
    ),
)

LANDMARK_IDS: tuple[str, ...] = tuple(landmark.id for landmark in LANDMARKS)
INDEX: Mapping[str, int] = {name: i for i, name in enumerate(LANDMARK_IDS)}
REGIONS: tuple[Region, ...] = ("neck", "trochanter", "intertrochanter")
SITES: tuple[Site, ...] = (*REGIONS, "total")
REGION_LANDMARKS: Mapping[Region, tuple[str, ...]] = {
    region: tuple(mark.id for mark in LANDMARKS if mark.region == region)
    for region in REGIONS
}
"""What each second-order network finds: 6, 5 and 5 points."""

POLYGONS: Mapping[Region, tuple[str, ...]] = {
    "neck": ("N1", "N2", "N3", "N4", "N5", "N6"),
    "trochanter": ("T1", "T2", "T3", "T4", "T5"),
    "intertrochanter": ("T5", "I1", "I2", "I3", "I4", "I5"),
}
"""Corners in order. T5 closes the inter-trochanter so that the three tile."""

TWICE_FOUND: tuple[tuple[str, str], ...] = (("N3", "T1"), ("T4", "I1"), ("N4", "I5"))
"""One place, two networks: the distance within a pair is a free quality figure."""

TIES: Mapping[str, tuple[str, ...]] = {
    **{f"{a}/{b}": (a, b) for a, b in TWICE_FOUND},
    "T5": ("T5", "N3", "N4"),
}
"""Points that are one place by definition; T5 is the mid-point of N3 and N4."""

TYPICAL_XY: Points = np.array([mark.typical_xy for mark in LANDMARKS])
"""``(16, 2)`` in head radii from the head's centre, canonical left hip."""


def polygons(landmarks_xy: Points) -> dict[Region, Points]:
    """The three region polygons.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` in the order of :data:`LANDMARK_IDS`.

    Returns
    -------
    dict
        region → ``(n, 2)`` corners in order (not closed).

    Raises
    ------
    ValueError
        If the array has another shape.
    """
    if landmarks_xy.shape != (len(LANDMARKS), 2):
        raise ValueError(f"expected (16, 2) landmarks, got {landmarks_xy.shape}")
    return {
        region: landmarks_xy[[INDEX[name] for name in corners]]
        for region, corners in POLYGONS.items()
    }


def region_centres(landmarks_xy: Points) -> Points:
    """The three first-order centres: ``(..., 16, 2)`` → ``(..., 3, 2)``."""
    return np.stack(
        [
            landmarks_xy[..., [INDEX[name] for name in names], :].mean(axis=-2)
            for names in REGION_LANDMARKS.values()
        ],
        axis=-2,
    )


def mask(polygon_xy: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose *centre* lies inside the polygon, ``(rows, columns)`` bool."""
    inside = np.zeros(shape, np.bool_)
    size = shape[::-1]
    first, last = np.floor(polygon_xy.min(axis=0)), np.ceil(polygon_xy.max(axis=0)) + 1
    x0, y0 = np.clip(np.nan_to_num(first), 0, size).astype(int)
    x1, y1 = np.clip(np.nan_to_num(last), 0, size).astype(int)
    # Every pixel is asked about every side: only those that may lie inside.
    inside[y0:y1, x0:x1] = grid_points_in_poly(
        (y1 - y0, x1 - x0), (polygon_xy - (x0, y0))[:, ::-1]
    )
    return inside


def area(polygon_xy: Points) -> float:
    """Area of a polygon in the square of its unit (shoelace formula)."""
    x, y = polygon_xy.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def mirror_xy(points_xy: Points, width: float) -> Points:
    """Points of the left–right mirrored image of ``width`` columns.

    Its own inverse. The centre of column ``c`` goes to ``width - 1 - c``.
    """
    return np.stack([width - 1 - points_xy[..., 0], points_xy[..., 1]], axis=-1)


def is_mirrored(side: Side) -> bool:
    """Whether a hip is mirrored to reach the canonical left hip."""
    return side == "R"


def distances_mm(
    a_xy: Points, b_xy: Points, spacing_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Distances between paired points in mm, for ``(row, column)`` spacing."""
    step = (a_xy - b_xy) * np.array(spacing_mm[::-1])
    return np.hypot(step[..., 0], step[..., 1])


def head_diameter_mm(
    landmarks_xy: Points, spacing_mm: tuple[float, float] | None
) -> float | None:
    """Diameter of the femoral head, from how far the landmarks lie apart.

    The landmarks' root-mean-square distance from their middle, against that of the
    typical layout in head radii. None without a spacing or with a landmark missing.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels.
    spacing_mm
        ``(row, column)``.
    """
    if spacing_mm is None or not np.isfinite(landmarks_xy).all():
        return None
    typical = np.array([mark.typical_xy for mark in LANDMARKS])
    found = landmarks_xy * np.array([spacing_mm[1], spacing_mm[0]])
    sizes = [
        np.sqrt(((points - points.mean(0)) ** 2).sum(1).mean())
        for points in (found, typical)
    ]
    return float(2 * sizes[0] / sizes[1])
