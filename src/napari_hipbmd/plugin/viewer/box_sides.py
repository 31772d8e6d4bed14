"""Which hip of a film a box is of, and where a new one lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.errors import Refused
from ...core.hip_box import (
    OTHER,
    BoxBySide,
    default_size,
    edited,
    on_film,
    shows_both_hips,
    side_by_place,
)
from ...core.radiograph import HipBox, Side
from ..ui.translation import tr
from .identity import facts_of
from .layers import box_of_rectangle

WORDS: Mapping[Side, str] = {"L": tr("left"), "R": tr("right")}
BOX_NAMES: Mapping[Side, str] = {"L": tr("Left hip box"), "R": tr("Right hip box")}
HIPS: Mapping[Side, str] = {"L": tr("left hip"), "R": tr("right hip")}
BOTH_THERE = tr("Both hips have a box already: drag one of them, or take one away.")


def first_place(film_layer: Any, side: Side, other: HipBox | None) -> HipBox:
    """Where a new box lies: opposite to the other hip's, or about where a hip is."""
    rows, columns = film_layer.data.shape[-2:]
    if other is not None:
        last = columns - 1
        return HipBox(last - other.x1, other.y0, last - other.x0, other.y1)
    spacing_mm = facts_of(film_layer).get("spacing_mm")
    size = default_size((rows, columns), spacing_mm)
    part = 0.5
    if shows_both_hips((rows, columns), spacing_mm):
        part = 0.75 if side == "L" else 0.25
    return HipBox.square((part * columns, rows / 2), size)


def boxes_as_drawn(
    film_layer: Any, layer: Any, before: BoxBySide, asked: Side | None
) -> tuple[dict[Side, HipBox], Side | None]:
    """The boxes as a person left them, and the side of one that is new.

    Parameters
    ----------
    layer
        Shows the boxes, each with its side in the column ``side``.
    asked
        The side that a person wanted to draw, if any.

    Raises
    ------
    Refused
        If a new box is of a hip that has one.
    """
    shape = film_layer.data.shape[-2:]
    after: dict[Side, HipBox] = {}
    new: list[HipBox] = []
    sides = list(layer.features.get("side", []))
    for corners, side in zip(layer.data, sides, strict=True):
        box = box_of_rectangle(np.asarray(corners)[:, -2:])
        if side in before and side not in after:
            after[side] = edited(before[side], box, shape)
        else:
            new.append(box)
    drawn: Side | None = None
    for box in new:
        drawn = _side_of(film_layer, on_film(box, shape), after, asked)
        after[drawn] = on_film(box, shape)
    return after, drawn


def _side_of(
    film_layer: Any, box: HipBox, taken: BoxBySide, asked: Side | None
) -> Side:
    """Which hip a new box is of.

    The one that was asked for, the one that the film says it shows, or that of the
    film's half by radiological convention; the other where that one has a box.
    """
    said = asked or facts_of(film_layer).get("side")
    side = said or side_by_place(box, film_layer.data.shape[-2:])
    if asked in taken:
        raise Refused(
            tr("The {hip} has a box already: drag it, or take it away.").format(
                hip=HIPS[side]
            )
        )
    if side in taken:
        side = OTHER[side]
    if side in taken:
        raise Refused(BOTH_THERE)
    return side
