"""Reasons not to trust a film, seen in its picture rather than in its tags."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, find_objects, grey_opening, label
from skimage.draw import disk

from . import anatomy
from .anatomy import INDEX, TWICE_FOUND, Points, Region
from .canvas import Canvas
from .radiograph import Flag, FloatImage

METAL_CONTRAST = 0.12  # of the grey spread near the hip
METAL_LENGTH_PX = 23  # canvas pixels, about 8 mm: cortices and tubes are longer
METAL_AREA_PX = (5, 400)
DIRECTIONS = 12
EVEN_RING = 0.25  # of the contrast
SATURATED = 0.995
BURNT_SHARE = 0.02
TURNED_DEG = 20.0
TWINS_APART_MM = 6.0
UNSURE_MM = 4.0


def metal(canvas: Canvas, landmarks_xy: Points) -> tuple[Flag, ...]:
    """Small, sharply bright things in or near the regions: clips, screws, wires.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels.
    """
    marks = canvas.from_film(landmarks_xy)
    size = canvas.grey.shape[0]
    near = np.zeros(canvas.grey.shape, bool)
    reach = 0.75 * float(np.ptp(marks, axis=0).max())
    rows, columns = disk(marks.mean(0)[::-1], reach, shape=near.shape)
    near[rows, columns] = True
    edge = size // 40
    near[:edge] = near[-edge:] = near[:, :edge] = near[:, -edge:] = False
    if not near.any():  # landmarks of a poor model, all in one place or far away
        return ()
    low, high = np.percentile(canvas.grey[near], [5, 95])
    seen = (canvas.grey - low) / max(float(high - low), 1e-3)
    window = find_objects(near.astype(int))[0]
    bright = _not_in_lines(seen[window]) > METAL_CONTRAST
    parts, _count = label(bright & near[window])
    found = sum(
        _stands_alone(seen[window], parts == i, place)
        for i, place in enumerate(find_objects(parts), 1)
    )
    if not found:
        return ()
    return (
        Flag(
            "metal",
            f"There are small, very bright objects in or near the hip ({found} found),"
            " such as clips or screws: values of a region that holds one are too high.",
        ),
    )


def _stands_alone(
    image: FloatImage, thing: NDArray[np.bool_], place: tuple[slice, slice]
) -> bool:
    """Whether a bright thing has an even ring around it, unlike crossing cortices."""
    around = tuple(slice(max(0, s.start - 6), s.stop + 6) for s in place)
    inside, part = thing[around], image[around]
    if not METAL_AREA_PX[0] <= inside.sum() <= METAL_AREA_PX[1]:
        return False
    ring = part[
        binary_dilation(inside, iterations=5) & ~binary_dilation(inside, iterations=2)
    ]
    level, high = np.percentile(ring, [50, 95])
    contrast = float(part[inside].mean()) - level
    return bool(contrast > METAL_CONTRAST and high - level < EVEN_RING * contrast)


def _not_in_lines(image: FloatImage) -> FloatImage:
    """What is bright and short in every direction.

    Openings with lines of all directions keep cortices, tubes and wide things; what
    they all lose is short.
    """
    half = METAL_LENGTH_PX // 2
    kept = np.full(image.shape, -np.inf, np.float32)
    for k in range(DIRECTIONS):
        angle = np.pi * k / DIRECTIONS
        steps = np.arange(-half, half + 1)
        footprint = np.zeros((2 * half + 1, 2 * half + 1), bool)
        footprint[
            np.round(half + steps * np.sin(angle)).astype(int),
            np.round(half + steps * np.cos(angle)).astype(int),
        ] = True
        kept = np.maximum(kept, grey_opening(image, footprint=footprint))
    return image - kept


def position(
    landmarks_xy: Points, spacing_mm: tuple[float, float] | None = None
) -> tuple[Flag, ...]:
    """Flag a thigh that is far from the straight AP position."""
    if spacing_mm is not None:
        landmarks_xy = landmarks_xy * np.array(spacing_mm[::-1])
    top = (landmarks_xy[INDEX["T4"]] + landmarks_xy[INDEX["N4"]]) / 2
    bottom = (landmarks_xy[INDEX["I2"]] + landmarks_xy[INDEX["I3"]]) / 2
    step = bottom - top
    angle = float(np.degrees(np.arctan2(abs(step[0]), step[1])))
    if angle <= TURNED_DEG:
        return ()
    return (
        Flag(
            "position",
            f"The thigh is turned {angle:.0f}° away from straight down (a frog-leg or"
            " abducted view?): aBMD is defined for an AP film of a straight leg.",
        ),
    )


def agreement(
    landmarks_xy: Points,
    sigma_mm: NDArray[np.float64],
    spacing_mm: tuple[float, float] | None,
) -> tuple[Flag, ...]:
    """Flag landmarks that the networks are unsure of, or place apart."""
    if spacing_mm is None:
        return ()
    flags = []
    apart = {
        f"{a}/{b}": float(
            anatomy.distances_mm(
                landmarks_xy[INDEX[a]], landmarks_xy[INDEX[b]], spacing_mm
            )
        )
        for a, b in TWICE_FOUND
    }
    worst = max(apart, key=lambda name: apart[name])
    if apart[worst] > TWINS_APART_MM:
        flags.append(
            Flag(
                "landmarks-disagree",
                f"Two networks place {worst}, which is one place, {apart[worst]:.0f} mm"
                " apart: check the landmarks.",
            )
        )
    if np.nanmean(sigma_mm) > UNSURE_MM:
        flags.append(
            Flag(
                "landmarks-unsure",
                "The landmarks are uncertain (expected error"
                f" {np.nanmean(sigma_mm):.0f} mm on average): check them.",
            )
        )
    return tuple(flags)


def field(
    landmarks_xy: Points, shape: tuple[int, int], shares: Mapping[Region, float]
) -> tuple[Flag, ...]:
    """Flag regions that reach over the film's border."""
    cut = [region for region, share in shares.items() if share < 0.999]
    rows, columns = shape
    outside = [
        name
        for name, i in INDEX.items()
        if not (
            -0.5 <= landmarks_xy[i, 0] <= columns - 0.5
            and -0.5 <= landmarks_xy[i, 1] <= rows - 0.5
        )
    ]
    if not cut and not outside:
        return ()
    what = " and ".join(cut) if cut else "a region"
    return (
        Flag(
            "region-outside",
            f"The film does not show all of the hip ({what}; outside: "
            f"{', '.join(outside) or 'an edge'}): values come from what is visible. If"
            " it shows more than one hip, draw or give the hip box.",
        ),
    )


def saturation(burnt_share: Mapping[Region, float]) -> tuple[Flag, ...]:
    """Flag regions whose film values (0 … 1) are burnt out to the largest one.

    Parameters
    ----------
    burnt_share
        Region → the part of its pixels that is at least :data:`SATURATED`.
    """
    burnt = [region for region, share in burnt_share.items() if share > BURNT_SHARE]
    if not burnt:
        return ()
    return (
        Flag(
            "saturation",
            f"The film is saturated in the {' and '.join(burnt)}: grey values there"
            " say nothing about density.",
        ),
    )
