"""What lies in a pelvis and between the thighs: bladder, gas, stool, genitals."""

from __future__ import annotations

import numpy as np

from ..core.radiograph import Sex
from .planar import Map, Noise, Plane, ellipse, rounded

BOWEL = {  # where it lies: centre and spread (x, y), mm from the heads' middle
    "rectum": ((0, 32), (16, 20)),
    "sigmoid": ((30, 62), (22, 16)),
    "caecum": ((-92, 100), (16, 22)),
    "descending": ((100, 112), (12, 24)),
    "small": ((0, 118), (60, 24)),
}


def bladder(p: Plane, rng: np.random.Generator) -> Map:
    """Depth of urine in mm: an egg behind and above the pubis."""
    full = rng.uniform(0.5, 1.5)
    axes = (34 * full + rng.uniform(0, 10), 22 * full + rng.uniform(0, 8))
    centre = (float(rng.normal(0, 5)), -18 + axes[1] + rng.uniform(-6, 8))
    inside = rounded(ellipse(p, centre, axes), min(axes))
    return np.float32(1.6 * min(axes)) * inside


def _blobs(
    p: Plane, centre: tuple[float, float], size: float, rng: np.random.Generator
) -> tuple[tuple[slice, slice], Map] | None:
    """A chain of bulging pockets, as haustra are, about ``size`` mm thick."""
    count = int(rng.integers(1, 7))
    heading, cx, cy = rng.uniform(0, 2 * np.pi), *centre
    drawn = []
    for _ in range(count):
        axes = size * rng.uniform(0.35, 1.0), size * rng.uniform(0.3, 0.8)
        drawn.append((cx, cy, axes, rng.uniform(0, 180), rng.uniform(0.5, 1.4)))
        heading += rng.normal(0, 0.8)
        cx += size * 0.9 * np.cos(heading)
        cy += size * 0.9 * np.sin(heading)
    xs, ys = [d[0] for d in drawn], [d[1] for d in drawn]
    found = p.near((min(xs) - size, max(xs) + size), (min(ys) - size, max(ys) + size))
    if found is None:
        return None
    where, part = found
    out = part.zeros()
    for x, y, axes, turn, depth in drawn:
        pocket = rounded(ellipse(part, (x, y), axes, turn), min(axes))
        np.maximum(out, np.float32(depth * size) * pocket, out=out)
    return where, out


def bowel(p: Plane, rng: np.random.Generator, gas: float, stool: float) -> Map:
    """Gas in mm of missing tissue; stool is gas in crumbs.

    Parameters
    ----------
    gas, stool
        How likely each part of the bowel holds it.
    """
    out = p.zeros()
    crumbs = Noise(rng, 2.2), Noise(rng, 5.0)
    for centre, spread in BOWEL.values():
        for share, solid in ((gas, False), (stool, True)):
            if rng.random() > share:
                continue
            for _ in range(int(rng.integers(1, 4))):
                at = (
                    centre[0] + spread[0] * rng.normal(),
                    centre[1] + spread[1] * rng.normal(),
                )
                size = 7 + rng.gamma(2.0, 4.0) + (5 if solid else 0)
                found = _blobs(p, at, size, rng)
                if found is None:
                    continue
                where, depth = found
                if solid:
                    part = Plane(p.x_mm[where[1]], p.y_mm[where[0]])
                    mixed = 0.35 + 0.5 * crumbs[0](part) + 0.35 * crumbs[1](part)
                    depth = depth * np.clip(mixed, 0, 1.1)
                out[where] = np.maximum(out[where], depth)
    return out


def genitals(p: Plane, sex: Sex, crotch_mm: float, rng: np.random.Generator) -> Map:
    """Soft tissue in front of or between the thighs, mm."""
    u, n = rng.uniform, rng.normal
    out = p.zeros()
    if sex == "F":
        for s in (-1, 1):
            d = ellipse(p, (s * u(6, 11), crotch_mm + u(-4, 12)), (u(6, 11), u(14, 26)))
            out += u(4, 14) * rounded(d, 9)
        return out
    y = crotch_mm + u(-38, 0)
    side = n(0, 12)
    for s in (-1, 1):
        d = ellipse(p, (side + s * u(9, 16), y + n(0, 5)), (u(16, 26), u(20, 34)))
        out = np.maximum(out, u(22, 42) * rounded(d, 20))
    turn, long = n(-90, 25), u(22, 50)
    a = np.radians(turn)
    top = (side * 0.5, y + u(0, 30))
    middle = (top[0] + long * np.cos(a), top[1] + long * np.sin(a))
    d = ellipse(p, middle, (long, u(12, 18)), turn)
    return out + u(14, 28) * rounded(d, 14)
