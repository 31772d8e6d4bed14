"""From boxes drawn on a film to hips and soft tissue that pairs are made of."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..core.canvas import CANVAS_PX, make_canvas
from ..core.errors import Refused
from ..core.radiograph import FloatImage, HipBox
from .sources import HipSource, SoftTissueTile, fit_to

SMALLEST_PX = 32


def sto_box(x0: float, y0: float, x1: float, y1: float) -> HipBox:
    """A blue box of the paper's Fig. 3, in pixel edges of its film.

    Raises
    ------
    Refused
        If it is smaller than 32 pixels.
    """
    if not min(x1 - x0, y1 - y0) >= SMALLEST_PX:
        raise Refused(
            f"An STO box is smaller than {SMALLEST_PX} pixels: draw it larger, or"
            " delete it."
        )
    return HipBox(x0, y0, x1, y1)


def check_sto_box(box: HipBox, shape: tuple[int, int]) -> None:
    """Refuse an STO box that does not lie on its film of ``(rows, columns)``.

    Raises
    ------
    Refused
        If it reaches outside.
    """
    (rows, columns), (x0, y0, x1, y1) = shape, _pixels(box)
    if x0 < 0 or y0 < 0 or x1 > columns or y1 > rows:
        raise Refused(
            f"An STO box (x {box.x0:.0f} to {box.x1:.0f}, y {box.y0:.0f} to"
            f" {box.y1:.0f}) reaches outside its film of {columns} × {rows} pixels:"
            " draw it on soft tissue."
        )


def tile_from_box(grey: FloatImage, box: HipBox, patient: str = "") -> SoftTissueTile:
    """Soft tissue of one box, stretched to the 448 pixels of a canvas.

    Raises
    ------
    Refused
        If the box does not lie on the film.
    """
    check_sto_box(box, grey.shape)
    x0, y0, x1, y1 = _pixels(box)
    part = np.ascontiguousarray(grey[y0:y1, x0:x1])
    return SoftTissueTile(fit_to(part, (CANVAS_PX, CANVAS_PX)), patient)


def hip_from_box(
    grey: FloatImage,
    mask: NDArray[np.bool_],
    box: HipBox,
    mirrored: bool,
    patient: str = "",
    pixel_aspect: float = 1.0,
) -> HipSource:
    """A hip to be projected, from its box and the mask drawn on the film.

    Parameters
    ----------
    grey, mask
        The whole film, 0 … 1, and its hip mask, the same shape.
    mirrored
        Whether it is a right hip: it becomes a left one.
    pixel_aspect
        Height of a film pixel over its width.

    Raises
    ------
    Refused
        If the box lies outside the film, or no bone is painted in it, or nothing but
        bone, or the mask has another shape.
    """
    if mask.shape != grey.shape:
        raise Refused(
            f"The hip mask is {mask.shape[1]} × {mask.shape[0]} pixels and its film"
            f" {grey.shape[1]} × {grey.shape[0]}: draw the mask on this film."
        )
    film, bone = (
        make_canvas(image, box, mirrored, pixel_aspect=pixel_aspect)
        for image in (grey, mask.astype(np.float32))
    )
    return HipSource.from_mask(film.grey, bone.grey > 0.5, patient)


def covered(boxes: Iterable[HipBox], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels of a film of ``(rows, columns)`` that lie in any of some boxes."""
    mask = np.zeros(shape, np.bool_)
    for box in boxes:
        x0, y0, x1, y1 = (max(0, edge) for edge in _pixels(box))
        mask[y0:y1, x0:x1] = True
    return mask


def overlap_share(box: HipBox, bone: NDArray[np.bool_]) -> float:
    """Share of a box that is bone, 0 … 1; what lies outside the film counts as none."""
    x0, y0, x1, y1 = (max(0, edge) for edge in _pixels(box))
    return float(bone[y0:y1, x0:x1].sum() / max(1.0, box.width * box.height))


def _pixels(box: HipBox) -> tuple[int, int, int, int]:
    """First and last-but-one pixel of a box, x0, y0, x1, y1."""
    return (
        round(box.x0 + 0.5),
        round(box.y0 + 0.5),
        round(box.x1 + 0.5),
        round(box.y1 + 0.5),
    )
