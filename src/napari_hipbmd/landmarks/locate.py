"""Finding hip boxes and sides on films, and what follows from landmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Points, is_mirrored
from ..core.canvas import make_canvas
from ..core.errors import Cancelled
from ..core.hip_box import on_film, shows_both_hips
from ..core.radiograph import FloatImage, HipBox, Radiograph, Side
from .locator import SHOWN, LocatedHip
from .predict import LandmarkFinder

BOX_MM = 190.0
WHOLE_UP_TO_MM = 260.0
MANY_PX = 1200
FILLS = 0.62
"""Of a film's short side: a hip whose box is smaller does not fill the film."""


@dataclass(frozen=True)
class Located:
    """A hip box, its side, and how likely that hip is there, 0 … 1."""

    box: HipBox
    side: Side
    probability: float


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


def likeliest(seen: dict[Side, LocatedHip]) -> Side:
    """The side of the hip that is most likely there."""
    return max(seen.items(), key=lambda one: one[1].probability)[0]


def is_one_hip(film: Radiograph, seen: dict[Side, LocatedHip]) -> bool:
    """Whether a film is one hip box as it is, by its size or by what is seen on it."""
    if needs_locating(film.shape, film.spacing_mm):
        return False
    if film.spacing_mm is not None:
        return True
    if all(hip.probability > SHOWN for hip in seen.values()):
        return False
    best = max(seen.values(), key=lambda hip: hip.probability)
    return best.probability <= SHOWN or best.box.width > FILLS * min(film.shape)


def locate(
    finder: LandmarkFinder,
    grey: FloatImage,
    seen: dict[Side, LocatedHip],
    side: Side | None,
    pixel_aspect: float = 1.0,
) -> Located:
    """The hip of a film that shows more than one hip box.

    Parameters
    ----------
    seen
        What :meth:`Locator.see` sees on the whole film.
    side
        Of the hip that is wanted; the likelier one when None.
    """
    own = side or likeliest(seen)
    hip = seen[own]
    box = on_film(hip.box, grey.shape)
    canvas = make_canvas(grey, box, is_mirrored(own), pixel_aspect=pixel_aspect)
    found = usual_box(finder.find(canvas, None).xy)  # at its own size
    if 0.6 < found.width / hip.box.width < 1.6:
        box = on_film(found, grey.shape)
    return Located(box, own, hip.probability)


def propose(
    finder: LandmarkFinder,
    film: Radiograph,
    side: Side | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[Side, HipBox]:
    """A hip box for every hip of a film, to be looked at by a person.

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
    grey, aspect = film.grey(), film.pixel_aspect
    seen = finder.locator.see(grey, film.whole_box(), aspect)
    side = side or film.side
    if is_one_hip(film, seen):
        return {side or likeliest(seen): film.whole_box()}
    sides = [one for one in seen if seen[one].probability > SHOWN]
    sides = sides or [side or likeliest(seen)]
    boxes: dict[Side, HipBox] = {}
    for one in sides:
        if cancelled():
            raise Cancelled
        boxes[one] = locate(finder, grey, seen, one, aspect).box
    return boxes


def usual_box(landmarks_xy: Points, factor: float = 1.0) -> HipBox:
    """The hip box that landmarks ``(n, 2)`` in film pixels usually lie in."""
    extent = float(np.ptp(landmarks_xy, axis=0).max())
    x, y = (landmarks_xy.min(0) + landmarks_xy.max(0)) / 2
    side = max(64.0, 1.75 * extent * factor)
    return HipBox.square((float(x), float(y) - 0.12 * extent), side)


def best_side(
    finder: LandmarkFinder, grey: FloatImage, box: HipBox, pixel_aspect: float = 1.0
) -> Located:
    """Left or right: the hip that is likelier within the box."""
    seen = finder.locator.see(grey, box, pixel_aspect)
    side = likeliest(seen)
    return Located(box, side, seen[side].probability)
