"""Defects of films, for tests and figures of the quality flags.

Each takes a film (bright = dense, 0 … 1) and gives a new one. Nothing here is used to
make cohorts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.draw import disk, line, polygon

from ..core.anatomy import Points
from .family import HipPlan
from .geometry import Field


def with_clip(film: Field, xy: Points, length_px: float, angle_deg: float) -> Field:
    """A surgical clip: a short, thin, very dense rod, soft by one pixel."""
    step = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    a, b = xy - step * length_px / 2, xy + step * length_px / 2
    covered = np.zeros(film.shape, np.float32)
    rows, columns = line(*np.round([a[1], a[0], b[1], b[0]]).astype(int))
    width = max(1, round(length_px / 8))
    for row, column in zip(rows, columns, strict=True):
        covered[disk((row, column), width, shape=film.shape)] = 1
    return _dense(film, gaussian_filter(covered, 0.6))


def with_nail(film: Field, outline_xy: Points) -> Field:
    """A nail, plate or stem: everything inside the outline is as dense as metal."""
    covered = np.zeros(film.shape, np.float32)
    covered[polygon(outline_xy[:, 1], outline_xy[:, 0], film.shape)] = 1
    return _dense(film, gaussian_filter(covered, 0.8))


def with_border(
    film: Field, side: int, depth_px: float, tilt_deg: float, level: float,
    noise: float, rng: np.random.Generator,
) -> Field:  # fmt: skip
    """A collimator over one side, tilted, with a little scatter under it.

    Parameters
    ----------
    side
        0 top, 1 right, 2 bottom, 3 left.
    level
        What the shadow shows: 0 black, 1 white.
    """
    turned = np.rot90(film, side)
    rows, columns = np.mgrid[: turned.shape[0], : turned.shape[1]]
    slope = np.tan(np.radians(tilt_deg))
    edge = depth_px + slope * (columns - turned.shape[1] / 2)
    under = np.clip(edge - rows, 0, 1)
    shadow = np.clip(level + noise * rng.standard_normal(turned.shape), 0, 1)
    out = turned * (1 - under) + shadow * under
    return np.ascontiguousarray(np.rot90(out, -side)).astype(np.float32)


def burnt_out(film: Field, level: float) -> Field:
    """A film that shows nothing above ``level``: it stays there, flat."""
    return np.minimum(film, np.float32(level))


def turned(plan: HipPlan, internal_rotation_deg: float) -> HipPlan:
    """The same hip with the leg turned inwards (outwards when negative)."""
    pose = replace(plan.legs[0], internal_rotation=internal_rotation_deg)
    return replace(plan, legs=(pose, plan.legs[1]))


def _dense(film: Field, covered: Field) -> Field:
    metal = np.float32(0.97)
    return np.maximum(film, film * (1 - covered) + metal * covered).astype(np.float32)
