"""The proximal femur as an implicit solid in its own frame.

Frame in mm: origin at the head's centre, x lateral, y superior, z anterior, neck and
shaft axes in the plane z = 0. Lengths scale with k = R / 22 (R: head radius).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .implicit import Field, Points3, Vector, capsule, smooth_min, smooth_union, sphere

BEZIER_STEPS = 40
MAP_STEP_MM = 1.0


@dataclass(frozen=True)
class FemurShape:
    """Anatomy of one femur; lengths in mm, angles in degrees, factors near 1."""

    head_radius_mm: float = 22.0
    neck_shaft_angle_deg: float = 130.0
    offset_mm: float = 37.5
    neck_width: float = 1.41
    neck_depth: float = 0.80
    neck_flare: float = 1.08
    neck_shift: float = 0.0
    base_width: float = 1.0
    shaft_width: float = 0.645
    greater_size: float = 1.0
    greater_height: float = 0.0
    lesser_size: float = 1.0
    head_osteophyte_mm: float = 0.0

    @property
    def k(self) -> float:
        """Scale of every mm constant."""
        return self.head_radius_mm / 22

    @property
    def axis_length_mm(self) -> float:
        """L: along the neck axis, head centre to shaft axis."""
        return self.offset_mm / np.sin(np.radians(self.neck_shaft_angle_deg))

    @property
    def knee_y_mm(self) -> float:
        """PY: height at which the neck axis meets the shaft axis (negative)."""
        return self.axis_length_mm * np.cos(np.radians(self.neck_shaft_angle_deg))

    def on_axis(self, s: float, h: float = 0.0) -> Vector:
        """Point ``s`` mm along the neck axis and ``h`` mm to its superior side."""
        a = np.radians(self.neck_shaft_angle_deg)
        return (
            s * np.sin(a) - h * np.cos(a),
            s * np.cos(a) + h * np.sin(a),
            0.0,
        )


@dataclass(frozen=True)
class FemurFields:
    """Signed distances at the same points: whole bone and its landmarks' parts."""

    whole: Field
    head: Field  # the bare sphere
    core: Field  # head, neck, shaft: the neck's own surface, without trochanters
    greater: Field
    lesser: Field


def distances(shape: FemurShape, p: Points3) -> FemurFields:
    """Evaluate the femur at points of its own frame."""
    k, radius = shape.k, shape.head_radius_mm
    off, py, length = shape.offset_mm, shape.knee_y_mm, shape.axis_length_mm
    ax = shape.on_axis

    ball = head = sphere(p, (0, 0, 0), radius)
    if shape.head_osteophyte_mm > 0:
        lip = shape.head_osteophyte_mm
        head = smooth_min(head, sphere(p, ax(0.35 * radius, -0.92 * radius), lip), 3)
        head = smooth_min(head, sphere(p, ax(0.4 * radius, 0.9 * radius), 0.7 * lip), 3)

    width = shape.neck_width * radius
    rn = 0.5 * width * shape.neck_depth
    e = 0.5 * width - rn
    shift = shape.neck_shift * radius
    neck = smooth_union(
        (
            capsule(
                p,
                ax(0.3 * radius, h * e + shift),
                ax(0.62 * length, h * e),
                shape.neck_flare * rn,
                rn,
            )
            for h in (-1, 1)
        ),
        2 * k,
    )
    base_e = (e + 1 * k) * shape.base_width
    base = smooth_min(
        capsule(p, ax(0.58 * length, base_e), ax(length + 2 * k, 2 * k), rn, 1.12 * rn),
        capsule(p, ax(0.58 * length, -e), ax(length + 2 * k, -7 * k), rn, 1.18 * rn),
        4 * k,
    )
    neck = smooth_min(neck, base, 8 * k)

    rs = shape.shaft_width * radius
    shaft = smooth_union(
        (
            capsule(
                p,
                (off - 1 * k, py - 9 * k, 0),
                (off, py - 42 * k, 0),
                1.2 * rs,
                1.06 * rs,
            ),
            capsule(p, (off, py - 42 * k, 0), (off + k, py - 85 * k, k), 1.06 * rs, rs),
            capsule(
                p,
                (off + k, py - 85 * k, k),
                (off + k, py - 220 * k, 3 * k),
                rs,
                0.97 * rs,
            ),
        ),
        2 * k,
    )
    g, top = shape.greater_size, shape.greater_height * k
    greater = smooth_min(
        capsule(
            p,
            (off + 7 * k, py - 8 * k, -2 * k),
            (off + 8 * k, py + 13 * k, -7 * k),
            13.2 * g * k,
            11.2 * g * k,
        ),
        capsule(
            p,
            (off + 8 * k, py + 13 * k, -7 * k),
            (off + 4.5 * k, py + 25 * k * g + top, -12 * k),
            11.2 * g * k,
            7.0 * g * k,
        ),
        6 * k,
    )
    crest = capsule(
        p,
        (off + 5 * k, py + 14 * k, -12 * k),
        (off - 9 * k, py - 20 * k, -11 * k),
        5.5 * k,
        6 * k,
    )
    m = shape.lesser_size
    lesser = capsule(
        p,
        (off - 5 * k, py - 27 * k, -5 * k),
        (off - 15.5 * k * m, py - 22.5 * k, -12 * k * m),
        12 * k,
        5.6 * m * k,
    )
    core = smooth_min(smooth_min(head, neck, 5 * k), shaft, 12 * k)
    trochanters = smooth_min(shaft, greater, 10 * k)
    trochanters = smooth_min(trochanters, lesser, 10 * k)
    trochanters = smooth_min(trochanters, crest, 8 * k)
    whole = smooth_min(smooth_min(head, neck, 5 * k), trochanters, 12 * k)
    return FemurFields(whole, ball, core, greater, lesser)


@dataclass(frozen=True)
class FrontalMaps:
    """Properties that depend on the frontal plane only, as maps to look up.

    ``[row, column]`` is ``(y0 - row, x0 + column)`` · 1 mm; ``orientation_cos/sin`` are
    double-angle moments of the trabecular bands' local direction.
    """

    x0: float
    y0: float
    cortex_mm: NDArray[np.float32]
    trabecular_g_cm3: NDArray[np.float32]
    orientation_cos: NDArray[np.float32]
    orientation_sin: NDArray[np.float32]


def _bezier(a: Vector, b: Vector, c: Vector) -> NDArray[np.float64]:
    t = np.linspace(0, 1, BEZIER_STEPS)[:, None]
    p0, p1, p2 = (np.array(v[:2]) for v in (a, b, c))
    return (1 - t) ** 2 * p0 + 2 * t * (1 - t) * p1 + t**2 * p2


def _band(
    xy: NDArray[np.float64], curve: NDArray[np.float64], sigma_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gaussian of the distance to a curve, and the curve's direction there."""
    d2 = ((xy[:, :, None, :] - curve) ** 2).sum(-1)
    nearest = d2.argmin(-1)
    tangent = np.gradient(curve, axis=0)
    angle = np.arctan2(tangent[:, 1], tangent[:, 0])[nearest]
    return np.exp(-0.5 * d2.min(-1) / sigma_mm**2), angle


def frontal_maps(
    shape: FemurShape, bmd_g_cm2: float, cortex_factor: float, band_gain: float = 1.0
) -> FrontalMaps:
    """Cortex thickness, trabecular density and direction over the frontal plane."""
    k, radius = shape.k, shape.head_radius_mm
    off, py, length = shape.offset_mm, shape.knee_y_mm, shape.axis_length_mm
    rs = shape.shaft_width * radius
    ax = shape.on_axis
    x0, y0 = -1.5 * radius, 1.5 * radius
    x = x0 + np.arange(int(off + 4.5 * radius)) * MAP_STEP_MM
    y = y0 - np.arange(int(1.5 * radius - py + 200)) * MAP_STEP_MM
    xy = np.stack(np.meshgrid(x, y), -1)

    middle = np.array(ax(0.7 * length)[:2])
    axis = np.array(ax(1.0)[:2])
    along = (xy - middle) @ axis
    calcar, _ = _band(
        xy,
        _bezier(
            ax(0.55 * length, -0.7 * radius),
            ax(0.9 * length, -0.85 * radius),
            (off - rs, py - 30 * k, 0),
        ),
        6.5 * k,
    )
    below = np.clip((py - xy[..., 1] - 12 * k) / (50 * k), 0, 1)
    cortex = 0.72 + 0.35 * np.exp(-0.5 * (along / (12 * k)) ** 2) + 2.1 * calcar
    cortex += 3.9 * below * below * (3 - 2 * below)
    cortex *= k * (bmd_g_cm2 / 0.72) ** 0.75 * cortex_factor

    compressive, angle_c = _band(
        xy,
        _bezier(
            (off - 0.9 * rs, py - 20 * k, 0),
            ax(0.45 * length, -5 * k),
            (-0.12 * radius, 0.92 * radius, 0),
        ),
        7 * k,
    )
    tensile, angle_t = _band(
        xy,
        _bezier(
            (off + 0.95 * rs, py - 24 * k, 0),
            (off - 10 * k, py + 36 * k, 0),
            (-0.55 * radius, -0.45 * radius, 0),
        ),
        6 * k,
    )
    secondary, angle_s = _band(
        xy,
        _bezier(
            (off - 0.9 * rs, py - 36 * k, 0),
            (off - 2 * k, py - 16 * k, 0),
            (off + 9 * k, py + 8 * k, 0),
        ),
        7 * k,
    )
    r2 = (xy**2).sum(-1)
    ward = ((xy - np.array(ax(0.70 * length, -1 * k)[:2])) ** 2).sum(-1)
    greater = ((xy - np.array([off + 8 * k, py + 6 * k])) ** 2).sum(-1)
    density = (
        0.052
        + 0.13 * np.exp(-0.5 * r2 / (0.75 * radius) ** 2)
        + band_gain * (0.22 * compressive + 0.14 * tensile + 0.05 * secondary)
        + 0.07 * np.exp(-0.5 * greater / (12 * k) ** 2)
    )
    density *= 1 - 0.75 * np.exp(-0.5 * ward / (8.5 * k) ** 2)
    density *= np.clip(1 - (py - xy[..., 1] - 20 * k) / (40 * k), 0.02, 1)
    weights = (0.22 * compressive, 0.14 * tensile, 0.05 * secondary)
    angles = (angle_c, angle_t, angle_s)
    total = sum(weights) + 1e-3
    cos2 = sum(w * np.cos(2 * a) for w, a in zip(weights, angles, strict=True)) / total
    sin2 = sum(w * np.sin(2 * a) for w, a in zip(weights, angles, strict=True)) / total
    return FrontalMaps(
        float(x0),
        float(y0),
        *(np.asarray(m, np.float32) for m in (cortex, density, cos2, sin2)),
    )
