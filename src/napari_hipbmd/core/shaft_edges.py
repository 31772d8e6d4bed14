"""The outer edges of the shaft, followed on a film that is laid straight along it.

Each edge is the path from one level to the next with the most edge on it: what crosses
the bone in one place cannot carry it away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from .arrays import Values
from .radiograph import FloatImage
from .shaft import ShaftFrame

ACROSS_MM, ALONG_MM = 0.5, 2.0
"""Steps of the straight picture."""

SEEN_SHARE = 0.9
SMOOTH_MM = 0.9
NARROWEST, WIDEST = 0.76, 1.28
"""Of a shaft, over its width at the distal cut."""

IMPOSSIBLE = 1e6
STEEP_DOWN = 2
"""Steps across that an edge of the shaft may take from one level to the next."""


def seen_below_mm(film: FloatImage, frame: ShaftFrame, lowest_mm: float) -> float:
    """How far below the distal cut the film shows the shaft's whole width."""
    below = np.arange(0.0, lowest_mm, ALONG_MM)
    x = np.linspace(-frame.width_mm, frame.width_mm, 21)
    places = frame.to_film(x[None], below[:, None])
    inside = (places >= 0) & (places <= np.array(film.shape[::-1]) - 1)
    short = np.flatnonzero(inside.all(-1).mean(1) < SEEN_SHARE)
    return float(below[short[0] - 1] if short.size and short[0] else below[-1])


def straightened(
    film: FloatImage, frame: ShaftFrame, x: Values, below: Values
) -> Values:
    """The film along the shaft, ``(levels, places)``; its rim's grey beyond it."""
    fine = np.arange(0.25 - ALONG_MM, ALONG_MM, 0.5)  # levels overlap by half
    places = frame.to_film(x[None, None], (below[:, None] + fine)[..., None])
    columns, rows = np.moveaxis(places, -1, 0)
    laid: Values = map_coordinates(
        film, [rows, columns], order=1, mode="nearest", prefilter=False
    )
    return laid.mean(1, dtype=np.float64)


def scaled(values: Values) -> Values:
    """On a scale whose 1 nearly no place exceeds."""
    found: Values = values / (np.percentile(np.abs(values), 98) + 1e-9)
    return found


def slope_across(bone: Values, levels: float) -> Values:
    """How steeply a straight picture rises from medial to lateral, :func:`scaled`.

    Parameters
    ----------
    levels
        Standard deviation, in levels, over which it is smoothed along the shaft.
    """
    soft = gaussian_filter(bone, (levels, SMOOTH_MM / ACROSS_MM))
    return scaled(np.gradient(soft, ACROSS_MM, axis=1))


def outer_borders(rise: Values, fall: Values, x: Values, width_mm: float) -> Values:
    """Outer borders: a path of middles, each with its best width.

    Parameters
    ----------
    rise, fall
        ``(levels, places)``: how much each place looks like the medial, or the lateral
        outer edge.
    x
        ``(places,)`` mm across, 0 near the shaft's middle at the first level.
    width_mm
        About how wide the shaft is.

    Returns
    -------
    ndarray
        ``(2, levels)`` mm: medial, lateral.
    """
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
    best[0, np.abs(x) > 5] = -IMPOSSIBLE
    middle = best_path(best, STEEP_DOWN)
    widths = apart[np.arange(rows), middle]
    left = np.clip(middle - widths // 2, 0, columns - 1)
    right = np.clip(left + widths, 0, columns - 1)
    return np.stack([x[left], x[right]])


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
    total = np.full(columns + 2 * most, -IMPOSSIBLE)  # with room to move on either side
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
