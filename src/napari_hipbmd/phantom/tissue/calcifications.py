"""Chalk outside the bones: phleboliths, arteries, granulomas in the buttock.

Equivalents of bone mineral in cm, in film and STO alike, since they are no bone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..geometry import Field
from ..planar import Plane, bell, ellipse, path_distance, rounded
from .soft_tissue import HEADS, Heads

ARTERY = np.array(  # common iliac → external iliac → over the head → down the thigh
    [[0.14, 6.2], [0.30, 4.6], [0.50, 3.0], [0.72, 1.6], [0.92, 0.3], [1.02, -1.2],
     [1.02, -3.2], [0.94, -5.5], [0.86, -8.0]]
)  # fmt: skip
"""x in half distances of the heads from the midline, y in head radii above them."""


def _stone(
    p: Plane, out: Field, rng: np.random.Generator, x: float, y: float, r: float
) -> None:
    """A phlebolith: round, often with a clear middle."""
    found = p.near((x - r - 2, x + r + 2), (y - r - 2, y + r + 2))
    if found is None:
        return
    where, part = found
    axes = (r, r * rng.uniform(0.75, 1))
    d = ellipse(part, (x, y), axes, rng.uniform(0, 180))
    high = rng.uniform(0.05, 0.16) * r / 2
    body = rounded(d + 0.3, r)
    if rng.random() < 0.5:
        body = bell(d - 0.25 * r, max(0.22 * r, 0.4)) + 0.3 * body
    out[where] += np.float32(high) * body


def phleboliths(p: Plane, rng: np.random.Generator, heads_xy: Heads = HEADS) -> Field:
    """A few stones in veins of the lower pelvis."""
    out = p.zeros()
    (xl, yl), (xr, yr) = heads_xy
    middle, half = ((xl + xr) / 2, (yl + yr) / 2), (xl - xr) / 2
    for _ in range(1 + rng.poisson(2.0)):
        x = middle[0] + rng.choice([-1, 1]) * half * rng.uniform(0.35, 0.85)
        y = middle[1] + rng.normal(-8, 20)
        _stone(p, out, rng, x, y, rng.uniform(1.0, 3.2))
    return out


def arteries(
    p: Plane, rng: np.random.Generator, radius_mm: float, heads_xy: Heads = HEADS
) -> Field:
    """Two lines of broken chalk along iliac and femoral arteries."""
    out = p.zeros()
    (xl, yl), (xr, yr) = heads_xy
    middle, half = (xl + xr) / 2, (xl - xr) / 2
    wide, high = rng.uniform(2.8, 4.8), rng.uniform(0.02, 0.12)
    for s, level in ((1, yl), (-1, yr)):
        path = np.stack(
            [middle + s * half * ARTERY[:, 0], level + radius_mm * ARTERY[:, 1]], 1
        )
        path = _bent(path, rng)
        start = rng.integers(0, len(path) // 2)
        path = path[start : start + rng.integers(len(path) // 3, len(path))]
        low, top = path.min(0) - 9, path.max(0) + 9
        found = p.near((low[0], top[0]), (low[1], top[1]))
        if found is None:
            continue
        where, part = found
        d = path_distance(part, path)
        side = part.x + 0.2 * part.y  # patches come and go along the wall
        wave = sum(
            np.sin(side * f + rng.uniform(0, 6))
            + np.sin(part.y * f * 1.3 + rng.uniform(0, 6))
            for f in (0.35, 0.8, 1.7)
        )
        patches = np.clip(0.35 * wave + rng.uniform(0.0, 0.9), 0, 1.2)
        wall = bell(d - wide, max(0.5, 0.7 * part.step_mm)) + 0.12 * (d < wide)
        out[where] += np.float32(high) * wall * patches
    return out


def _bent(path: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """A path with old arteries' turns, sampled finely."""
    from scipy.interpolate import make_interp_spline

    t = np.linspace(0, 1, len(path))
    spline = make_interp_spline(t, path + rng.normal(0, 4, path.shape), 3)
    fine: NDArray[np.float64] = spline(np.linspace(0, 1, 34))
    return fine


def granulomas(p: Plane, rng: np.random.Generator) -> Field:
    """Old injections in the buttock: faint rings of 5–15 mm."""
    out = p.zeros()
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.choice([-1, 1]) * rng.uniform(95, 165), rng.uniform(10, 100)
        r = rng.uniform(2.5, 7)
        _stone(p, out, rng, x, y, r)
    return out


def draw_calcifications(
    x_mm: NDArray[np.float32], y_mm: NDArray[np.float32], age_years: float,
    radius_mm: float, rng: np.random.Generator, heads_xy: Heads = HEADS,
) -> Field:  # fmt: skip
    """All chalk of one patient, cm of bone mineral equivalent; older ones have more.

    Parameters
    ----------
    x_mm, y_mm
        Columns and rows in the plane of the hips.
    radius_mm
        Of the femoral head.
    """
    p = Plane(np.asarray(x_mm, np.float32), np.asarray(y_mm, np.float32))
    old = float(np.clip((age_years - 40) / 40, 0, 1))
    streams = rng.spawn(4)
    has = streams[3].random(3)
    out = p.zeros()
    if has[0] < 0.15 + 0.25 * old:
        out += phleboliths(p, streams[0], heads_xy)
    if has[1] < 0.35 * old:
        out += arteries(p, streams[1], radius_mm, heads_xy)
    if has[2] < 0.05:
        out += granulomas(p, streams[2])
    return out
