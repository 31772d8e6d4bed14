"""Metal in or near the hip: clips, screws, wires."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, find_objects, grey_opening, label
from skimage.draw import disk

from ..anatomy import Points
from ..canvas import Canvas
from ..radiograph import Flag, FloatImage

METAL_CONTRAST = 0.12  # of the grey spread near the hip
METAL_LENGTH_PX = 23  # canvas pixels, about 8 mm: cortices and tubes are longer
METAL_AREA_PX = (5, 400)
DIRECTIONS = 12
EVEN_RING = 0.25  # of the contrast


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
