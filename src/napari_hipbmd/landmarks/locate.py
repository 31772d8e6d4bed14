"""Finding the hip box on a film that shows more than one hip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Points, is_mirrored
from ..core.canvas import make_canvas
from ..core.hip_box import on_film, shows_both_hips
from ..core.radiograph import Cancelled, FloatImage, HipBox, Radiograph, Side
from .predict import LandmarkFinder

BOX_MM = 190.0
WHOLE_UP_TO_MM = 260.0
MANY_PX = 1200
STEP = 0.36  # of the box' side
WITHOUT_SPACING = (0.45, 0.6, 0.8, 1.0)  # of the film's short side
BATCH = 8
LEAST_SHARE = 0.2  # a film is not wider than five hip boxes
EMPTY_SHARE = 0.45
HALF = 0.56
"""Of a pelvis film's width: a little over half, for a patient who lies to the side."""


@dataclass(frozen=True)
class Located:
    """A hip box, its side, and how unsure the networks are of it (in rulers)."""

    box: HipBox
    side: Side
    doubt: float


def needs_locating(
    shape: tuple[int, int], spacing_mm: tuple[float, float] | None
) -> bool:
    """Whether a film is too large to be one hip box.

    Where its size is not known, a film of many pixels is, and one that lies: a film of
    one hip is upright or a square.
    """
    rows, columns = shape
    if spacing_mm is None:
        return max(rows, columns) > MANY_PX or shows_both_hips(shape, None)
    return max(rows * spacing_mm[0], columns * spacing_mm[1]) > WHOLE_UP_TO_MM


def _candidates(
    shape: tuple[int, int], spacing_mm: tuple[float, float] | None
) -> list[HipBox]:
    rows, columns = shape
    sides = [share * min(shape) for share in WITHOUT_SPACING]
    if spacing_mm is not None:
        known = BOX_MM / float(np.mean(spacing_mm))
        if known >= LEAST_SHARE * min(shape):  # else the spacing cannot be true
            sides = [known]
    boxes = []
    for side in sides:

        def places(extent: int, side: float = side) -> list[float]:
            span = max(0.0, extent - side)
            count = 1 + int(np.ceil(span / (STEP * side)))
            return [float(v) for v in np.linspace(0, span, count)]

        boxes += [
            HipBox(x - 0.5, y - 0.5, x - 0.5 + side, y - 0.5 + side)
            for y in places(rows)
            for x in places(columns)
        ]
    return boxes


def _flat(grey: FloatImage) -> bool:
    """Whether a picture is mostly one value: air, lead, the collimator."""
    low, high = float(grey.min()), float(grey.max())
    edge = 0.02 * max(high - low, 1e-6)
    blank = (grey < low + edge) | (grey > high - edge)
    return bool(blank.mean() > EMPTY_SHARE)


def locate(
    finder: LandmarkFinder,
    grey: FloatImage,
    spacing_mm: tuple[float, float] | None,
    side: Side | None,
) -> Located:
    """Search a large film for its hip.

    Parameters
    ----------
    side
        Search for this side only; both when None.
    """
    sides: tuple[Side, ...] = ("L", "R") if side is None else (side,)
    boxes = _candidates(grey.shape, spacing_mm)
    aspect = 1.0 if spacing_mm is None else spacing_mm[0] / spacing_mm[1]
    best = _best(finder, grey, boxes, sides, aspect)
    for _ in range(2):  # around what was found, at its own size
        mirrored = is_mirrored(best.side)
        canvas = make_canvas(grey, best.box, mirrored, pixel_aspect=aspect)
        found = finder.find(canvas, None).xy
        near = [box_around(found, factor) for factor in (0.9, 1.0, 1.15)]
        best = _best(finder, grey, [*near, best.box], (best.side,), aspect)
    return best


def propose(
    finder: LandmarkFinder,
    film: Radiograph,
    side: Side | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[Side, HipBox]:
    """A hip box for every hip of a film, to be looked at by a person.

    On a film of the whole pelvis the right hip is searched for on the left of the film
    and the left one on the right, by radiological convention.

    Parameters
    ----------
    side
        What a film of one hip shows, by default what it says.
    cancelled
        Asked between the hips.

    Raises
    ------
    Cancelled
        If asked to stop.
    """
    grey, spacing = film.grey(), film.spacing_mm
    side = side or film.side
    if not shows_both_hips(film.shape, spacing):
        if needs_locating(film.shape, spacing):
            found = locate(finder, grey, spacing, side)
        else:
            found = best_side(finder, grey, film.whole_box(), film.pixel_aspect)
        return {side or found.side: on_film(found.box, film.shape)}
    rows, columns = film.shape
    width = round(HALF * columns)
    boxes: dict[Side, HipBox] = {}
    halves: tuple[tuple[Side, int], ...] = (("R", 0), ("L", columns - width))
    for hip, first in halves:
        if cancelled():
            raise Cancelled
        half = np.ascontiguousarray(grey[:, first : first + width])
        box = locate(finder, half, spacing, hip).box
        moved = HipBox(box.x0 + first, box.y0, box.x1 + first, box.y1)
        boxes[hip] = on_film(moved, film.shape)
    return boxes


def box_around(landmarks_xy: Points, factor: float = 1.0) -> HipBox:
    """The hip box that landmarks ``(n, 2)`` in film pixels usually lie in."""
    extent = float(np.ptp(landmarks_xy, axis=0).max())
    x, y = (landmarks_xy.min(0) + landmarks_xy.max(0)) / 2
    side = max(64.0, 1.75 * extent * factor)
    return HipBox.square((float(x), float(y) - 0.12 * extent), side)


def best_side(
    finder: LandmarkFinder, grey: FloatImage, box: HipBox, pixel_aspect: float = 1.0
) -> Located:
    """Left or right: the side that leaves the networks less in doubt."""
    return _best(finder, grey, [box], ("L", "R"), pixel_aspect)


def _best(
    finder: LandmarkFinder,
    grey: FloatImage,
    boxes: list[HipBox],
    sides: tuple[Side, ...],
    pixel_aspect: float,
) -> Located:
    tried: list[Located] = []
    places = [
        (box, side)
        for box in boxes
        for side in sides
        if not _flat(make_canvas(grey, box, False).grey)
    ] or [(box, side) for box in boxes for side in sides]
    for start in range(0, len(places), BATCH):
        part = places[start : start + BATCH]
        doubts = finder.doubt(
            [
                make_canvas(grey, box, is_mirrored(side), pixel_aspect=pixel_aspect)
                for box, side in part
            ]
        )
        tried += [
            Located(box, side, float(doubt))
            for (box, side), doubt in zip(part, doubts, strict=True)
        ]
    return min(tried, key=lambda place: place.doubt)
