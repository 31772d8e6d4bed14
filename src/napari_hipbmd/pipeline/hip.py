"""Which hip of a film is looked at: its box, its side, its landmarks, its images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Points, is_mirrored
from ..core.canvas import Canvas, make_canvas, normalisation
from ..core.errors import Refused
from ..core.hip_images import HipImages
from ..core.radiograph import Flag, FloatImage, HipBox, Radiograph, Side
from .models import Networks

WHOLE_FILM = "the whole film"
EVEN_GREY = 0.01  # of the grey range


@dataclass(frozen=True, eq=False)
class SeenHip:
    """One hip of a film as the networks see it.

    Attributes
    ----------
    grey
        The whole film on its fixed 0 … 1 range.
    flags
        What had to be guessed.
    box_source
        Where the box came from, in words for people.
    """

    grey: FloatImage
    canvas: Canvas
    box: HipBox
    side: Side
    flags: tuple[Flag, ...]
    box_source: str


def see_hip(
    film: Radiograph,
    networks: Networks,
    side: Side | None = None,
    box: HipBox | None = None,
) -> SeenHip:
    """The hip of a film, its side and box taken as :func:`measure` takes them.

    Raises
    ------
    Refused
        If the box lies outside the film, or shows one even grey.
    """
    grey = film.grey()
    given = box is not None
    box, found, flags = _place(film, grey, networks, box, side or film.side)
    canvas = make_canvas(grey, box, is_mirrored(found), pixel_aspect=film.pixel_aspect)
    if normalisation(canvas.grey)[1] < EVEN_GREY:
        raise Refused(
            "The film, or its hip box, is one even grey: there is nothing to measure;"
            " check the file, or draw the box on the hip."
        )
    guessed = any(flag.code == "box-guessed" for flag in flags)
    source = "given" if given else "found by the networks" if guessed else WHOLE_FILM
    return SeenHip(grey, canvas, box, found, flags, source)


def enhance_hip(seen: SeenHip, networks: Networks) -> HipImages:
    """STO and bone image of a hip at full resolution."""
    from ..enhancement.apply import subtract_sto

    return subtract_sto(
        seen.grey, seen.canvas, networks.enhancer.sto_on_grid(seen.canvas)
    )


def box_around(landmarks_xy: Points, film: Radiograph) -> HipBox | None:
    """A hip box about placed landmarks on a film that shows more than one hip."""
    from ..landmarks.locate import BOX_MM, needs_locating

    if not np.isfinite(landmarks_xy).all():
        raise Refused(
            "A landmark is missing: place all sixteen, or let the networks find them."
        )
    if not needs_locating(film.shape, film.spacing_mm):
        return None
    low, high = landmarks_xy.min(axis=0), landmarks_xy.max(axis=0)
    side = float((high - low).max()) * 2
    if film.spacing_mm is not None:
        side = BOX_MM / float(np.mean(film.spacing_mm))
    x, y = (low + high) / 2
    return HipBox.square((float(x), float(y)), side)


def _place(
    film: Radiograph,
    grey: FloatImage,
    models: Networks,
    box: HipBox | None,
    side: Side | None,
) -> tuple[HipBox, Side, tuple[Flag, ...]]:
    """Hip box and side, and what had to be guessed."""
    from ..landmarks.locate import best_side, is_one_hip, locate

    flags: list[Flag] = []
    found = side
    seen = None
    if box is None:
        seen = models.finder.locator.see(grey, film.whole_box(), film.pixel_aspect)
    if seen is not None and not is_one_hip(film, seen):
        place = locate(models.finder, grey, seen, side, film.pixel_aspect)
        flags.append(
            Flag(
                "box-guessed",
                "The film shows more than one hip box, and the hip was searched for:"
                " check it, or give the box.",
            )
        )
        box, found = place.box, place.side
    elif box is None and film.spacing_mm is None:
        flags.append(
            Flag(
                "box-assumed",
                "The film does not tell its size and was taken for one hip: if it shows"
                " more, give the hip box.",
            )
        )
    box = box or film.whole_box()
    if found is None:
        found = best_side(models.finder, grey, box, film.pixel_aspect).side
    if side is None:
        word = "left" if found == "L" else "right"
        flags.append(
            Flag(
                "side-guessed",
                f"The film does not say which hip it is; it looks like a {word} one:"
                " check it, or give the side.",
            )
        )
    return box, found, tuple(flags)
