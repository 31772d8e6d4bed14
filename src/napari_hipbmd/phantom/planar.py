"""Small 2-D tools of everything that is drawn flat: soft tissue, clutter, metal.

A :class:`Plane` is a grid of millimetres; shapes are functions of its coordinates, and
small ones touch only the pixels round them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Map = NDArray[np.floating]
NOISE_REACH_MM = 300.0


@dataclass(frozen=True, eq=False)
class Plane:
    """A regular grid, ``x_mm`` (columns) and ``y_mm`` (rows), in mm."""

    x_mm: NDArray[np.float32]
    y_mm: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.y_mm), len(self.x_mm)

    @property
    def step_mm(self) -> float:
        """Distance of columns."""
        return float(abs(self.x_mm[1] - self.x_mm[0]))

    @cached_property
    def x(self) -> Map:
        """``(1, columns)``."""
        return np.asarray(self.x_mm, np.float32)[None, :]

    @cached_property
    def y(self) -> Map:
        """``(rows, 1)``."""
        return np.asarray(self.y_mm, np.float32)[:, None]

    def zeros(self) -> Map:
        """An empty map."""
        return np.zeros(self.shape, np.float32)

    def near(
        self, x_mm: tuple[float, float], y_mm: tuple[float, float]
    ) -> tuple[tuple[slice, slice], Plane] | None:
        """The part of the grid within a box, as slices and grid; None where empty."""
        columns = np.flatnonzero((self.x_mm >= x_mm[0]) & (self.x_mm <= x_mm[1]))
        rows = np.flatnonzero((self.y_mm >= y_mm[0]) & (self.y_mm <= y_mm[1]))
        if len(columns) < 2 or len(rows) < 2:
            return None
        r, c = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return (r, c), Plane(self.x_mm[c], self.y_mm[r])


def rounded(distance_mm: Map, radius_mm: float) -> Map:
    """Rounded border: 0 outside, rising to 1 at ``radius_mm`` inside."""
    inside = np.clip(distance_mm * np.float32(1 / radius_mm), 0, 1)
    return np.sqrt(np.maximum(1 - (1 - inside) ** 2, 0))


def bell(distance: Map, width: float | Map) -> Map:
    """Gaussian of height 1."""
    return np.exp(np.float32(-0.5) * (distance / np.float32(1) / width) ** 2)


def rise(distance: Map, width: float | Map) -> Map:
    """Smooth step from 0 to 1 around 0."""
    scaled = np.clip(distance / width, -15, 15)
    return 1 / (1 + np.exp(-scaled))


def ellipse(
    plane: Plane, centre: tuple[float, float], axes: tuple[float, float],
    turn_deg: float = 0.0,
) -> Map:  # fmt: skip
    """About the distance inside an ellipse's border in mm; negative outside."""
    a = np.radians(turn_deg)
    c, s = np.float32(np.cos(a)), np.float32(np.sin(a))
    dx, dy = plane.x - np.float32(centre[0]), plane.y - np.float32(centre[1])
    u, v = dx * c + dy * s, dy * c - dx * s
    radius = np.sqrt((u / np.float32(axes[0])) ** 2 + (v / np.float32(axes[1])) ** 2)
    return (1 - radius) * np.float32(min(axes))


def segment(
    plane: Plane, a: tuple[float, float], b: tuple[float, float]
) -> tuple[Map, Map]:
    """Distance to the segment from ``a`` to ``b`` in mm, and how far along (0 … 1)."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    px, py = plane.x - np.float32(a[0]), plane.y - np.float32(a[1])
    length2 = max(dx * dx + dy * dy, 1e-9)
    along = np.clip((px * np.float32(dx) + py * np.float32(dy)) / length2, 0, 1)
    along = along.astype(np.float32)
    away = np.hypot(px - along * np.float32(dx), py - along * np.float32(dy))
    return away, along


def path_distance(plane: Plane, points: NDArray[np.floating]) -> Map:
    """Distance to a polyline ``(n, 2)`` in mm, float32."""
    out = np.full(plane.shape, np.inf, np.float32)
    for a, b in zip(points, points[1:], strict=False):
        away = segment(plane, (a[0], a[1]), (b[0], b[1]))[0]
        np.minimum(out, away, out=out)
    return out


def bezier(nodes: NDArray[np.floating], count: int = 14) -> NDArray[np.float64]:
    """Points ``(count, 2)`` of a quadratic Bézier curve with three ``nodes``."""
    t = np.linspace(0, 1, count)[:, None]
    a, b, c = np.asarray(nodes, float)
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


def add_path(
    out: Map, plane: Plane, points: NDArray[np.floating], width_mm: float, high: float
) -> None:
    """Add a soft line along a polyline to ``out``, in place."""
    margin = 4 * width_mm + 2 * plane.step_mm
    low, top = points.min(0) - margin, points.max(0) + margin
    found = plane.near((low[0], top[0]), (low[1], top[1]))
    if found is not None:
        where, part = found
        width = max(width_mm, 0.6 * plane.step_mm)
        thin = width_mm / width  # a line thinner than the grid keeps its sum
        out[where] += np.float32(high * thin) * bell(path_distance(part, points), width)


class Noise:
    """Smooth noise of unit SD that belongs to the world, not to a grid.

    The same generator gives the same noise whatever the grid that looks at it.
    """

    def __init__(
        self, rng: np.random.Generator, sigma_mm: float, stretch: float = 1.0
    ) -> None:
        self._step = (sigma_mm / 2.0, sigma_mm * stretch / 2.0)
        columns, rows = (int(2 * NOISE_REACH_MM / s) + 2 for s in self._step)
        raw = rng.standard_normal((rows, columns), dtype=np.float32)
        smooth = gaussian_filter(raw, 2.0, mode="wrap")
        self._lattice = smooth / smooth.std()

    def __call__(self, plane: Plane) -> Map:
        """Values on a grid, ``(rows, columns)`` float32."""
        out = self._lattice
        for axis, (at, step) in enumerate(
            zip((plane.y_mm, plane.x_mm), self._step[::-1], strict=True)
        ):
            position = (np.asarray(at, float) + NOISE_REACH_MM) / step
            count = out.shape[axis]
            whole = np.floor(position).astype(int)
            share = (position - whole).astype(np.float32)
            share = share[:, None] if axis == 0 else share[None, :]
            low = out.take(whole % count, axis)
            out = low + share * (out.take((whole + 1) % count, axis) - low)
        return out


def wide_blur(image: NDArray[np.generic], sigma_px: float) -> Map:
    """Gaussian blur, on every n-th pixel where it is so wide that they do."""
    shrink = max(1, int(sigma_px / 3))
    small = np.asarray(image, np.float32)[shrink // 2 :: shrink, shrink // 2 :: shrink]
    small = gaussian_filter(small, sigma_px / shrink, mode="nearest", truncate=3)
    if shrink == 1:
        return small
    rows, columns = (
        np.clip((np.arange(n) - shrink // 2) / shrink, 0, m - 1)
        for n, m in zip(image.shape, small.shape, strict=True)
    )
    r0, c0 = (
        np.minimum(a.astype(int), m - 2)
        for a, m in zip((rows, columns), small.shape, strict=True)
    )
    dr = (rows - r0).astype(np.float32)[:, None]
    dc = (columns - c0).astype(np.float32)[None, :]
    by_row = small[r0] * (1 - dr) + small[r0 + 1] * dr
    return by_row[:, c0] * (1 - dc) + by_row[:, c0 + 1] * dc
