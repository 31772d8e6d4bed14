"""The hip box as a person keeps it: a square that stays on its film.

The paper's yellow box is 900 × 900 pixels. Any square will do: networks see the square
around a box, resampled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from .radiograph import HipBox, Side

BoxBySide: TypeAlias = Mapping[Side, HipBox]
"""The hip boxes of one film."""

PAPER_PX = 900
HIP_MM = 190.0
"""What a box has to hold, from above the joint to below the lesser trochanter."""

_PLAUSIBLE_MM = (150.0, 240.0)
_LEAST_PX = 32
_PELVIS_MM = 300.0
_LYING = 1.15
_SAME_PX = 1e-3
OTHER: Mapping[Side, Side] = {"L": "R", "R": "L"}


def default_size(
    shape: tuple[int, int], spacing_mm: tuple[float, float] | None
) -> float:
    """Side length in pixels of a box that nobody has drawn yet.

    The paper's 900 pixels, or 190 mm where the spacing tells that 900 pixels would cut
    a hip or show far more; never more than the film is wide or high.
    """
    size = float(PAPER_PX)
    if spacing_mm is not None:
        pixel_mm = sum(spacing_mm) / 2
        if not _PLAUSIBLE_MM[0] <= size * pixel_mm <= _PLAUSIBLE_MM[1]:
            size = round(HIP_MM / pixel_mm)
    return min(size, float(min(shape)))


def shows_both_hips(
    shape: tuple[int, int], spacing_mm: tuple[float, float] | None
) -> bool:
    """Whether a film is so wide that it shows a whole pelvis.

    Wider than 300 mm, or lying where its size is not known: a film of one hip is
    upright or a square.
    """
    rows, columns = shape
    if spacing_mm is not None:
        return columns * spacing_mm[1] > _PELVIS_MM
    return columns >= _LYING * rows


def on_film(box: HipBox, shape: tuple[int, int]) -> HipBox:
    """The square around a box, moved onto the film; smaller where it does not fit."""
    size = max(_LEAST_PX, min(max(box.width, box.height), *map(float, shape)))
    x, y = box.centre_xy
    return _square(x - size / 2, y - size / 2, size, shape)


def edited(before: HipBox, after: HipBox, shape: tuple[int, int]) -> HipBox:
    """The square that a person means who moved an edge or a corner of another one.

    Parameters
    ----------
    before
        The square as it was.
    after
        The rectangle as it is. An edge that it shares with ``before`` stays where it
        is; a box that was moved as a whole keeps its size.
    shape
        ``(rows, columns)`` of the film, which the square does not leave.
    """
    same_width = abs(after.width - before.width) < _SAME_PX
    same_height = abs(after.height - before.height) < _SAME_PX
    if same_width and same_height:
        return on_film(after, shape)
    rows, columns = shape
    size = (
        after.width
        if same_height
        else after.height
        if same_width
        else max(after.width, after.height)
    )
    kept_x = _kept((before.x0, before.x1), (after.x0, after.x1))
    kept_y = _kept((before.y0, before.y1), (after.y0, after.y1))
    room = min(
        _room(kept_x, (after.x0, after.x1), columns),
        _room(kept_y, (after.y0, after.y1), rows),
    )
    size = max(_LEAST_PX, min(size, room))
    x0 = _start(kept_x, (after.x0, after.x1), size)
    y0 = _start(kept_y, (after.y0, after.y1), size)
    return _square(x0, y0, size, shape)


def side_by_place(box: HipBox, shape: tuple[int, int]) -> Side:
    """The side of a hip by radiological convention: the right one is on the left."""
    return "R" if box.centre_xy[0] < (shape[1] - 1) / 2 else "L"


def sides_by_place(first: HipBox, second: HipBox) -> dict[Side, HipBox]:
    """Two boxes of one film by radiological convention."""
    right, left = sorted((first, second), key=lambda box: box.centre_xy[0])
    return {"L": left, "R": right}


def _square(x0: float, y0: float, size: float, shape: tuple[int, int]) -> HipBox:
    """A square moved onto the film."""
    rows, columns = shape
    x0 = min(max(x0, -0.5), columns - 0.5 - size)
    y0 = min(max(y0, -0.5), rows - 0.5 - size)
    return HipBox(x0, y0, x0 + size, y0 + size)


def _kept(before: tuple[float, float], after: tuple[float, float]) -> int | None:
    """Which end of an extent stayed: 0, 1, or None for both or neither."""
    low, high = (any(abs(end - old) < _SAME_PX for old in before) for end in after)
    return None if low == high else 0 if low else 1


def _room(kept: int | None, ends: tuple[float, float], count: int) -> float:
    """The longest side length that leaves the kept end where it is."""
    if kept is None:
        return float(count)
    return count - 0.5 - ends[0] if kept == 0 else ends[1] + 0.5


def _start(kept: int | None, ends: tuple[float, float], size: float) -> float:
    if kept is None:
        return sum(ends) / 2 - size / 2
    return ends[0] if kept == 0 else ends[1] - size
