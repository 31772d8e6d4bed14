"""What lies in a pelvis and between the thighs: bladder, gas, stool, genitals."""

from __future__ import annotations

import numpy as np

from ...core.radiograph import Sex
from ..planar import Map, Noise, Plane, ellipse, rounded, segment

BOWEL = {  # where it lies: centre and spread (x, y), mm from the heads' middle
    "rectum": ((0, 32), (16, 20)),
    "sigmoid": ((30, 62), (22, 16)),
    "caecum": ((-74, 95), (14, 22)),
    "descending": ((80, 105), (12, 24)),
    "small": ((0, 118), (60, 24)),
}


def bladder(p: Plane, rng: np.random.Generator) -> Map:
    """Depth of urine in mm: an egg behind and above the pubis."""
    full = rng.uniform(0.5, 1.5)
    axes = (34 * full + rng.uniform(0, 10), 22 * full + rng.uniform(0, 8))
    centre = (float(rng.normal(0, 5)), -18 + axes[1] + rng.uniform(-6, 8))
    inside = rounded(ellipse(p, centre, axes), min(axes))
    return np.float32(1.6 * min(axes)) * inside


def _gut(
    p: Plane, centre: tuple[float, float], size: float, ruffle: tuple[Noise, Noise],
    rng: np.random.Generator,
) -> tuple[tuple[slice, slice], Map] | None:  # fmt: skip
    """A stretch of gut of uneven width about ``size`` mm thick, with its haustra."""
    heading, nodes = rng.uniform(0, 2 * np.pi), [np.array(centre)]
    for _ in range(int(rng.integers(1, 6))):
        heading += rng.normal(0, 0.9)
        turn = np.array([np.cos(heading), np.sin(heading)])
        nodes.append(nodes[-1] + size * rng.uniform(0.3, 1.1) * turn)
    path = np.array(nodes)
    widths = size * rng.uniform(0.3, 0.75, len(path) - 1)
    border, deep = size * rng.uniform(0.4, 0.9), size * rng.uniform(0.5, 1.6)
    low, high = path.min(0) - 2 * size, path.max(0) + 2 * size
    found = p.near((low[0], high[0]), (low[1], high[1]))
    if found is None:
        return None
    where, part = found
    inside = np.full(part.shape, -np.inf, np.float32)
    for a, b, width in zip(path, path[1:], widths, strict=False):
        away, _ = segment(part, (a[0], a[1]), (b[0], b[1]))
        np.maximum(inside, np.float32(width) - away, out=inside)
    rough = ruffle[0](part), ruffle[1](part)
    inside = inside + np.float32(0.16 * size) * rough[0] + np.float32(0.8) * rough[1]
    depth = rounded(inside, border) * (1 + 0.25 * rough[0])
    return where, np.float32(deep) * np.maximum(depth, 0)


def bowel(p: Plane, rng: np.random.Generator, gas: float, stool: float) -> Map:
    """Gas in mm of missing tissue; stool is gas in crumbs.

    Parameters
    ----------
    gas, stool
        How likely each part of the bowel holds it.
    """
    out = p.zeros()
    crumbs = Noise(rng, 2.2), Noise(rng, 5.0)
    ruffle = Noise(rng, 7.0), Noise(rng, 2.5)
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
                found = _gut(p, at, size, ruffle, rng)
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
    x, y, wide = n(0, 14), crotch_mm + u(-42, 0), u(24, 40)
    bag = ellipse(p, (x, y), (wide, u(24, 40)), n(0, 15))
    out = u(20, 40) * rounded(bag, 22)
    for s in (-1, 1):
        d = ellipse(
            p, (x + s * u(0.35, 0.6) * wide, y + n(-3, 5)), (u(11, 17), u(15, 23))
        )
        out += u(0, 12) * rounded(d, 10)
    turn, long = n(-90, 30), u(20, 48)
    a = np.radians(turn)
    middle = (0.6 * x + long * np.cos(a), y + u(0, 30) + long * np.sin(a))
    d = ellipse(p, middle, (long, u(12, 18)), turn)
    return out + u(10, 28) * rounded(d, 14)
