"""A first hip mask to correct by hand: an outline grown to the bone's own edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_dilation,
    binary_erosion,
    binary_fill_holes,
    distance_transform_edt,
    gaussian_filter,
    label,
)
from skimage.filters import sobel
from skimage.segmentation import watershed

from ..core.errors import Refused
from ..core.radiograph import FloatImage

SURE_BONE, SURE_TISSUE = 0.6, 0.12  # of the bone's median grey inside the outline
WITHIN, BEYOND = 0.013, 0.027  # of the picture's side
SMOOTH_PX = 1.5
SNAP = 0.02  # of the picture's side: how far a rim may move


def propose_mask(
    film: FloatImage, bone: FloatImage, outline: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """All bone that hangs together with the outlined regions.

    A watershed on the film's edges decides between what is surely bone (the inside
    of the outline, and wherever the bone image is strong) and what surely is not.

    Parameters
    ----------
    film, bone
        ``(rows, columns)`` film and its bone image, film − STO.
    outline
        The three regions between the landmarks, the same shape.

    Raises
    ------
    Refused
        If the outline holds nothing, or the bone image is empty there.
    """
    seen = gaussian_filter(bone, SMOOTH_PX)
    typical = float(np.median(seen[outline])) if outline.any() else 0.0
    if typical <= 0:
        raise Refused(
            "No bone was found between the landmarks, so there is no mask to propose:"
            " paint it, or move the hip box."
        )
    side = max(film.shape)
    core = binary_erosion(outline, iterations=max(1, round(WITHIN * side)))
    around = binary_dilation(outline, iterations=max(1, round(BEYOND * side)))
    markers = np.zeros(film.shape, np.int32)
    markers[(seen < SURE_TISSUE * typical) & ~around] = 2
    markers[core | (seen > SURE_BONE * typical)] = 1
    grown = watershed(sobel(gaussian_filter(film, SMOOTH_PX)), markers) == 1
    parts, _count = label(grown)
    kept = np.isin(parts, np.unique(parts[core & grown]))
    filled: NDArray[np.bool_] = binary_fill_holes(kept & grown)
    return filled


def snap_to_edges(film: FloatImage, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A roughly painted mask, its rim moved to the strongest edges near it.

    A watershed on the film's edges; what lies deep inside the mask stays bone, and
    what lies far from it stays none.

    Raises
    ------
    Refused
        If the mask holds no bone.
    """
    if not mask.any():
        raise Refused("The hip mask holds no bone: paint the hip roughly first.")
    reach = max(1, round(SNAP * max(film.shape)))
    core = distance_transform_edt(mask) > reach
    if not core.any():  # a thin mask keeps its middle line
        core = mask
    away = distance_transform_edt(~mask) > reach
    markers = np.where(core, 1, np.where(away, 2, 0)).astype(np.int32)
    edges = sobel(gaussian_filter(film, SMOOTH_PX))
    snapped: NDArray[np.bool_] = watershed(edges, markers) == 1
    return snapped
