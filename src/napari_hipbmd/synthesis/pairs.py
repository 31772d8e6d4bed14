"""Synthetic pairs: a hip projected onto soft tissue only (paper 3.1).

Images are in log attenuation or on a film's grey scale, where absorption adds. All
functions work on NumPy arrays and on torch tensors alike.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, zoom
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve
from skimage.restoration import inpaint_biharmonic

from ..core.errors import Refused
from ..core.radiograph import FloatImage

ImageT = TypeVar("ImageT", bound=Any)
Operator = Literal["additive", "replace"]
INPAINT_PX = 96

__all__ = ["additive", "donor_soft_tissue", "feather", "replace"]


def additive(
    sto: ImageT, hip: ImageT, donor_sto: ImageT, mask: ImageT | float
) -> ImageT:
    """Pair x = STO + feather(M) · (H − S̃): then x − STO is exactly the bone.

    Parameters
    ----------
    sto
        The soft-tissue-only tile, the pair's label.
    hip, donor_sto
        The donor's film H and its own soft tissue S̃ under the mask.
    mask
        Feathered mask M, 0 … 1; 1.0 where ``hip - donor_sto`` is bone only.
    """
    return sto + mask * (hip - donor_sto)


def replace(sto: ImageT, hip: ImageT, mask: ImageT) -> ImageT:
    """The literal reading of the paper: the donor's pixels pasted onto the tile.

    It drags the donor's soft tissue along and so contradicts its own label; kept for
    the preset ``paper``.
    """
    return sto * (1 - mask) + mask * hip


def feather(mask: NDArray[np.bool_], width_px: float) -> FloatImage:
    """Mask with a soft rim *outside* the bone, ``width_px`` wide, float32 0 … 1."""
    if not mask.any():
        raise Refused("The hip mask holds no bone: paint the hip first.")
    away = distance_transform_edt(~mask)
    return np.clip(1 - away / max(width_px, 1e-6), 0, 1).astype(np.float32)


def donor_soft_tissue(
    hip: FloatImage, mask: NDArray[np.bool_], smooth: bool = True
) -> FloatImage:
    """The donor's own soft tissue S̃ under its mask, interpolated from the rim.

    Parameters
    ----------
    hip, mask
        ``(rows, columns)`` film and hip mask.
    smooth
        Biharmonic (continues slopes) or harmonic (Laplace) interpolation; both on a
        grid of about 96 pixels, since soft tissue is smooth there in type 2 films.

    Raises
    ------
    Refused
        If the mask is empty or covers the whole film.
    """
    if not mask.any():
        raise Refused("The hip mask holds no bone: paint the hip first.")
    if mask.all():
        raise Refused("The hip mask covers the whole film: leave a rim around it.")
    shrink = min(1.0, INPAINT_PX / max(hip.shape))
    weight = zoom((~mask).astype(np.float32), shrink, order=1, grid_mode=True,
                  mode="nearest")  # fmt: skip
    value = zoom(np.where(mask, 0, hip), shrink, order=1, grid_mode=True,
                 mode="nearest")  # fmt: skip
    known = weight > 0.5
    small = np.where(known, value / np.maximum(weight, 1e-3), 0)
    filled = inpaint_biharmonic(small, ~known) if smooth else _laplace(small, known)
    factors = [n / m for n, m in zip(hip.shape, filled.shape, strict=True)]
    wide = zoom(filled, factors, order=1, grid_mode=True, mode="nearest")
    return np.where(mask, wide, hip).astype(np.float32)


def _laplace(
    image: NDArray[np.floating], known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Harmonic interpolation over the unknown pixels."""
    index = -np.ones(image.shape, int)
    unknown = np.argwhere(~known)
    index[~known] = np.arange(len(unknown))
    rows, columns, values = [], [], []
    count, right = np.zeros(len(unknown)), np.zeros(len(unknown))
    for step in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        there = unknown + step
        inside = ((there >= 0) & (there < image.shape)).all(1)
        a, b = np.flatnonzero(inside), there[inside]
        count[a] += 1
        target = index[b[:, 0], b[:, 1]]
        given = target < 0
        np.add.at(right, a[given], image[b[given, 0], b[given, 1]])
        rows.append(a[~given])
        columns.append(target[~given])
        values.append(-np.ones((~given).sum()))
    diagonal = np.arange(len(unknown))
    matrix = csr_matrix(
        (
            np.concatenate([*values, count]),
            (np.concatenate([*rows, diagonal]), np.concatenate([*columns, diagonal])),
        )
    )
    out = image.astype(float)
    out[~known] = spsolve(matrix, right)
    return out
