"""Metal: joints and nails of a hip, screws and rods of the lower spine.

Maps are equivalents of bone mineral in cm, high enough to leave scatter only. Edges are
antialiased over one pixel. Put them into film and STO alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..geometry import Field
from ..planar import Map, Plane, ellipse, segment

ImplantKind = Literal["total", "hemi", "plate", "nail", "screws"]
KINDS: tuple[ImplantKind, ...] = ("total", "hemi", "plate", "nail", "screws")
SHARES = (0.32, 0.13, 0.17, 0.26, 0.12)
SOLID_CM, THIN_CM = 9.0, 3.0
Point = NDArray[np.float64]


@dataclass(frozen=True)
class HipAxes:
    """Where a hip lies in the plane: all that metal needs to know, mm.

    Attributes
    ----------
    head_xy
        Centre of the femoral head.
    neck, shaft
        Unit vectors from the head along the neck, and down the shaft.
    radius_mm
        Of the head.
    """

    head_xy: tuple[float, float]
    neck: tuple[float, float]
    shaft: tuple[float, float]
    radius_mm: float

    def at(self, neck: float, shaft: float) -> Point:
        """``neck`` and ``shaft`` in head radii along the two axes from the head."""
        r = self.radius_mm
        out: Point = (
            np.array(self.head_xy)
            + r * neck * np.array(self.neck)
            + r * shaft * np.array(self.shaft)
        )
        return out

    @property
    def lateral(self) -> Point:
        """Unit vector across the shaft, away from the head."""
        down = np.array(self.shaft)
        across = np.array([-down[1], down[0]])
        return across * np.sign(across @ np.array(self.neck))


class _Canvas:
    """Metal on a plane: the thickest piece counts where pieces cover each other."""

    def __init__(self, p: Plane) -> None:
        self.p = p
        self.metal = p.zeros()

    def fill(
        self, inside_mm: Map, high: float, p: Plane, where: tuple[slice, slice]
    ) -> None:
        cover = np.clip(inside_mm / np.float32(p.step_mm) + np.float32(0.5), 0, 1)
        part = self.metal[where]
        np.maximum(part, cover * np.float32(high), out=part)

    def rod(
        self, a: Point, b: Point, wide_a: float, wide_b: float, high: float
    ) -> None:
        """A tapered rod; widths are diameters."""
        margin = max(wide_a, wide_b) / 2 + 2
        low, top = np.minimum(a, b) - margin, np.maximum(a, b) + margin
        found = self.p.near((low[0], top[0]), (low[1], top[1]))
        if found is None:
            return
        where, p = found
        away, along = segment(p, (a[0], a[1]), (b[0], b[1]))
        radius = np.float32(wide_a / 2) + along * np.float32((wide_b - wide_a) / 2)
        self.fill(radius - away, high, p, where)

    def ball(self, centre: Point, radius: float, high: float) -> None:
        """A disc."""
        found = self.p.near(
            (centre[0] - radius - 2, centre[0] + radius + 2),
            (centre[1] - radius - 2, centre[1] + radius + 2),
        )
        if found is not None:
            where, p = found
            d = ellipse(p, (centre[0], centre[1]), (radius, radius))
            self.fill(d, high, p, where)

    def screw(
        self, a: Point, b: Point, wide: float, high: float, thread: float
    ) -> None:
        """From its head at ``a`` to its tip at ``b``; ``thread`` mm are threaded."""
        length = float(np.linalg.norm(b - a))
        along = (b - a) / max(length, 1e-6)
        self.rod(a, b, wide, wide, high)
        self.rod(a, a + 2.5 * along, 1.7 * wide, 1.7 * wide, high)
        for t in np.arange(max(length - thread, 3), length, 1.6):
            c = a + t * along
            across = np.array([-along[1], along[0]]) * 0.68 * wide
            self.rod(c - across, c + across, 0.8, 0.8, 0.8 * high)

    def cup(
        self, centre: Point, radius: float, wall: float, opening: Point, high: float
    ) -> None:
        """Half a shell, open towards ``opening``."""
        found = self.p.near(
            (centre[0] - radius - 2, centre[0] + radius + 2),
            (centre[1] - radius - 2, centre[1] + radius + 2),
        )
        if found is None:
            return
        where, p = found
        dx, dy = p.x - np.float32(centre[0]), p.y - np.float32(centre[1])
        away = np.hypot(dx, dy)
        out = dx * np.float32(opening[0]) + dy * np.float32(opening[1])
        inside = np.minimum(np.minimum(radius - away, away - (radius - wall)), 2 - out)
        self.fill(inside, high, p, where)
        # seen obliquely the shell's floor covers the middle too
        self.fill(np.minimum(radius - away, -out), 0.45 * high, p, where)


def _stem(c: _Canvas, hip: HipAxes, rng: np.random.Generator, ball: float) -> None:
    high = SOLID_CM * rng.uniform(0.7, 1.2)
    elbow = hip.at(1.55, 0.55)
    end = elbow + np.array(hip.shaft) * rng.uniform(95, 150)
    wide = 0.72 * hip.radius_mm * rng.uniform(0.85, 1.15)
    c.rod(hip.at(0, 0), hip.at(1.2, 0.0), 11, 13, high)
    c.rod(hip.at(1.05, 0.0), elbow, 13, 1.3 * wide, high)
    c.rod(elbow, end, 1.3 * wide, rng.uniform(6, 10), high)
    if rng.random() < 0.5:  # a shoulder
        c.rod(hip.at(1.6, -0.3), elbow, 7, wide, high)
    c.ball(hip.at(0, 0), ball, high)
    if rng.random() < 0.4:  # cement
        c.rod(elbow, end + 12 * np.array(hip.shaft), 1.9 * wide, 14, 0.35)


def _total(c: _Canvas, hip: HipAxes, rng: np.random.Generator) -> None:
    _stem(c, hip, rng, float(rng.choice([11, 14, 16, 18])))
    turn = np.radians(rng.uniform(30, 60))
    opening = np.array([np.sin(turn) * np.sign(hip.neck[0]), -np.cos(turn)])
    radius = hip.radius_mm * rng.uniform(1.08, 1.28)
    c.cup(hip.at(0, 0), radius, rng.uniform(3, 7), opening, rng.uniform(2, 7))
    for _ in range(int(rng.integers(0, 3))):
        up = np.array([-np.sign(hip.neck[0]) * rng.uniform(0.2, 0.9), 1.0])
        up /= np.linalg.norm(up)
        shell = hip.at(0, 0) + radius * up
        c.screw(shell, shell + rng.uniform(12, 32) * up, 5.5, THIN_CM, 60)


def _hemi(c: _Canvas, hip: HipAxes, rng: np.random.Generator) -> None:
    _stem(c, hip, rng, hip.radius_mm * rng.uniform(0.98, 1.06))


def _plate(c: _Canvas, hip: HipAxes, rng: np.random.Generator) -> None:
    """A sliding hip screw."""
    side = hip.at(1.9, 1.25) + hip.lateral * 0.72 * hip.radius_mm
    tip = hip.at(-0.55, 0.05)
    c.screw(side, tip, 8.0, SOLID_CM, 24)
    c.rod(side, side + 0.45 * (tip - side), 12.5, 12.5, SOLID_CM)
    holes = int(rng.integers(2, 6))
    down = np.array(hip.shaft)
    foot = side + down * (18 + 16 * holes)
    c.rod(side - 6 * down, foot, 6.0, 5.5, SOLID_CM)
    for i in range(holes):
        at = side + down * (18 + 16 * i)
        c.screw(at, at - hip.lateral * rng.uniform(30, 38), 4.5, THIN_CM, 60)


def _nail(c: _Canvas, hip: HipAxes, rng: np.random.Generator) -> None:
    """A nail in the shaft with a screw into the head."""
    top, down = hip.at(1.75, -0.6), np.array(hip.shaft)
    long = rng.uniform(160, 210) if rng.random() < 0.75 else rng.uniform(300, 380)
    c.rod(top, top + 55 * down, 16.5, 15.5, SOLID_CM)
    c.rod(top + 50 * down, top + long * down, 14.5, 10.5, SOLID_CM)
    side = hip.at(2.0, 0.95) + hip.lateral * 0.75 * hip.radius_mm
    tip = hip.at(-0.5, 0.1)
    c.screw(side, tip, 10.0, SOLID_CM, 30)
    if rng.random() < 0.4:
        shift = -0.42 * hip.radius_mm * down
        c.screw(
            side + shift, tip + shift - 8 * np.array(hip.neck) * -1, 6.0, SOLID_CM, 20
        )
    at = top + (long - 28) * down
    c.screw(at + 19 * hip.lateral, at - 19 * hip.lateral, 5.0, THIN_CM, 60)


def _screws(c: _Canvas, hip: HipAxes, rng: np.random.Generator) -> None:
    """Two or three screws through the neck."""
    across = np.array([-hip.neck[1], hip.neck[0]])
    for offset in rng.permutation([-0.42, 0.0, 0.42])[: rng.integers(2, 4)]:
        shift = offset * hip.radius_mm * across * rng.uniform(0.8, 1.1)
        start = hip.at(2.75, 0.15) + shift + rng.normal(0, 1.5, 2)
        c.screw(
            start, hip.at(-0.55, 0) + shift, 6.5, SOLID_CM * 0.5, rng.choice([16, 32])
        )


_DRAW = dict(zip(KINDS, (_total, _hemi, _plate, _nail, _screws), strict=True))


def draw_metal(
    x_mm: NDArray[np.float32],
    y_mm: NDArray[np.float32],
    kind: ImplantKind,
    hip: HipAxes,
    rng: np.random.Generator,
) -> Field:
    """One hip's metal, ``(rows, columns)`` cm of bone mineral equivalent."""
    canvas = _Canvas(Plane(np.asarray(x_mm, np.float32), np.asarray(y_mm, np.float32)))
    _DRAW[kind](canvas, hip, rng)
    return canvas.metal


def draw_spine(
    x_mm: NDArray[np.float32], y_mm: NDArray[np.float32], lowest_y_mm: float,
    rng: np.random.Generator, spacing_mm: float = 35.0, middle_x_mm: float = 0.0,
) -> Field:  # fmt: skip
    """Pedicle screws and rods from ``lowest_y_mm`` upwards, cm of bone mineral."""
    canvas = _Canvas(Plane(np.asarray(x_mm, np.float32), np.asarray(y_mm, np.float32)))
    levels = int(rng.integers(2, 5))
    for s in (-1, 1):
        tops = []
        for i in range(levels):
            out = 22 - 2.5 * i + rng.normal(0, 1.5)
            at = np.array(
                [middle_x_mm + s * out, lowest_y_mm + spacing_mm * i + rng.normal(0, 2)]
            )
            tip = at + np.array([-s * rng.uniform(4, 16), rng.uniform(-6, 9)])
            canvas.screw(at, tip, 6.0, THIN_CM, 60)
            canvas.rod(at - [0, 5], at + [0, 5], 11, 11, SOLID_CM)
            tops.append(at)
        for a, b in zip(tops, tops[1:], strict=False):
            canvas.rod(a, b, 5.5, 5.5, SOLID_CM)
        canvas.rod(tops[0] - [0, 9], tops[0], 5.5, 5.5, SOLID_CM)
        canvas.rod(tops[-1], tops[-1] + [0, 9], 5.5, 5.5, SOLID_CM)
    return canvas.metal


def draw_kind(rng: np.random.Generator) -> ImplantKind:
    """A kind of metal as often as it is seen."""
    return KINDS[rng.choice(len(KINDS), p=SHARES)]
