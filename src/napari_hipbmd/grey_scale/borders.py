"""Borders of the shaft, outer and inner, followed from level to level.

The film is laid straight along the shaft (:mod:`~napari_hipbmd.core.shaft_edges`).
A ray that grazes the canal crosses the longest wall, and within the
canal the wall grows shorter at once: the canal's border is the bend beside the steepest
fall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from ..core.arrays import Values
from ..core.radiograph import FloatImage
from ..core.shaft import ShaftFrame
from ..core.shaft_edges import (
    ACROSS_MM,
    ALONG_MM,
    IMPOSSIBLE,
    best_path,
    outer_borders,
    scaled,
    slope_across,
    straightened,
)

REACH_MM = 70.0
"""How far the straight picture reaches to either side."""

BEND_MM = 1.0
BEND_SHARE = 0.75
"""Blurred, the canal's border lies between the steepest fall and the bend: here."""

EVEN_MM = 6.0
"""Along the shaft, whose canal is smooth."""

THINNEST_SHAFT_MM, THINNEST_MM = 2.0, 0.8
START_MM = 6.0
"""Below the distal cut, where the shaft is plainest and the paths begin."""

_EVEN_DOWN, _STEEP_UP = 1, 5


@dataclass(frozen=True, eq=False)
class Borders:
    """Places across the shaft in mm, medial negative, at each level ``(n,)``.

    ``below_mm`` is from the distal cut along the shaft's axis; levels above it are
    negative.
    """

    below_mm: Values
    outer_medial: Values
    inner_medial: Values
    inner_lateral: Values
    outer_lateral: Values

    @property
    def canal(self) -> Values:
        """Width of the canal, ``(n,)``."""
        return self.inner_lateral - self.inner_medial

    @property
    def width(self) -> Values:
        """Width of the bone, ``(n,)``."""
        return self.outer_lateral - self.outer_medial


def follow_borders(
    film: FloatImage,
    frame: ShaftFrame,
    first_mm: float,
    last_mm: float,
    shaft_mm: float,
) -> Borders:
    """Both borders on both sides.

    Parameters
    ----------
    film
        ``(rows, columns)`` bright = dense. Soft tissue has no edges as sharp as bone's.
    first_mm, last_mm
        From the distal cut along the axis.
    shaft_mm
        Above this the bone is no tube any more: its cortex is a thin bright line, whose
        crest is taken for the canal's border.
    """
    below = np.arange(first_mm, last_mm, ALONG_MM)
    x = np.arange(-REACH_MM, REACH_MM + ACROSS_MM / 2, ACROSS_MM)
    bone = straightened(film, frame, x, below)
    slope = slope_across(bone, 1.0)
    soft = gaussian_filter(bone, (2.5, BEND_MM / ACROSS_MM))
    bend = scaled(-np.gradient(np.gradient(soft, ACROSS_MM, axis=1), ACROSS_MM, axis=1))
    start = int(np.abs(below - START_MM).argmin())
    down, up = np.arange(start, len(below)), np.arange(start, -1, -1)
    rise, fall = np.clip(slope, -0.3, 1.0), np.clip(-slope, -0.3, 1.0)
    outer = np.zeros((2, len(below)))
    outer[:, down] = outer_borders(rise[down], fall[down], x, frame.width_mm)
    for side, score in enumerate((rise, fall)):
        held = _held(score[up], x, outer[side, start])
        outer[side, up] = x[best_path(held, _STEEP_UP)]
    middle = outer.mean(0)
    inner = np.zeros_like(outer)
    high = np.flatnonzero(below < shaft_mm)[::-1]
    even = np.clip(slope_across(bone, EVEN_MM / ALONG_MM), -1.0, 1.0)
    for side, sign in enumerate((-1, 1)):
        score = np.clip(sign * even, -0.3, 1.0)
        depth = (x - outer[side, :, None]) * -sign
        half = np.abs(middle - outer[side])[:, None]
        wall = np.where((depth < THINNEST_SHAFT_MM) | (depth > 0.95 * half), -2, score)
        inner[side, down] = x[best_path(wall[down], _EVEN_DOWN)]
        held = _held(wall[up], x, inner[side, start])
        inner[side, up] = x[best_path(held, _STEEP_UP - 1)]
        kink = _nearby(bend, x, inner[side], sign, 3.0)
        inner[side] += BEND_SHARE * (kink - inner[side])
        foot = _nearby(-bend, x, outer[side], sign, 2.0)
        outer[side] = (outer[side] + foot) / 2
        depth = (x - outer[side, :, None]) * -sign
        crest = np.where(
            (depth < THINNEST_MM) | (depth > 0.8 * half), -2, np.clip(bend, -0.3, 1.5)
        )
        if high.size:
            inner[side, high] = x[best_path(crest[high], _STEEP_UP)]
    return Borders(below, outer[0], inner[0], inner[1], outer[1])


def _held(score: Values, x: Values, at_mm: float) -> Values:
    """With a path that begins at a place."""
    held = score.copy()
    held[0, np.abs(x - at_mm) > 2 * ACROSS_MM] = -IMPOSSIBLE
    return held


def _nearby(
    score: Values, x: Values, path_mm: Values, sign: int, reach_mm: float
) -> Values:
    """The best place of each level, from a path on to one side."""
    here = np.abs(x - path_mm[:, None]).argmin(1)
    steps = sign * np.arange(round(reach_mm / ACROSS_MM) + 1)
    columns = np.clip(here[:, None] + steps, 0, len(x) - 1)
    chosen = np.take_along_axis(score, columns, 1).argmax(1)
    found: Values = x[columns[np.arange(len(path_mm)), chosen]]
    return found
