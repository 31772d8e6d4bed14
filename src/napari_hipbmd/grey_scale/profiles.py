"""Profiles across the femoral shaft, below the lesser trochanter.

A level is a short stretch of the shaft, averaged along its axis: trabeculae, noise and
texture fade, while the cortex's geometry stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from ..core.anatomy import Points
from ..core.arrays import Values
from ..core.radiograph import FloatImage
from ..core.shaft import ShaftFrame

STEP_MM = 0.5
LEVEL_MM = 4.0
"""Length of shaft that one profile is averaged over, and distance of two levels."""

FIRST_MM = 2.0
"""From the distal cut (I2–I3) to the upper end of the first level."""

LAST_MM = 92.0
MARGIN_MM = 7.0
"""Soft tissue that a profile shows on either side of the shaft."""


@dataclass(frozen=True, eq=False)
class Profile:
    """One level of the shaft.

    Attributes
    ----------
    below_mm
        Middle of the level, from the distal cut along the shaft's axis.
    x_mm
        ``(n,)`` positions across the shaft, medial negative, 0 on the axis.
    bone, sto
        ``(n,)`` mean grey of bone image and STO; NaN where the film ends.
    ends_xy
        ``(2, 2)`` film pixels of the profile's medial and lateral end.
    """

    below_mm: float
    x_mm: Values
    bone: Values
    sto: Values
    ends_xy: Points


def shaft_profiles(
    bone: FloatImage,
    sto: FloatImage,
    frame: ShaftFrame,
    corner_row_col: tuple[int, int] = (0, 0),
    levels_mm: Sequence[float] | None = None,
) -> list[Profile]:
    """Levels from the distal cut down to where the image ends.

    Parameters
    ----------
    bone, sto
        ``(rows, columns)`` on the film's 0 … 1 grey range.
    corner_row_col
        Where pixel ``[0, 0]`` of them lies in the film.
    levels_mm
        Middles of the levels, from the distal cut; one after the other by default.
    """
    half = frame.width_mm / 2 + MARGIN_MM
    x = np.arange(-np.ceil(half / STEP_MM), np.ceil(half / STEP_MM) + 1) * STEP_MM
    found = []
    shift = 0.0
    everywhere = np.arange(FIRST_MM, LAST_MM, LEVEL_MM) + LEVEL_MM / 2
    for middle in everywhere if levels_mm is None else sorted(levels_mm):
        below = middle - LEVEL_MM / 2 + np.arange(0.25, LEVEL_MM, STEP_MM)
        across = x + shift
        places = frame.to_film(across[None, :], below[:, None])
        columns, rows = np.moveaxis(places, -1, 0)
        at = [rows - corner_row_col[0], columns - corner_row_col[1]]
        lines = [
            map_coordinates(image, at, order=1, cval=np.nan, prefilter=False)
            for image in (bone, sto)
        ]
        if np.isfinite(lines[0]).mean() < 0.8:
            break
        means = [line.mean(axis=0) for line in lines]
        ends = frame.to_film(across[[0, -1]], np.array([middle, middle]))
        found.append(Profile(float(middle), across, means[0], means[1], ends))
        moved = _off_centre(x, means[0])
        if abs(moved) < 4:
            shift += 0.7 * moved
    return found


def _off_centre(x: Values, bone: Values) -> float:
    """How far the middle of the bone's bright part lies from the profile's."""
    seen = np.isfinite(bone)
    if seen.sum() < 10:
        return 0.0
    low, high = np.percentile(bone[seen], [10, 90])
    weight = np.clip((bone - (low + high) / 2) / max(high - low, 1e-9), 0, 0.2)
    weight[~seen] = 0
    total = float(weight.sum())
    return float((weight @ x) / total) if total > 0 else 0.0
