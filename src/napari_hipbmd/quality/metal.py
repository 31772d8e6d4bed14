"""Metal in or near the hip: clips, screws, wires, nails and stems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_dilation,
    binary_erosion,
    distance_transform_cdt,
    find_objects,
    gaussian_gradient_magnitude,
    label,
    minimum_filter,
)
from skimage.morphology import convex_hull_image

from ..core.anatomy import Points, Region, mask, polygons
from ..core.canvas import Canvas
from ..core.fill import frame_of
from ..core.radiograph import Flag, FloatImage

METAL_CONTRAST = 0.12  # of the grey spread near the hip
METAL_STEPS_PX = (1, 3, 9)
"""Canvas pixels: lines of 27, about 10 mm; cortices and tubes are longer."""
METAL_AREA_PX = (5, 400)
DIRECTIONS = 12
GREY_STEP, WHOLE_STEPS = 1e-3, (-32_000, 32_000)
"""Of the grey spread, in which lines are compared."""
RING_PX = (2, 5)
EVEN_RING = 0.25  # of the contrast
OUTSHINES = 0.15  # of the grey spread, all that is around it
SHARP_EDGE = 0.2  # of the contrast, per pixel
BRIGHT = 0.6  # of the grey spread: chalk in soft tissue is darker than most bone
LENGTH_PX = 9  # about 4 mm, by its second moments: trabeculae and chalk are shorter
SHOT = 0.4  # of the grey spread: the contrast of a short thing that is metal
NEAR_PX = 2  # a thing this near to a region is in it: its edge is soft
PLATEAU = 0.04  # of the grey spread
PLATEAU_AREA_PX = 250
PLATEAU_STEP = 0.12
PLATEAU_RIM_SHARE = 0.75
PLATEAU_SOLID = 0.8
IMPLANT_AREA_PX = 2000
"""About 3.5 cm²: joints, plates with their screws and nails are branched, yet larger
than anything else of one grey, far brighter than all around, and sharp."""
IMPLANT_RIM_SHARE = 0.66
IMPLANT_STEP = 0.25
IMPLANT_EDGE = 0.025  # of the grey spread, per pixel


def metal(
    canvas: Canvas, landmarks_xy: Points, outside: NDArray[np.bool_] | None = None
) -> tuple[Flag, ...]:
    """Sharply bright things in or near the regions: clips, screws, nails, stems.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels.
    outside
        Of the canvas, what lies beyond the shutter: nothing is looked for there.
    """
    marks = canvas.from_film(landmarks_xy)
    size = canvas.grey.shape[0]
    reach = 0.75 * float(np.ptp(marks, axis=0).max())
    rows, columns = np.ogrid[:size, :size]
    x, y = marks.mean(0)
    near = (rows - y) ** 2 + (columns - x) ** 2 < reach**2
    edge = size // 40
    if outside is not None:
        near &= ~binary_dilation(outside, iterations=edge)
    near[:edge] = near[-edge:] = near[:, :edge] = near[:, -edge:] = False
    if not near.any():  # landmarks of a poor model, all in one place or far away
        return ()
    low, high = np.percentile(canvas.grey[near], [5, 95])
    seen = (canvas.grey - low) / max(float(high - low), 1e-3)
    window = frame_of(near)
    bright = _not_in_lines(seen[window]) > METAL_CONTRAST
    parts, count = label(bright & near[window])
    short, fits = _short_and_fit(seen[window], parts, count)
    places = find_objects(parts)
    found = [
        parts == i
        for i in np.flatnonzero(fits)
        if _stands_alone(seen[window], parts, int(i), places[i - 1], short[i])
    ]
    large = _plateaus(seen[window], near[window])
    if not found and not large:
        return ()
    corner = np.array([window[1].start, window[0].start])
    regions = {
        region: mask(xy, seen[window].shape)
        for region, xy in polygons(marks - corner).items()
    }
    # What is large and beside the regions is a marker of the side, or the border.
    hip = np.logical_or.reduce(list(regions.values()))
    found += [thing for thing in large if (thing & hip).any()]
    return _flags(found, regions) if found else ()


def _flags(
    found: list[NDArray[np.bool_]], inside: Mapping[Region, NDArray[np.bool_]]
) -> tuple[Flag, ...]:
    """One flag for what lies in regions, one for what lies beside them."""
    covered = [binary_dilation(thing, iterations=NEAR_PX) for thing in found]
    hit = [[bool((c & area).any()) for area in inside.values()] for c in covered]
    spoilt = tuple(
        region
        for region, hits in zip(inside, zip(*hit, strict=True), strict=True)
        if any(hits)
    )
    beside = sum(not any(hits) for hits in hit)
    flags = []
    if spoilt:
        flags.append(
            Flag(
                "metal",
                f"There is metal in the {' and '.join(spoilt)}"
                f" ({_count(len(found) - beside)}: a clip, screw, nail or stem): values"
                " there are too high.",
                spoilt,
            )
        )
    if beside:
        flags.append(
            Flag(
                "metal-nearby",
                f"There is metal beside the hip's regions ({_count(beside)}): check"
                " that none of it lies in one.",
            )
        )
    return tuple(flags)


def _count(number: int) -> str:
    return "one object" if number == 1 else f"{number} objects"


def _plateaus(seen: FloatImage, near: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Large things of one even, very bright grey and a smooth outline: nails, stems."""
    top = float(seen[near].max())
    parts, _n = label((seen > top - PLATEAU) & near)
    things = []
    for i, place in enumerate(find_objects(parts), 1):
        around = tuple(slice(max(0, s.start - 8), s.stop + 8) for s in place)
        thing, part = parts[around] == i, seen[around]
        if thing.sum() < PLATEAU_AREA_PX:
            continue
        ring = binary_dilation(thing, iterations=6)
        ring &= ~binary_dilation(thing, iterations=3)
        rises = float((part[ring] < top - PLATEAU_STEP).mean())
        # Burnt-out bone is ragged; what was machined is not.
        solid = thing.sum() > PLATEAU_SOLID * convex_hull_image(thing).sum()
        if (rises > PLATEAU_RIM_SHARE and solid) or (
            rises > IMPLANT_RIM_SHARE and _is_implant(part, thing, top, ring)
        ):
            things.append(parts == i)
    return things


def _is_implant(
    image: FloatImage, thing: NDArray[np.bool_], top: float, ring: NDArray[np.bool_]
) -> bool:
    """Whether a large bright thing is a joint, a plate or a nail, and no bone."""
    if thing.sum() < IMPLANT_AREA_PX or np.median(image[ring]) > top - IMPLANT_STEP:
        return False
    rim = binary_dilation(thing, iterations=2) & ~binary_erosion(thing)
    edge = np.median(gaussian_gradient_magnitude(image, 1)[rim])
    return bool(edge > IMPLANT_EDGE)


def _short_and_fit(
    image: FloatImage, parts: NDArray[np.int_], count: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which parts are short, and which may be metal by size, grey and surroundings.

    ``(count + 1,)`` each, the first of what is no part. Some ninety things a film are
    bright and short: all are looked at together, and few are left.
    """
    at = np.nonzero(parts)
    number = parts[at]

    def mean(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.bincount(number, values, count + 1) / np.maximum(area, 1)

    area = np.bincount(number, minlength=count + 1)
    grey = mean(image[at])
    # the longer axis of the ellipse with the same second moments
    y, x = (axis - mean(axis)[number] for axis in at)
    yy, xx, yx = (mean(product) for product in (y * y, x * x, y * x))
    along = (yy + xx) / 2 + np.hypot((yy - xx) / 2, yx)
    length = 4 * np.sqrt(along * area / np.maximum(area - 1, 1))
    short = length < LENGTH_PX
    # no ring is darker than the darkest pixel as far away as rings reach
    darkest = minimum_filter(image, 2 * RING_PX[1] + 1)
    around = np.full(count + 1, np.inf)
    np.minimum.at(around, number, darkest[at])
    steps = grey - around
    fits = (area >= METAL_AREA_PX[0]) & (area <= METAL_AREA_PX[1]) & (grey >= BRIGHT)
    fits &= steps > np.where(short, SHOT, METAL_CONTRAST) - 1e-6
    fits[0] = False
    return short, fits


def _stands_alone(
    image: FloatImage,
    parts: NDArray[np.int_],
    number: int,
    place: tuple[slice, slice],
    short: bool,
) -> bool:
    """Whether a bright thing is no crossing of cortices, no trabecula and no chalk.

    It has an even ring around it, or a sharp edge and outshines all around it; it is
    long or of great contrast.
    """
    around = tuple(slice(max(0, s.start - 8), s.stop + 8) for s in place)
    inside, part = parts[around] == number, image[around]
    away = distance_transform_cdt(~inside, "taxicab")
    ring = np.sort(part[(away > RING_PX[0]) & (away <= RING_PX[1])])
    shares = np.array([0.5, 0.95, 1.0]) * (len(ring) - 1)
    level, high, top = np.interp(shares, np.arange(len(ring)), ring)
    mean = float(part[inside].mean())
    contrast = mean - level
    if contrast <= METAL_CONTRAST or (short and contrast < SHOT):
        return False
    if high - level < EVEN_RING * contrast:
        return True
    outshines = bool(mean > top + OUTSHINES)
    return outshines and _rim_slope(part, inside) > SHARP_EDGE * contrast


def _rim_slope(image: FloatImage, thing: NDArray[np.bool_]) -> float:
    """How steep the edge is where it is flattest but for a quarter, per pixel."""
    rim = binary_dilation(thing) & ~binary_erosion(thing)
    return float(np.percentile(gaussian_gradient_magnitude(image, 1)[rim], 25))


def _not_in_lines(image: FloatImage) -> FloatImage:
    """What is bright and short in every direction.

    Openings with lines of all directions keep cortices, tubes and wide things; what
    they all lose is short.
    """
    # Whole numbers are compared several times as fast.
    steps = np.clip(np.rint(image / GREY_STEP), *WHOLE_STEPS).astype(np.int16)
    wide = np.pad(steps, 2 * sum(METAL_STEPS_PX), mode="symmetric")
    kept = np.full(image.shape, WHOLE_STEPS[0], np.int16)
    for angle in np.pi * np.arange(DIRECTIONS) / DIRECTIONS:
        opened = _along(np.maximum, _along(np.minimum, wide, angle), angle)
        np.maximum(kept, opened, out=kept)
    return image - kept * np.float32(GREY_STEP)


def _along(
    extreme: np.ufunc, image: NDArray[np.int16], angle: float
) -> NDArray[np.int16]:
    """Least or greatest value along a line through each pixel that has room for it.

    A line of 27 pixels is three steps, each of which makes the line before it three
    times as long: whole images are compared, six times instead of twenty-six. The
    result is smaller by 13 pixels on each side.
    """
    out = image
    for length in METAL_STEPS_PX:
        down, right = (round(length * f(angle)) for f in (np.sin, np.cos))
        rows, columns = (size - 2 * length for size in out.shape)
        behind, here, ahead = (
            out[length + y : length + y + rows, length + x : length + x + columns]
            for y, x in ((-down, -right), (0, 0), (down, right))
        )
        out = extreme(extreme(behind, here), ahead)
    return out
