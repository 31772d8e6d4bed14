"""What the shape model lacks: lower lumbar vertebrae and coccyx, flat, in g/cm²."""

from __future__ import annotations

import numpy as np

from ..geometry import Field
from ..planar import Plane, ellipse, rise


def draw_vertebrae(
    plane: Plane, top_y_mm: float, strength: float, rng: np.random.Generator
) -> Field:
    """Mineral of L5, L4, L3 above ``top_y_mm`` and of the coccyx, ``(rows, columns)``.

    Parameters
    ----------
    plane
        The plane of the hips, mm.
    top_y_mm
        Height of the sacrum's upper plate.
    strength
        Mineral against a usual patient's.
    """
    out = plane.zeros()
    shift, curve = rng.normal(0, 3), rng.normal(0, 0.05)
    height, half = rng.uniform(27, 34), rng.uniform(22, 28)
    for level in range(3):
        y = top_y_mm + 9 + (height + 10) * (level + 0.5) - 4
        x = shift + curve * (y - top_y_mm)
        out += _vertebra(plane, x, y, half - level, height, rng)
    return (out * np.float32(strength)).astype(np.float32)


def _vertebra(
    p: Plane, x: float, y: float, half: float, height: float, rng: np.random.Generator
) -> Field:
    dx, dy = p.x - np.float32(x), p.y - np.float32(y)
    waist = half * (0.9 + 0.1 * np.clip(np.abs(dy) / (height / 2), 0, 1) ** 2)
    inside = rise(waist - np.abs(dx), 0.9) * rise(height / 2 - np.abs(dy), 0.9)
    plates = np.exp(-0.5 * ((np.abs(dy) - height / 2 + 1.2) / 1.1) ** 2)
    sides = np.exp(-0.5 * ((np.abs(dx) - waist + 1.0) / 0.9) ** 2)
    body = inside * (0.55 + 0.35 * plates + 0.25 * sides)
    for sign in (-1, 1):
        pedicle = ellipse(p, (x + sign * 0.6 * half, y + 0.15 * height), (4.5, 6.5))
        body = body + 0.35 * rise(pedicle, 0.8) - 0.2 * rise(pedicle - 2, 0.8)
        transverse = ellipse(
            p, (x + sign * (half + 11), y + rng.uniform(0, 5)), (14, 4.0),
            sign * rng.uniform(0, 0.25),
        )  # fmt: skip
        body = body + 0.22 * rise(transverse, 1.0)
    process = ellipse(p, (x, y - 0.3 * height), (3.2, 9))
    return body + 0.35 * rise(process, 0.8)
