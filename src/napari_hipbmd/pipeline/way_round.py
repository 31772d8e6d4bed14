"""Whether a film shows a hip, and the way round that its tags, or a table, say.

Networks know left hips with bright bone. A film on which they are in doubt is shown to
them mirrored and as a negative, too: if one of these leaves them far less in doubt, the
film and what is said about it contradict each other. If none does and they are in great
doubt, there is hardly an adult's hip, or the picture lies on its side.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.canvas import Canvas
from ..core.fill import framed
from ..core.hip_box import OTHER
from ..core.radiograph import Flag, HipBox, Radiograph, Side
from ..core.turning import Turn
from .hip import SeenHip, see_hip
from .models import Networks

SURE = 0.55
"""The networks' doubt, in rulers: .27 – .45 on hips of digital and of real films, above
.66 on their mirror images and on their negatives."""

FAR_LESS = 0.6
NO_HIP = 0.7
"""Of the doubt: below .4 on nearly all adults' hips, .7 on a broken one; .55 – 1.4 on
hips of infants, above 1.8 on other pictures."""


def look_at_hip(
    film: Radiograph,
    networks: Networks,
    side: Side | None = None,
    box: HipBox | None = None,
) -> tuple[Radiograph, SeenHip]:
    """The hip of a film (:func:`see_hip`), on a film with bright bone.

    Returns
    -------
    film, seen
        The film, turned into its negative where its picture shows bone dark, and the
        hip on it. A side that the picture contradicts is kept, with a flag, and so is
        a place where no hip is recognised.

    Raises
    ------
    Refused
        If the box lies outside the film, or shows one even grey.
    """
    seen = see_hip(film, networks, side, box)
    stated = side or film.side
    here, mirrored = _doubts(networks, seen.canvas)
    if here < SURE:
        return film, seen
    negative = _negative(film)
    other = see_hip(negative, networks, side, box)
    there, there_mirrored = _doubts(networks, other.canvas)
    least = min(mirrored, there, there_mirrored)
    if least >= SURE or least >= FAR_LESS * here:
        doubts = (_no_hip(film, networks, side),) if here >= NO_HIP else ()
        return film, replace(seen, flags=seen.flags + doubts)
    flags: tuple[Flag, ...] = ()
    if least != mirrored:
        film, seen = negative, other
        flags += (
            Flag(
                "polarity",
                "The picture shows bone dark, whatever its tags say: it was measured"
                " as its negative, with bone bright.",
            ),
        )
    if least != there and stated is not None:
        looks, said = _WORDS[OTHER[stated]], _WORDS[stated]
        flags += (
            Flag(
                "side",
                f"The picture looks like a {looks} hip, yet it is said to be a {said}"
                " one: the side is wrong or the film is mirrored, and the values are"
                " not to be trusted.",
            ),
        )
    return film, replace(seen, flags=seen.flags + flags)


def _no_hip(film: Radiograph, networks: Networks, side: Side | None) -> Flag:
    """The flag of a film without a hip, or of one that stands on its head."""
    for turn in _TURNS:
        seen = see_hip(_turned(film, turn), networks, side)
        if networks.finder.doubt(seen.canvas) < SURE:
            return Flag(
                "no-hip",
                f"The picture is not upright: turned {_TURNS[turn]} it shows a hip."
                " Turn it in the program that exported it, and measure it again.",
            )
    return Flag(
        "no-hip",
        "The networks hardly recognise an adult's hip in AP view here: is it a child's,"
        " another view or part of the body, a hip with an implant, or a box beside it?",
    )


_TURNS = {
    Turn(transposed=True, mirrored=True): "by 90° clockwise",
    Turn(transposed=True, upside_down=True): "by 90° anticlockwise",
    Turn(mirrored=True, upside_down=True): "upside down",
}


def _turned(film: Radiograph, turn: Turn) -> Radiograph:
    spacing = film.spacing_mm
    return replace(
        film,
        pixels=turn.shown(film.pixels),
        outside=None if film.outside is None else turn.shown(film.outside),
        burnt_in=None if film.burnt_in is None else turn.shown(film.burnt_in),
        spacing_mm=None if spacing is None else turn.pair(spacing),
        aspect=1 / film.aspect if turn.transposed else film.aspect,
    )


_WORDS: dict[Side, str] = {"L": "left", "R": "right"}


def _doubts(networks: Networks, canvas: Canvas) -> tuple[float, float]:
    """How unsure the hip leaves the networks, and its mirror image if it does."""
    here = networks.finder.doubt(canvas)
    if here < SURE:
        return here, np.inf
    turned = np.ascontiguousarray(canvas.grey[:, ::-1])
    mirrored = replace(canvas, grey=turned, mirrored=not canvas.mirrored)
    return here, networks.finder.doubt(mirrored)


def _negative(film: Radiograph) -> Radiograph:
    low, high = film.grey_range
    pixels = np.float32(low + high) - film.pixels
    if film.outside is not None:
        pixels = framed(pixels, film.outside)
    return replace(film, pixels=pixels)
