"""Outlines of regions that a person draws, which have to enclose one area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...core.anatomy import Points, Region, area
from ...core.errors import Refused
from .label import FARTHEST_PX

Polygon = tuple[tuple[float, float], ...]
MOST_CORNERS = 1000
ONE_PLACE = 0.01  # of an outline's extent: corners so near to each other are one


def checked_polygon(corners: Sequence[Sequence[float]] | Points, region: str) -> None:
    """Refuse what does not enclose exactly one area.

    Raises
    ------
    Refused
        If there are fewer than three corners or more than a thousand, one is not a
        place on a film, the outline crosses or touches itself, or it encloses nothing.
    """
    points = np.asarray(corners, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise Refused(f"The outline of the {region} needs at least three corners.")
    if len(points) > MOST_CORNERS:
        raise Refused(f"The outline of the {region} has more than 1000 corners.")
    if not (np.abs(points) <= FARTHEST_PX).all():
        raise Refused(f"The outline of the {region} has a corner off any film.")
    if area(points) < 1e-6 or crosses_itself(without_repeats(points)):
        raise Refused(
            f"The outline of the {region} crosses itself or encloses nothing: move its"
            " corners, or let it follow the landmarks again."
        )


def crosses_itself(polygon_xy: Points) -> bool:
    """Whether two sides of a closed polygon meet that are not neighbours."""
    start = polygon_xy
    end = np.roll(polygon_xy, -1, axis=0)
    count = len(start)
    i, j = np.triu_indices(count, 2)
    apart = ~((i == 0) & (j == count - 1))  # the last side is the first's neighbour
    i, j = i[apart], j[apart]
    p, q, r, s = start[i], end[i], start[j], end[j]
    around = (_turn(p, q, r) * _turn(p, q, s) <= 0) & (
        _turn(r, s, p) * _turn(r, s, q) <= 0
    )
    low = np.maximum(np.minimum(p, q), np.minimum(r, s))
    high = np.minimum(np.maximum(p, q), np.maximum(r, s))
    return bool((around & (low <= high).all(axis=1)).any()) or _folds_back(start)


def without_repeats(polygon_xy: Points) -> Points:
    """A closed polygon without corners that are where the one before them is."""
    near = ONE_PLACE * float(np.ptp(polygon_xy, axis=0).max())
    before = np.roll(polygon_xy, 1, axis=0)
    kept: Points = polygon_xy[np.hypot(*(polygon_xy - before).T) > near]
    return kept if len(kept) >= 3 else polygon_xy


def _folds_back(points: Points) -> bool:
    """Whether a side runs back over its neighbour, or has no length."""
    before = np.roll(points, 1, axis=0) - points
    after = np.roll(points, -1, axis=0) - points
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return bool(((turn == 0) & ((before * after).sum(axis=1) >= 0)).any())


def _turn(a: Points, b: Points, c: Points) -> Points:
    """Sign of the turn a → b → c."""
    u, v = b - a, c - a
    return np.sign(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])


def as_polygon(corners: Sequence[Sequence[float]] | Points, region: Region) -> Polygon:
    """Corners as labels keep them, after :func:`checked_polygon`."""
    checked_polygon(corners, region)
    return tuple((float(x), float(y)) for x, y in corners)
