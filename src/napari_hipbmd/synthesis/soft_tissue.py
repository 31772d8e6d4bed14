"""Places of a hip film where soft tissue lies alone: proposals for STO boxes (3.1).

Where the landmarks are known, the thigh is known: beside the shaft, below the pelvis,
and lateral of the greater trochanter there is no bone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, uniform_filter

from ..core.anatomy import INDEX, TYPICAL_XY, Points
from ..core.radiograph import FloatImage, HipBox
from .boxes import SMALLEST_PX

SIDES = (3.0, 2.4, 1.9, 1.5, 1.2)  # of a box, in head radii; the largest that fits
MOST = 6  # boxes a film
PELVIS_ENDS, ILIUM_ENDS = 2.7, -1.2  # head radii below the head's centre
RIM = 0.25  # head radii between a box and the bone
BLACK, WHITE = 0.06, 0.94  # beyond them the film shows nothing
STEP_GREY = 0.05  # of the film's range: what stands out by more has an edge
FLAT, FLAT_SD = 0.3, 0.003  # head radii; of the range: flatter is air or a letterbox
FREE = 0.985  # share of a box that must be free of bone and edges


def soft_tissue_boxes(
    grey: FloatImage,
    hips: Sequence[Points],
    outside: NDArray[np.bool_] | None = None,
) -> list[HipBox]:
    """Square boxes beside the bones of a film, the most even ones first.

    Parameters
    ----------
    grey
        ``(rows, columns)``, 0 … 1 of the film's range, bone bright.
    hips
        The landmarks of each hip on the film, ``(16, 2)`` in film pixels.
    outside
        ``(rows, columns)``, True beyond the film's shutter.

    Returns
    -------
    list of HipBox
        Up to six that do not overlap, all on the film; none where bone or the edge of
        the film leaves no room. They are proposals: a person looks at them.
    """
    frames = [_Frame(xy) for xy in hips if np.isfinite(xy).all()]
    if not frames:
        return []
    radius_px = float(np.median([frame.radius_px for frame in frames]))
    smooth = gaussian_filter(grey, 0.03 * radius_px).astype(np.float64)
    free = _free_of_bone(grey.shape, frames) & (smooth > BLACK) & (smooth < WHITE)
    away = smooth - gaussian_filter(smooth, 0.25 * radius_px)
    free &= (np.abs(away) < STEP_GREY) & ~_is_flat(grey, radius_px)
    if outside is not None:
        free &= ~outside
    found: list[HipBox] = []
    for share in SIDES:
        side = round(share * radius_px)
        if side < SMALLEST_PX or side > min(grey.shape):
            continue
        unrest = uniform_filter(away**2, side)
        room = uniform_filter(free.astype(np.float64), side) > FREE
        half = side // 2
        room[:half] = room[grey.shape[0] - side + half + 1 :] = False
        room[:, :half] = room[:, grey.shape[1] - side + half + 1 :] = False
        while len(found) < MOST and room.any():
            at = int(np.argmin(np.where(room, unrest, np.inf)))
            row, column = divmod(at, grey.shape[1])
            top, left = row - half, column - half
            x0, y0 = left - 0.5, top - 0.5
            found.append(HipBox(x0, y0, x0 + side, y0 + side))
            free[top : top + side, left : left + side] = False
            room[
                max(0, row - side + 1) : row + side,
                max(0, column - side + 1) : column + side,
            ] = False
    return found


class _Frame:
    """Head radii from a head's centre: lateral and down, from the landmarks' spread."""

    def __init__(self, xy: Points) -> None:
        away = xy - xy.mean(0)
        typical = TYPICAL_XY - TYPICAL_XY.mean(0)
        self.radius_px = float(np.sqrt((away**2).sum() / (typical**2).sum()))
        self.lateral = float(np.sign(xy[INDEX["T3"], 0] - xy[INDEX["N5"], 0])) or 1.0
        scale = np.array([self.lateral, 1.0]) * self.radius_px
        self.centre_xy = xy.mean(0) - TYPICAL_XY.mean(0) * scale
        self.xy = (xy - self.centre_xy) / scale

    def bone_free(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Whether film pixels lie beside this femur and away from this half pelvis."""
        u = (x - self.centre_xy[0]) / self.radius_px * self.lateral
        v = (y - self.centre_xy[1]) / self.radius_px
        t4, i2, i3, i4 = (self.xy[INDEX[name]] for name in ("T4", "I2", "I3", "I4"))
        slope = (i2[0] - t4[0]) / max(i2[1] - t4[1], 0.1)
        edge = t4[0] + slope * (v - t4[1])
        widest = self.xy[:, 0].max()
        outside = u > np.where(v > i2[1], np.maximum(edge, i2[0]), widest) + RIM
        medial = np.where(v > i3[1], i3[0] + slope * (v - i3[1]), i4[0])
        inside = u < np.minimum(medial, i4[0]) - RIM
        thigh = (v > PELVIS_ENDS) & (inside | outside)
        flank = (v > ILIUM_ENDS) & (u > widest + RIM)
        found: NDArray[np.bool_] = thigh | flank
        return found


def _is_flat(grey: FloatImage, radius_px: float) -> NDArray[np.bool_]:
    """Where nothing but one grey is seen: air, a letterbox."""
    window = max(3, round(FLAT * radius_px))
    mean = uniform_filter(grey.astype(np.float64), window)
    square = uniform_filter(grey.astype(np.float64) ** 2, window)
    return np.asarray(square - mean**2 < FLAT_SD**2)


def _free_of_bone(
    shape: tuple[int, ...], frames: Sequence[_Frame]
) -> NDArray[np.bool_]:
    """Each pixel by the hip that is nearest to it."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    centres = np.array([frame.centre_xy[0] for frame in frames])
    nearest = np.abs(x[..., None] - centres).argmin(-1)
    free = np.stack([frame.bone_free(x, y) for frame in frames])
    return np.take_along_axis(free, nearest[None], 0)[0]
