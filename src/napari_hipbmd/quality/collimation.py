"""The collimated border of a film, found in its picture.

A collimator's shadow is even, begins at a side of the film and ends in a sharp,
straight line. Whatever a region has under it was not exposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Region
from ..core.arrays import block_means
from ..core.hip_images import Border
from ..core.radiograph import Flag, FloatImage

LOOK_PX = 256  # the film's long side while it is searched
EVEN = 0.04  # of the grey spread: how even a shadow is
STEP = 0.08  # of the grey spread: how much its edge rises
STRAIGHT_PX = 1.0
ON_LINE_SHARE = 0.75  # of the side along which the line is seen
SEEN_SHARE = 0.5
COVERED_SHARE = 0.01
TOUCHES = 0.05  # of a region's size: landmarks are pressed into what is exposed


def borders(grey: FloatImage) -> tuple[Border, ...]:
    """The collimated sides of a film, none to four.

    Parameters
    ----------
    grey
        ``(rows, columns)``, the whole film.
    """
    step = max(1, round(max(grey.shape) / LOOK_PX))
    rows, columns = (n // step for n in grey.shape)
    if min(rows, columns) < 32:
        return ()
    small = block_means(grey, (step, step))
    low, high = np.percentile(small, [2, 98])
    seen = (small - low) / max(float(high - low), 1e-6)
    found = []
    for side in range(4):  # turn each side up in its turn
        line = _edge(np.rot90(seen, side))
        if line is not None:
            found.append(_on_film(line, side, (rows, columns), step))
    return tuple(found)


def collimation(covered_share: Mapping[Region, float]) -> tuple[Flag, ...]:
    """Flag regions that a collimated border covers in part.

    Parameters
    ----------
    covered_share
        Region → the part of its pixels that lies under a border.
    """
    cut = tuple(r for r, share in covered_share.items() if share > COVERED_SHARE)
    if not cut:
        return ()
    return (
        Flag(
            "collimation",
            f"A collimated border covers part of the {' and '.join(cut)}: the grey"
            " values there are not the hip's. Take the film again with a wider field.",
            cut,
        ),
    )


def covered_share(
    inside: NDArray[np.bool_],
    corner_xy: tuple[float, float],
    borders: Sequence[Border],
) -> float:
    """The part of a region's pixels that lies under a border or touches it, 0 … 1.

    Parameters
    ----------
    inside
        ``(rows, columns)`` the region's pixels.
    corner_xy
        Film position of pixel ``[0, 0]``.
    """
    # Most regions lie within: no corner of their window is far enough out.
    last = np.maximum(np.array(inside.shape[::-1]) - 1, 0)
    corners = np.array(corner_xy) + last * [[0, 0], [0, 1], [1, 0], [1, 1]]
    near = [
        border
        for border in borders
        if (corners @ border.normal_xy).max() > border.offset - TOUCHES * last.max()
    ]
    if not near or not inside.any():
        return 0.0
    columns, rows = (np.flatnonzero(inside.any(axis)) for axis in (0, 1))
    x, y = (columns + corner_xy[0]).astype(float), (rows + corner_xy[1]).astype(float)
    reach = TOUCHES * max(float(np.ptp(x)), float(np.ptp(y)))
    under = np.zeros((len(y), len(x)), bool)
    for border in near:
        along, down = border.normal_xy[0] * x, border.normal_xy[1] * y
        under |= along + down[:, None] > border.offset - reach
    region = inside[np.ix_(rows, columns)]
    return float(under[region].mean())


def _edge(seen: NDArray[np.floating]) -> tuple[float, float] | None:
    """Depth of the upper side's shadow as ``a + b · column``, if there is one."""
    rows, columns = seen.shape
    level = float(np.median(seen[:2]))
    even = np.abs(seen - level) < EVEN
    depth = np.where(even.all(0), rows, np.argmin(even, axis=0))
    at = np.arange(columns)
    # A column that is dark all along lies under another side's shadow.
    usable = (depth < 0.95 * rows) & (at > 1) & (at < columns - 2)
    if usable.sum() < SEEN_SHARE * columns:
        return None
    x, d = at[usable], depth[usable].astype(float)
    a, b = _line(x, d)
    if b * columns > 0.35 * rows or np.median(a + b * x) < 2:
        return None
    near = np.abs(d - (a + b * x)) <= STRAIGHT_PX
    beyond = np.clip(np.round(a + b * x).astype(int) + 3, 0, rows - 1)
    rises = np.abs(seen[beyond, x] - level) > STEP
    if (near & rises).mean() < ON_LINE_SHARE:
        return None
    return a, b


def _line(x: NDArray[np.integer], d: NDArray[np.floating]) -> tuple[float, float]:
    """A robust line: Theil and Sen's on pairs half the width apart."""
    half = len(x) // 2
    slopes = (d[half : 2 * half] - d[:half]) / (x[half : 2 * half] - x[:half])
    b = float(np.median(slopes))
    return float(np.median(d - b * x)), b


def _on_film(
    line: tuple[float, float], side: int, shape: tuple[int, int], step: int
) -> Border:
    """The border in film pixels, from the turned and smaller picture."""
    a, b = line
    rows, columns = shape
    up = np.array([b, -1.0]) / np.hypot(b, 1)  # out of the field
    edge = np.array([0.0, a - 0.5])
    ends = np.array([edge, edge + up])
    for turn in reversed(range(side)):  # what rot90 did, undone
        width = columns if turn % 2 == 0 else rows
        ends = np.stack([width - 1 - ends[:, 1], ends[:, 0]], -1)
    point, tip = (ends + 0.5) * step - 0.5
    normal = (tip - point) / np.linalg.norm(tip - point)
    return Border((float(normal[0]), float(normal[1])), float(point @ normal))
