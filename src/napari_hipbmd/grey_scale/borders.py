"""Borders of the shaft, outer and inner, followed from level to level.

The film is laid straight along the shaft. In it each border is the path from one
level to the next with the most edge on it: what crosses the bone in one place cannot
carry it away. A ray that grazes the canal crosses the longest wall, and within the
canal the wall grows shorter at once: the canal's border is the bend beside the steepest
fall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from ..core.arrays import Values
from ..core.radiograph import FloatImage
from .profiles import ShaftFrame

ACROSS_MM, ALONG_MM, REACH_MM = 0.5, 2.0, 70.0
"""Steps of the straight picture, and how far it reaches to either side."""

SEEN_SHARE = 0.9
SMOOTH_MM = 0.9
BEND_MM = 1.0
BEND_SHARE = 0.75
"""Blurred, the canal's border lies between the steepest fall and the bend: here."""

EVEN_MM = 6.0
"""Along the shaft, whose canal is smooth."""

NARROWEST, WIDEST = 0.76, 1.28
"""Of a shaft, over its width at the distal cut."""

THINNEST_SHAFT_MM, THINNEST_MM = 2.0, 0.8
START_MM = 6.0
"""Below the distal cut, where the shaft is plainest and the paths begin."""

_OFF = 1e6
_EVEN_DOWN, _STEEP_DOWN, _STEEP_UP = 1, 2, 5


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


def seen_below_mm(film: FloatImage, frame: ShaftFrame, lowest_mm: float) -> float:
    """How far below the distal cut the film shows the shaft's whole width."""
    below = np.arange(0.0, lowest_mm, ALONG_MM)
    x = np.linspace(-frame.width_mm, frame.width_mm, 21)
    places = frame.to_film(x[None], below[:, None])
    inside = (places >= 0) & (places <= np.array(film.shape[::-1]) - 1)
    short = np.flatnonzero(inside.all(-1).mean(1) < SEEN_SHARE)
    return float(below[short[0] - 1] if short.size and short[0] else below[-1])


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
    bone = _straight(film, frame, x, below)
    slope = _slope(bone, 1.0)
    soft = gaussian_filter(bone, (2.5, BEND_MM / ACROSS_MM))
    bend = _scaled(
        -np.gradient(np.gradient(soft, ACROSS_MM, axis=1), ACROSS_MM, axis=1)
    )
    start = int(np.abs(below - START_MM).argmin())
    down, up = np.arange(start, len(below)), np.arange(start, -1, -1)
    rise, fall = np.clip(slope, -0.3, 1.0), np.clip(-slope, -0.3, 1.0)
    outer = np.zeros((2, len(below)))
    outer[:, down] = _both_sides(rise[down], fall[down], x, frame.width_mm)
    for side, score in enumerate((rise, fall)):
        held = _held(score[up], x, outer[side, start])
        outer[side, up] = x[best_path(held, _STEEP_UP)]
    middle = outer.mean(0)
    inner = np.zeros_like(outer)
    high = np.flatnonzero(below < shaft_mm)[::-1]
    even = np.clip(_slope(bone, EVEN_MM / ALONG_MM), -1.0, 1.0)
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


def best_path(score: Values, most: int) -> NDArray[np.intp]:
    """The column of each row on the path with the highest sum.

    Parameters
    ----------
    score
        ``(rows, columns)``.
    most
        Columns that a path may move from one row to the next.
    """
    rows, columns = score.shape
    moves = np.arange(-most, most + 1)
    total = np.full(columns + 2 * most, -_OFF)  # with room to move on either side
    within = total[most : most + columns]
    within[:] = score[0]
    moved = np.lib.stride_tricks.sliding_window_view(total, columns)
    cost = 0.02 * np.abs(moves)[:, None]
    back = np.zeros((rows, columns), np.intp)
    for row in range(1, rows):
        reached = moved - cost
        best = reached.argmax(0)
        within[:] = score[row] + np.take_along_axis(reached, best[None], 0)[0]
        back[row] = moves[best]
    path = np.zeros(rows, np.intp)
    path[-1] = within.argmax()
    for row in range(rows - 1, 0, -1):
        path[row - 1] = np.clip(path[row] + back[row, path[row]], 0, columns - 1)
    return path


def _straight(film: FloatImage, frame: ShaftFrame, x: Values, below: Values) -> Values:
    """The film along the shaft, ``(levels, places)``; its rim's grey beyond it."""
    fine = np.arange(0.25 - ALONG_MM, ALONG_MM, 0.5)  # levels overlap by half
    places = frame.to_film(x[None, None], (below[:, None] + fine)[..., None])
    columns, rows = np.moveaxis(places, -1, 0)
    laid: Values = map_coordinates(
        film, [rows, columns], order=1, mode="nearest", prefilter=False
    )
    return laid.mean(1, dtype=np.float64)


def _scaled(values: Values) -> Values:
    scaled: Values = values / (np.percentile(np.abs(values), 98) + 1e-9)
    return scaled


def _slope(bone: Values, levels: float) -> Values:
    soft = gaussian_filter(bone, (levels, SMOOTH_MM / ACROSS_MM))
    return _scaled(np.gradient(soft, ACROSS_MM, axis=1))


def _held(score: Values, x: Values, at_mm: float) -> Values:
    """With a path that begins at a place."""
    held = score.copy()
    held[0, np.abs(x - at_mm) > 2 * ACROSS_MM] = -_OFF
    return held


def _both_sides(rise: Values, fall: Values, x: Values, width_mm: float) -> Values:
    """Outer borders, ``(2, rows)``: a path of middles, each with its best width."""
    rows, columns = rise.shape
    best = np.full(rise.shape, -5.0)
    apart = np.zeros(rise.shape, np.intp)
    narrowest, widest = (
        round(share * width_mm / ACROSS_MM) for share in (NARROWEST, WIDEST)
    )
    for count in range(narrowest, widest + 1):
        left = np.arange(columns) - count // 2
        right = left + count
        there = (left >= 0) & (right < columns)
        score = np.full(rise.shape, -5.0)
        score[:, there] = rise[:, left[there]] + fall[:, right[there]]
        score -= 0.3 * abs(count * ACROSS_MM / width_mm - 1)
        better = score > best
        best[better] = score[better]
        apart[better] = count
    best[0, np.abs(x) > 5] = -_OFF
    middle = best_path(best, _STEEP_DOWN)
    widths = apart[np.arange(rows), middle]
    left = np.clip(middle - widths // 2, 0, columns - 1)
    right = np.clip(left + widths, 0, columns - 1)
    return np.stack([x[left], x[right]])


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
