"""What the networks propose to somebody who marks a film for pairs (paper 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import is_mirrored, polygons
from ..core.anatomy import mask as inside_polygon
from ..core.canvas import make_canvas
from ..core.errors import Refused
from ..core.hip_box import BoxBySide, default_size, on_film
from ..core.hip_images import HipImages
from ..core.radiograph import HipBox, Radiograph, Side
from ..pipeline import enhance_hip, see_hip
from ..pipeline.models import Networks
from ..synthesis import (
    covered,
    evenness,
    overlap_share,
    propose_mask,
    soft_tissue_boxes,
)

BONE_SHOWS = 0.04  # of the grey range: film − STO above it is taken for bone
TOUCHES = 0.07  # share of an STO box that may be bone before it is flagged


def propose_hip_mask(
    film: Radiograph, networks: Networks, hips: BoxBySide, side: Side | None = None
) -> NDArray[np.bool_]:
    """The outline between the predicted landmarks, grown to the bone's own edges.

    Parameters
    ----------
    side
        Of the hip of a film without hip boxes, where it is known.

    Returns
    -------
    ndarray
        ``(rows, columns)`` of the film, all its hips together.

    Raises
    ------
    Refused
        If a box cannot be used, or no bone is found in any.
    """
    mask = np.zeros(film.shape, np.bool_)
    refused: list[Refused] = []
    for images, outline in _hips(film, networks, hips, side):
        (row, column), (rows, columns) = images.corner_row_col, images.film.shape
        try:
            found = propose_mask(images.film, images.bone, outline)
        except Refused as refusal:
            refused.append(refusal)
            continue
        mask[row : row + rows, column : column + columns] |= found
    if refused and not mask.any():
        raise refused[0]
    return mask


def film_evenness(
    film: Radiograph, networks: Networks, hips: BoxBySide, side: Side | None = None
) -> float:
    """How even the soft tissue around a film's least even hip is, at most 1.

    Raises
    ------
    Refused
        If the film or a box cannot be used, or no hip is seen.
    """
    scores = [
        evenness(images.film, images.sto, outline)
        for images, outline in _hips(film, networks, hips, side)
        if outline.any()
    ]
    if not scores:
        raise Refused("No hip was seen on this film: draw a hip box.")
    return min(scores)


def propose_sto_boxes(
    film: Radiograph,
    networks: Networks,
    hips: BoxBySide,
    side: Side | None = None,
    taken: Sequence[HipBox] = (),
) -> list[HipBox]:
    """Places of soft tissue without bone, for STO boxes; a person looks at them.

    Parameters
    ----------
    hips
        The hip boxes of the film; without any, all hips are searched for.
    taken
        Boxes that are there: nothing is proposed across them.

    Raises
    ------
    Refused
        If a hip box cannot be used.
    """
    from ..landmarks.locate import propose

    found = hips or propose(networks.finder, film, side)
    marks = []
    for one, box in found.items():
        seen = see_hip(film, networks, one, box)
        marks.append(networks.finder.find(seen.canvas, film.spacing_mm).xy)
    there = covered(taken, film.shape)
    boxes = soft_tissue_boxes(film.grey(), marks, film.outside)
    return [box for box in boxes if not overlap_share(box, there)]


def bone_shares(
    film: Radiograph, networks: Networks, boxes: Sequence[HipBox]
) -> list[float]:
    """How much of each STO box the networks take for bone, 0 … 1.

    Bone is where the film is denser than the soft tissue that the autoencoder draws
    for the surroundings of the box, about the size of a hip: so it is seen anywhere on
    a film, not at the hip alone.
    """
    from ..enhancement.apply import subtract_sto

    grey = film.grey()
    size = default_size(film.shape, film.spacing_mm)
    mirrored = film.side is not None and is_mirrored(film.side)
    shares = []
    for box in boxes:
        around = max(size, box.width, box.height)
        square = on_film(HipBox.square(box.centre_xy, around), film.shape)
        canvas = make_canvas(grey, square, mirrored, pixel_aspect=film.pixel_aspect)
        images = subtract_sto(grey, canvas, networks.enhancer.sto_on_grid(canvas))
        row, column = images.corner_row_col
        inside = images.bone[
            max(0, round(box.y0) - row) : max(0, round(box.y1) - row + 1),
            max(0, round(box.x0) - column) : max(0, round(box.x1) - column + 1),
        ]
        shares.append(float((inside > BONE_SHOWS).mean()) if inside.size else 0.0)
    return shares


def _hips(
    film: Radiograph, networks: Networks, hips: BoxBySide, side: Side | None
) -> Iterator[tuple[HipImages, NDArray[np.bool_]]]:
    """Film and STO of each hip, and the three regions between its landmarks."""
    wanted: list[tuple[Side | None, HipBox | None]] = [*hips.items()]
    for one, box in wanted or [(side, None)]:
        seen = see_hip(film, networks, one, box)
        images = enhance_hip(seen, networks)
        marks = networks.finder.find(seen.canvas, film.spacing_mm)
        row, column = images.corner_row_col
        rows, columns = images.film.shape
        outline = np.zeros((rows, columns), np.bool_)
        for polygon in polygons(marks.xy).values():
            outline |= inside_polygon(polygon - [column, row], (rows, columns))
        yield images, outline
