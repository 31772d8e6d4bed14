"""Landmarks that the shaft's axis decides, moved to where their definitions have them.

T4 and I1 lie at the level of N4, T3 half-way between T2 and T4, I2 and I3 on one
perpendicular: levels along the axis of the shaft. No crop of the networks shows the
shaft at length, so that the axis of what they find leans by 2.3° (standard deviation).
The film's edges tell it better, and each landmark slides along its cortex to its level.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial

from ..core.anatomy import INDEX, TWICE_FOUND, Points
from ..core.arrays import Values
from ..core.radiograph import FloatImage
from ..core.shaft import ShaftFrame, shaft_frame
from ..core.shaft_edges import (
    ACROSS_MM,
    ALONG_MM,
    outer_borders,
    seen_below_mm,
    slope_across,
    straightened,
)
from .correction import APART

RADIUS_MM = 23.0
"""Of a usual femoral head: the mm of a canvas that has none."""

REACH_MM = 45.0
SPARE = 2
"""Levels beyond either end: smoothed along the shaft, the last ones lean too little."""

LEAST_SEEN = 0.4
"""Radii of shaft below the distal cut; with less its edges tell no axis."""

NETWORKS_DEG, EDGES_DEG, FARTHEST_DEG = 2.3, 0.8, 7.0
"""Standard deviation of the networks' axis, and of that of the edges along one radius
of shaft (it goes with the length to −1.5); edges that disagree by more are others."""

HELD_BY = tuple(pair for pair in TWICE_FOUND if "T4" not in pair)

OUTLYING = 2.5
"""Medians that a level's middle may lie off the line."""

FARTHEST = 0.4
"""Radii: a landmark that would slide farther was found somewhere else."""


def by_definition(canvas: FloatImage, xy: Points, ruler_px: float) -> Points:
    """Sixteen landmarks, those that hang on the shaft's axis at their levels.

    Parameters
    ----------
    canvas
        ``(rows, columns)`` a left hip, bright = dense.
    xy
        ``(16, 2)`` pixels of it, as the networks found them.
    ruler_px
        Mean distance of the regions' centres. Where two networks place N3, or N4, far
        apart, all are left as they are, for a person to see; T4 is what is mended.
    """
    apart = [np.hypot(*(xy[INDEX[a]] - xy[INDEX[b]])) for a, b in HELD_BY]
    cut = shaft_frame(xy, (1.0, 1.0))
    radius_px = -float(cut.below_mm(xy[INDEX["I4"]]))
    if max(apart) > APART * ruler_px or not (
        0.3 * cut.width_mm < radius_px < 3 * cut.width_mm
    ):
        return xy
    mm = RADIUS_MM / radius_px
    along = shaft_axis(canvas, shaft_frame(xy, (mm, mm)))
    return at_their_levels(xy, along, FARTHEST * radius_px)


def shaft_axis(canvas: FloatImage, frame: ShaftFrame) -> Values:
    """The shaft's direction ``(2,)``, distal: of its edges and of the networks' cut.

    The line through the mid-points of the outer edges, from the distal cut (1 R below
    the lesser trochanter) to 1 R farther down, or as far as the film shows; the less it
    shows, the more the networks' own axis counts.
    """
    spare_mm = SPARE * ALONG_MM
    seen_mm = seen_below_mm(canvas, frame, RADIUS_MM + spare_mm) - spare_mm
    if seen_mm < LEAST_SEEN * RADIUS_MM:
        return frame.along
    below = np.arange(-spare_mm, seen_mm + spare_mm, ALONG_MM)
    x = np.arange(-REACH_MM, REACH_MM + ACROSS_MM / 2, ACROSS_MM)
    slope = slope_across(straightened(canvas, frame, x, below), 1.0)
    rise, fall = np.clip(slope, -0.3, 1.0), np.clip(-slope, -0.3, 1.0)
    middle = outer_borders(rise, fall, x, frame.width_mm).mean(0)[SPARE:-SPARE]
    below = below[SPARE:-SPARE]
    line = Polynomial.fit(below, middle, 1)
    off = np.abs(middle - line(below))
    kept = off <= np.maximum(OUTLYING * np.median(off), ACROSS_MM)
    lean = Polynomial.fit(below[kept], middle[kept], 1).deriv()(0.0)
    if np.degrees(np.arctan(abs(lean))) > FARTHEST_DEG:
        return frame.along
    edges_deg = EDGES_DEG * (RADIUS_MM / seen_mm) ** 1.5
    trust = NETWORKS_DEG**2 / (NETWORKS_DEG**2 + edges_deg**2)
    return _unit(frame.along + trust * lean * frame.across)


def at_their_levels(xy: Points, along: Values, farthest: float) -> Points:
    """Landmarks ``(16, 2)`` slid along their cortices to their levels on an axis.

    Parameters
    ----------
    along
        ``(2,)`` the shaft's direction.
    farthest
        What would slide by more stays.
    """
    out = xy.copy()

    def slide(name: str, cortex: Values, level: float) -> None:
        at = out[INDEX[name]]
        move = (level - at @ along) / (cortex @ along) * cortex
        if np.hypot(*move) <= farthest:
            out[INDEX[name]] = at + move

    t2, t3, i2, i3 = (xy[INDEX[name]] for name in ("T2", "T3", "I2", "I3"))
    base = (xy[INDEX["N4"]] + xy[INDEX["I5"]]) / 2 @ along
    lower = _unit(i2 - t3)
    for name in ("T4", "I1"):
        slide(name, lower, base)
    upper = _unit(out[INDEX["T4"]] - t2)
    slide("T3", _unit(upper + lower), (t2 + out[INDEX["T4"]]) / 2 @ along)
    for name in ("I2", "I3"):
        slide(name, along, (i2 + i3) / 2 @ along)
    return out


def _unit(vector: Values) -> Values:
    unit: Values = vector / max(float(np.hypot(*vector)), 1e-9)
    return unit
