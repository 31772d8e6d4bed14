"""Cone-beam projection of an implicit solid, slice by slice.

The solid is sampled on a coarse grid; each slice is upsampled to the detector by two
bilinear matrices whose coordinates carry the magnification at that depth. Between
two slices the signed distance is taken as linear along the ray, which gives the
exact inside fraction for a plane crossing the slab.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .implicit import Field, Points3

MARGIN_MM = 3.0


@dataclass(frozen=True)
class Grid3:
    """Regular sampling of a box: index ``[z, y, x]``, ``y`` running downwards."""

    x_mm: NDArray[np.float32]
    y_mm: NDArray[np.float32]
    z_mm: NDArray[np.float32]

    @classmethod
    def box(
        cls,
        x: tuple[float, float],
        y: tuple[float, float],
        z: tuple[float, float],
        step_mm: float,
    ) -> Grid3:
        """Covering ``x``, ``y`` (low, high) and ``z`` with one step."""

        def axis(low: float, high: float) -> NDArray[np.float32]:
            return np.arange(low, high + step_mm, step_mm, dtype=np.float32)

        return cls(axis(*x), axis(*y)[::-1].copy(), axis(*z))

    def points(self) -> Points3:
        """All points, each component ``(nz, ny, nx)``."""
        z, y, x = np.meshgrid(self.z_mm, self.y_mm, self.x_mm, indexing="ij")
        return Points3(x, y, z)


@dataclass(frozen=True)
class Beam:
    """Source, detector and the detector's pixel centres.

    ``u_mm`` (columns) and ``v_mm`` (rows) are pixel centres in the detector plane, in
    the world's x and y (v runs downwards, so ``v_mm`` decreases). The source stands
    ``sid_mm`` before the detector at ``source_xy_mm``.
    """

    u_mm: NDArray[np.float32]
    v_mm: NDArray[np.float32]
    sid_mm: float
    detector_z_mm: float
    source_xy_mm: tuple[float, float]

    def minify(self, z_mm: float) -> float:
        """Size at depth ``z`` relative to its shadow on the detector."""
        return (self.sid_mm - (z_mm - self.detector_z_mm)) / self.sid_mm

    def at_depth(self, z_mm: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """World x of the columns and y of the rows where rays cross depth ``z``."""
        m = np.float32(self.minify(z_mm))
        sx, sy = (np.float32(s) for s in self.source_xy_mm)
        return sx + (self.u_mm - sx) * m, sy + (self.v_mm - sy) * m

    def project_xy(self, world: NDArray[np.float64]) -> NDArray[np.float64]:
        """Detector position ``(u, v)`` of world points ``(..., 3)``."""
        m = (self.sid_mm - (world[..., 2] - self.detector_z_mm)) / self.sid_mm
        s = np.array(self.source_xy_mm)
        return s + (world[..., :2] - s) / m[..., None]

    def obliquity(self) -> NDArray[np.float32]:
        """Path length per unit depth for each pixel, ``(rows, columns)``."""
        du = (self.u_mm - np.float32(self.source_xy_mm[0])) / np.float32(self.sid_mm)
        dv = (self.v_mm - np.float32(self.source_xy_mm[1])) / np.float32(self.sid_mm)
        return np.sqrt(1 + du[None, :] ** 2 + dv[:, None] ** 2)


def _matrix(at: NDArray[np.float32], axis: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bilinear interpolation matrix ``(len(at), len(axis))``, clamped at the ends."""
    step = axis[1] - axis[0]
    position = np.clip((at - axis[0]) / step, 0, len(axis) - 1.001)
    low = position.astype(np.intp)
    fraction = position - low
    out = np.zeros((len(at), len(axis)), np.float32)
    rows = np.arange(len(at))
    out[rows, low] = 1 - fraction
    out[rows, low + 1] = fraction
    return out


def _window(
    at: NDArray[np.float32], axis: NDArray[np.float32], used: NDArray[np.bool_]
) -> slice:
    """Pixels that see the used part of a grid axis."""
    inside = np.flatnonzero(used)
    a, b = axis[inside[0]], axis[inside[-1]]
    low, high = min(a, b) - MARGIN_MM, max(a, b) + MARGIN_MM
    seen = np.flatnonzero((at >= low) & (at <= high))
    return slice(seen[0], seen[-1] + 1) if len(seen) else slice(0, 0)


def _inside_fraction(d0: Field, d1: Field) -> Field:
    inside = np.maximum(-d0, 0)
    inside += np.maximum(-d1, 0)
    total = np.abs(d0)
    total += np.abs(d1)
    total += np.float32(1e-6)
    inside /= total
    return inside


@dataclass(frozen=True)
class Thickness:
    """Path lengths in mm and trabecular mineral in g/cm², ``(rows, columns)``."""

    envelope_mm: Field
    cortex_mm: Field
    trabecular_g_cm2: Field


def project(
    beam: Beam,
    grid: Grid3,
    distance: Field,
    cortex_mm: Field,
    density_g_cm3: Field,
) -> Thickness:
    """Project a solid with a cortical shell and a filled inside.

    Parameters
    ----------
    distance, cortex_mm, density_g_cm3
        ``(nz, ny, nx)`` on ``grid``: signed distance, cortex thickness and density of
        the inside.
    """
    shape = (len(beam.v_mm), len(beam.u_mm))
    envelope, inner, mineral = (np.zeros(shape, np.float32) for _ in range(3))
    used = distance < MARGIN_MM / 2
    step = float(grid.z_mm[1] - grid.z_mm[0])
    for k in range(len(grid.z_mm) - 1):
        slab = used[k] | used[k + 1]
        if not (distance[k : k + 2] < 0).any():
            continue
        x0, y0 = beam.at_depth(float(grid.z_mm[k]))
        columns = _window(x0, grid.x_mm, slab.any(0))
        rows = _window(y0, grid.y_mm, slab.any(1))
        if rows.stop == rows.start or columns.stop == columns.start:
            continue
        ups = []
        for level in (k, k + 1):
            x, y = beam.at_depth(float(grid.z_mm[level]))
            my = _matrix(y[rows], grid.y_mm)
            mx = _matrix(x[columns], grid.x_mm).T.copy()
            ups.append(
                [
                    my @ field[level] @ mx
                    for field in (distance, cortex_mm, density_g_cm3)
                ]
            )
        (d0, t0, r0), (d1, t1, r1) = ups
        envelope[rows, columns] += _inside_fraction(d0, d1)
        fraction = _inside_fraction(d0 + t0, d1 + t1)
        inner[rows, columns] += fraction
        mineral[rows, columns] += fraction * (r0 + r1)
    path = beam.obliquity() * np.float32(step)
    envelope *= path
    inner *= path
    mineral *= path * np.float32(0.5 / 10)
    return Thickness(envelope, np.maximum(envelope - inner, 0), mineral)


def shadow(
    beam: Beam, grid: Grid3, distance: Field, beside: Field | None = None
) -> tuple[Field, Field]:
    """Smallest signed distance along each ray: its zero line is the silhouette.

    Returns it with the value that ``beside`` (another field on the grid) has at the
    depth where that smallest distance is met.
    """
    beside = distance if beside is None else beside
    out = np.full((len(beam.v_mm), len(beam.u_mm)), 1e3, np.float32)
    there = out.copy()
    for k, z in enumerate(grid.z_mm):
        if distance[k].min() > 8:
            continue
        x, y = beam.at_depth(float(z))
        my, mx = _matrix(y, grid.y_mm), _matrix(x, grid.x_mm).T.copy()
        up = my @ distance[k] @ mx
        nearer = up < out
        np.copyto(out, up, where=nearer)
        if beside is not distance:
            np.copyto(there, my @ beside[k] @ mx, where=nearer)
    return out, there
