"""The sixteen landmarks of a digital hip, from the projected mesh.

Everything here is in detector mm on the canonical left hip: x lateral, y *upwards*.
The definitions are those of ``docs/landmarks.md``. Sets of vertices say where to look
(:mod:`vertex_sets`), the projected outline says where the point is: "the outline at a
level" is the farthest of all mesh edges that cross it, exact and without a mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import INDEX, LANDMARK_IDS
from .bone.femur import Femur
from .bone.vertex_sets import femur_sets

Polyline = NDArray[np.float64]
LEAVES_HEAD = 1.03  # of R
FLAT = 1.02  # of the narrowest width
STATIONS = np.arange(0.62, 1.2, 0.015)  # of R from the head's centre
# Farther out the neck's own surface ends ragged, and looks narrow where it does.
RAGGED = np.maximum((STATIONS - 0.9) / 0.12, 0) ** 2 / 23  # of R, added to the width
PROMINENCE = 0.05  # of R
HOLLOW = 0.05  # of R
ON_OUTLINE_MM = 0.6


class NoLandmarks(ValueError):
    """The bone does not show what a definition needs."""


@dataclass(frozen=True)
class ProjectedLandmarks:
    """``uv`` is ``(16, 2)`` in detector mm, y up, and the state of each landmark."""

    uv: Polyline
    states: tuple[str, ...]


@cache
def _edges() -> dict[str, NDArray[np.intp]]:
    """Edges ``(n, 2)`` of the whole proximal femur, and of head and neck alone."""
    from .bone.shape_model import shape_model

    model, sets = shape_model("femur"), femur_sets()
    t = model.triangles
    both = np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), 1)
    edges = np.unique(both, axis=0)
    proximal = model.mean[:, 1] > model.mean[sets.head, 1].mean() - 200
    member = np.zeros(len(model.mean), bool)
    member[np.r_[sets.head, sets.neck]] = True
    return {
        "whole": edges[proximal[edges].any(1)],
        "neck": edges[member[edges].all(1)],
    }


@dataclass(frozen=True)
class _Outline:
    """Projected edges, sought along a direction: ``start``, ``end`` ``(n, 2)``."""

    start: Polyline
    end: Polyline

    def at(
        self, along: Polyline, across: Polyline, levels: Polyline
    ) -> tuple[Polyline, Polyline]:
        """Smallest and largest ``across`` where edges cross each level of ``along``.

        NaN where nothing does.
        """
        a0, a1 = self.start @ along, self.end @ along
        b0, b1 = self.start @ across, self.end @ across
        low, high = np.minimum(a0, a1), np.maximum(a0, a1)
        order = np.argsort(levels)
        first = np.searchsorted(levels[order], low, "left")
        last = np.searchsorted(levels[order], high, "right")
        count = last - first
        edge = np.repeat(np.arange(len(low)), count)
        within = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        which = order[np.repeat(first, count) + within]
        span = a1[edge] - a0[edge]
        part = np.where(
            span == 0, 0, (levels[which] - a0[edge]) / np.where(span == 0, 1, span)
        )
        b = b0[edge] + part * (b1[edge] - b0[edge])
        least = np.full(len(levels), np.inf)
        most = np.full(len(levels), -np.inf)
        np.minimum.at(least, which, b)
        np.maximum.at(most, which, b)
        empty = ~np.isfinite(least)
        least[empty] = most[empty] = np.nan
        return least, most


def _unit(v: Polyline) -> Polyline:
    return v / np.linalg.norm(v)


def _point(along: Polyline, across: Polyline, a: float, b: float) -> Polyline:
    return a * along + b * across


@dataclass(frozen=True)
class _Neck:
    axis: Polyline
    superior: Polyline  # perpendicular to the axis
    n1: Polyline
    n2: Polyline
    n5: Polyline
    n6: Polyline


def _neck(outline: _Outline, centre: Polyline, radius: float, hint: Polyline) -> _Neck:
    """Narrowest width, axis, and where the neck leaves the head."""
    axis = _unit(hint)
    for _ in range(5):
        superior = np.array([-axis[1], axis[0]])
        stations = centre @ axis + STATIONS * radius
        low, high = outline.at(axis, superior, stations)
        width = high - low + RAGGED * radius
        if not np.isfinite(width).all():
            raise NoLandmarks("the neck has no outline")
        best = _middle_of_flat(width)
        upper = _point(axis, superior, stations[best], high[best])
        lower = _point(axis, superior, stations[best], low[best])
        axis = _unit((upper + lower) / 2 - centre)
    superior = np.array([-axis[1], axis[0]])

    def leaves(n: Polyline, side: int) -> Polyline:
        back = np.arange(
            float(n @ axis), float(centre @ axis) - 0.2 * radius, -0.01 * radius
        )
        found = outline.at(axis, superior, back)[side]
        path = np.stack(
            [_point(axis, superior, a, b) for a, b in zip(back, found, strict=True)]
        )
        outside = np.linalg.norm(path - centre, axis=1) > LEAVES_HEAD * radius
        inside = np.flatnonzero(~outside | ~np.isfinite(found))
        last = max(int(inside[0]) - 1, 0) if len(inside) else len(path) - 1
        return path[last] if last else n

    return _Neck(axis, superior, leaves(upper, 1), upper, lower, leaves(lower, 0))


def _middle_of_flat(width: Polyline) -> int:
    """The narrowest station; the middle of the stretch where the width is flat."""
    best = int(width.argmin())
    flat = width <= FLAT * width[best]
    first = (
        best - int((~flat[: best + 1][::-1]).argmax()) + 1
        if (~flat[:best]).any()
        else 0
    )
    after = ~flat[best:]
    last = best + int(after.argmax()) - 1 if after.any() else len(width) - 1
    return (first + last) // 2


@dataclass(frozen=True)
class _Shaft:
    """The shaft's axis, distal, and the direction across it, lateral."""

    along: Polyline
    across: Polyline
    middle: Polyline


def _shaft(outline: _Outline, hint: Polyline, low: float, high: float) -> _Shaft:
    """Axis through mid-points of the outline between two levels along ``hint``."""
    along = _unit(hint)
    across = np.array([-along[1], along[0]])
    across = across if across[0] > 0 else -across
    levels = np.linspace(low, high, 9)
    least, most = outline.at(along, across, levels)
    if not np.isfinite(least).all():
        raise NoLandmarks("the shaft is too short")
    middles = levels[:, None] * along + ((least + most) / 2)[:, None] * across
    slope, _ = np.polyfit(levels, (least + most) / 2, 1)
    axis = _unit(along + slope * across)
    across = np.array([-axis[1], axis[0]])
    across = across if across[0] > 0 else -across
    return _Shaft(axis, across, middles.mean(0))


def find(
    uv: Polyline, bone: Femur, centre: Polyline, radius: float, neck_hint: Polyline,
    shaft_hint: Polyline,
) -> ProjectedLandmarks:  # fmt: skip
    """Apply the definitions.

    Parameters
    ----------
    uv
        The femur's vertices on the detector, ``(n, 2)``.
    centre, radius
        The head's circle there.
    neck_hint, shaft_hint
        Rough directions: head → trochanter, and proximal → distal.

    Raises
    ------
    NoLandmarks
        If an outline that a definition needs is not there.
    """
    edges, sets = _edges(), bone.sets
    whole = _Outline(uv[edges["whole"][:, 0]], uv[edges["whole"][:, 1]])
    of_neck = _Outline(uv[edges["neck"][:, 0]], uv[edges["neck"][:, 1]])
    neck = _neck(of_neck, centre, radius, neck_hint)
    crease = uv[sets.crease]
    n3 = crease[int((crease @ neck.superior).argmax())]

    down = _unit(shaft_hint)
    reference = float(centre @ down) + 4.0 * radius
    shaft = _shaft(whole, down, reference, reference + 1.2 * radius)
    i4, shown = _lesser(whole, uv, bone, shaft, radius, neck)
    for _ in range(2):
        level = float(i4 @ shaft.along)
        shaft = _shaft(whole, shaft.along, level + radius, level + 2 * radius)
        i4, shown = _lesser(whole, uv, bone, shaft, radius, neck)

    def side(level: float, lateral: bool) -> Polyline:
        found = whole.at(shaft.along, shaft.across, np.array([level]))[int(lateral)]
        if not np.isfinite(found[0]):
            raise NoLandmarks("an outline ends before a landmark")
        return _point(shaft.along, shaft.across, level, float(found[0]))

    n4, hollow = _neck_base(whole, neck.n5, i4, shaft, radius)
    t4 = side(float(n4 @ shaft.along), True)
    greater = uv[sets.greater]
    beyond = greater[greater @ shaft.across > n3 @ shaft.across]
    if not len(beyond):
        raise NoLandmarks("the greater trochanter hides behind the neck")
    t2 = beyond[int((beyond @ shaft.along).argmin())]
    t3 = side(float(t2 @ shaft.along + t4 @ shaft.along) / 2, True)
    cut = float(i4 @ shaft.along) + radius
    i2, i3 = side(cut, True), side(cut, False)
    placed = {
        "N1": neck.n1, "N2": neck.n2, "N3": n3, "N4": n4, "N5": neck.n5, "N6": neck.n6,
        "T1": n3, "T2": t2, "T3": t3, "T4": t4, "T5": (n3 + n4) / 2,
        "I1": t4, "I2": i2, "I3": i3, "I4": i4, "I5": n4,
    }  # fmt: skip
    states = dict.fromkeys(LANDMARK_IDS, "placed")
    if not shown:
        states["I4"] = "occluded"
    if not hollow:
        states["N4"] = states["I5"] = "uncertain"
    out = np.empty((len(LANDMARK_IDS), 2))
    for name, point in placed.items():
        out[INDEX[name]] = point
    return ProjectedLandmarks(out, tuple(states[name] for name in LANDMARK_IDS))


def _lesser(
    whole: _Outline,
    uv: Polyline,
    bone: Femur,
    shaft: _Shaft,
    radius: float,
    neck: _Neck,
) -> tuple[Polyline, bool]:
    """The lesser trochanter's apex, and whether it stands out of the medial outline."""
    patch = uv[bone.lesser]
    top = patch[int((patch @ shaft.across).argmin())]
    level, b = float(top @ shaft.along), float(top @ shaft.across)
    if level - 0.3 * radius < neck.n5 @ shaft.along:
        raise NoLandmarks("the lesser trochanter lies too high")
    levels = level + np.array([-0.8, 0.0, 0.8]) * radius
    above, here, below = whole.at(shaft.along, shaft.across, levels)[0]
    if b > here + ON_OUTLINE_MM:  # behind the shaft: the outline at the apex' level
        level = float(uv[bone.lesser_apex] @ shaft.along)
        here = whole.at(shaft.along, shaft.across, np.array([level]))[0][0]
        b = float(here)
    if not np.isfinite([above, here, below]).all():
        raise NoLandmarks("the medial outline is too short")
    if (above + below) / 2 - min(b, here) >= PROMINENCE * radius:
        return _point(shaft.along, shaft.across, level, b), True
    level = float(neck.n5 @ shaft.along) + 1.4 * radius
    b = float(whole.at(shaft.along, shaft.across, np.array([level]))[0][0])
    return _point(shaft.along, shaft.across, level, b), False


def _neck_base(
    whole: _Outline, n5: Polyline, i4: Polyline, shaft: _Shaft, radius: float
) -> tuple[Polyline, bool]:
    """The point of the medial outline farthest from the line N5–I4."""
    levels = np.linspace(n5 @ shaft.along, i4 @ shaft.along, 80)[1:-1]
    b = whole.at(shaft.along, shaft.across, levels)[0]
    path = levels[:, None] * shaft.along + b[:, None] * shaft.across
    chord = _unit(i4 - n5)
    normal = np.array([-chord[1], chord[0]])
    normal = normal if normal @ shaft.across > 0 else -normal
    depth = (path - n5) @ normal
    best = int(np.nanargmax(depth))
    if depth[best] < HOLLOW * radius:
        return path[len(path) // 2], False
    return path[best], True
