"""Signed distances of the few shapes a hip is made of, on float32 point arrays.

Points are ``(..., 3)`` arrays split into ``x, y, z`` components, in mm. A distance is
negative inside. The smooth minimum is the polynomial one: it blends two surfaces
over a width ``k`` in mm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating]
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Points3:
    """Components of a cloud of points, each ``(n,)`` or any common shape, in mm."""

    x: Field
    y: Field
    z: Field

    @classmethod
    def from_array(cls, xyz: NDArray[np.floating]) -> Points3:
        """From ``(..., 3)``."""
        x, y, z = np.moveaxis(np.asarray(xyz, np.float32), -1, 0)
        return cls(np.ascontiguousarray(x), np.ascontiguousarray(y), z.copy())


def _f(value: float) -> np.float32:
    return np.float32(value)


def sphere(p: Points3, centre: Vector, radius: float) -> Field:
    """Distance to a sphere."""
    x, y, z = p.x - _f(centre[0]), p.y - _f(centre[1]), p.z - _f(centre[2])
    return np.sqrt(x * x + y * y + z * z) - _f(radius)


def capsule(p: Points3, a: Vector, b: Vector, ra: float, rb: float) -> Field:
    """Distance to a tapered capsule from ``a`` (radius ``ra``) to ``b`` (``rb``).

    The radius runs linearly along the axis, so the distance is exact for ra = rb
    and first-order for gentle tapers.
    """
    d = np.subtract(b, a)
    x, y, z = p.x - _f(a[0]), p.y - _f(a[1]), p.z - _f(a[2])
    length2 = float(d @ d)
    h = (x * _f(d[0]) + y * _f(d[1]) + z * _f(d[2])) * _f(1 / length2)
    np.clip(h, 0, 1, out=h)
    x -= h * _f(d[0])
    y -= h * _f(d[1])
    z -= h * _f(d[2])
    h *= _f(rb - ra)
    x *= x
    y *= y
    z *= z
    x += y
    x += z
    np.sqrt(x, out=x)
    x -= h
    x -= _f(ra)
    return x


def chain(p: Points3, nodes: list[Vector], radii: list[float], k: float = 4.0) -> Field:
    """Smoothly joined capsules through ``nodes``."""
    return smooth_union(
        (
            capsule(p, a, b, ra, rb)
            for a, b, ra, rb in zip(nodes, nodes[1:], radii, radii[1:], strict=False)
        ),
        k,
    )


def plate(
    p: Points3,
    centre: Vector,
    axes: NDArray[np.floating],
    half_axes: tuple[float, float],
    half_thickness: float,
) -> Field:
    """Rounded elliptical plate; ``axes``: its long, short and normal axis as rows."""
    x, y, z = p.x - _f(centre[0]), p.y - _f(centre[1]), p.z - _f(centre[2])
    u, v, w = (x * _f(a[0]) + y * _f(a[1]) + z * _f(a[2]) for a in axes)
    q = np.sqrt((u / _f(half_axes[0])) ** 2 + (v / _f(half_axes[1])) ** 2)
    rim = (q - 1) * _f(min(half_axes))
    rim = np.maximum(rim, 0)
    return np.sqrt(rim * rim + w * w) - _f(half_thickness)


def smooth_min(a: Field, b: Field, k: float) -> Field:
    """Polynomial smooth minimum of two distances over the width ``k``."""
    h = np.maximum(_f(k) - np.abs(a - b), 0)
    h *= h
    h *= _f(0.25 / k)
    return np.minimum(a, b) - h


def smooth_union(parts: Iterable[Field], k: float) -> Field:
    """Smooth minimum of several distances, in order."""
    parts = iter(parts)
    out = next(parts)
    for part in parts:
        out = smooth_min(out, part, k)
    return out
