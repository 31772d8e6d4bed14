"""Where pairs come from: soft-tissue tiles and hips, in one format.

A person's own films and digital hips end in the same two classes. A person's hip is
masked and its soft tissue interpolated; a digital hip's is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.transform import AffineTransform, resize, warp

from ..core.errors import Refused
from ..core.radiograph import FloatImage
from .pairs import Operator, additive, donor_soft_tissue, feather, replace

FEATHER_SHARE = 0.01  # of the film's side
BONE_VISIBLE = 0.01  # of the grey range


@dataclass(frozen=True, eq=False)
class SoftTissueTile:
    """Soft tissue only: the blue box of the paper's Fig. 3, ``(rows, columns)``."""

    grey: FloatImage
    patient: str = ""


@dataclass(frozen=True, eq=False)
class HipSource:
    """A hip to be projected: the yellow box of Fig. 3.

    Attributes
    ----------
    film, soft_tissue
        ``(rows, columns)`` film H and its own soft tissue S̃.
    mask
        Feathered hip mask M, float32 0 … 1.
    """

    film: FloatImage
    soft_tissue: FloatImage
    mask: FloatImage
    patient: str = ""

    @classmethod
    def from_mask(
        cls, film: FloatImage, mask: NDArray[np.bool_], patient: str = ""
    ) -> HipSource:
        """From a person's film and a mask drawn on it.

        Raises
        ------
        Refused
            If the mask is empty, covers everything, or has another shape.
        """
        if film.shape != mask.shape:
            raise Refused(
                f"The hip mask is {mask.shape[1]} × {mask.shape[0]} pixels and its film"
                f" {film.shape[1]} × {film.shape[0]}: draw the mask on this film."
            )
        soft = donor_soft_tissue(film, mask)
        width = FEATHER_SHARE * max(film.shape)
        return cls(film, soft, feather(mask, width), patient)

    @classmethod
    def from_truth(
        cls,
        film: FloatImage,
        sto: FloatImage,
        patient: str = "",
        operator: Operator = "additive",
    ) -> HipSource:
        """From a digital hip, whose STO is exact: all that differs is bone.

        So an additive pair needs no mask; to be pasted, the bone needs one.

        Raises
        ------
        Refused
            If the two are of different size, or do not differ.
        """
        if film.shape != sto.shape:
            raise Refused(
                "The film and its STO are of different size: make the study again."
            )
        bone = np.abs(film - sto) > BONE_VISIBLE
        mask = feather(bone, FEATHER_SHARE * max(film.shape))
        return cls(
            film, sto, np.ones_like(film) if operator == "additive" else mask, patient
        )


@dataclass(frozen=True)
class Placement:
    """How a hip is turned before it is projected; nothing by default."""

    rotation_deg: float = 0.0
    flip: bool = False
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Pair:
    """Input and label of the autoencoder, and the bone that was projected.

    All are ``(rows, columns)``; with ``additive``, ``film - sto`` is ``bone``.
    """

    film: FloatImage
    sto: FloatImage
    bone: FloatImage


def make_pair(
    tile: SoftTissueTile,
    hip: HipSource,
    operator: Operator = "additive",
    placement: Placement | None = None,
    exposure: float = 0.0,
) -> Pair:
    """Project a hip onto soft tissue; the pair has the hip's shape.

    With ``additive``, film − STO is exactly the placed bone (paper 3.1). Another
    exposure adds the same grey to film and STO: in log attenuation a dose is a sum.
    """
    placement = placement or Placement()
    film, soft, mask = (
        _placed(a, placement) for a in (hip.film, hip.soft_tissue, hip.mask)
    )
    if placement.rotation_deg or placement.scale != 1:
        mask = mask * _placed(np.ones_like(hip.mask), placement, outside=0.0)
    sto = fit_to(tile.grey, film.shape)
    bone = np.asarray(mask * (film - soft), np.float32)
    made = (
        additive(sto, film, soft, mask)
        if operator == "additive"
        else replace(sto, film, mask)
    )
    if exposure:
        made, sto = made + np.float32(exposure), sto + np.float32(exposure)
    return Pair(made, sto, bone)


def fit_to(grey: FloatImage, shape: tuple[int, ...]) -> FloatImage:
    """Soft tissue stretched to another size, without aliasing."""
    if grey.shape == shape:
        return grey
    return np.asarray(resize(grey, shape, order=1, anti_aliasing=True), np.float32)


def _placed(
    image: FloatImage, placement: Placement, outside: float | None = None
) -> FloatImage:
    out = image[:, ::-1] if placement.flip else image
    if not placement.rotation_deg and placement.scale == 1:
        return np.ascontiguousarray(out)
    middle = (np.array(image.shape[::-1]) - 1) / 2
    turn = (
        AffineTransform(translation=-middle)
        + AffineTransform(
            rotation=np.radians(placement.rotation_deg), scale=placement.scale
        )
        + AffineTransform(translation=middle)
    )
    mode = "edge" if outside is None else "constant"
    turned = warp(out, turn.inverse, order=1, mode=mode, cval=outside or 0.0)
    return np.asarray(turned, np.float32)
