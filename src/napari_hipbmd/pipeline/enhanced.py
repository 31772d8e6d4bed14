"""One film: STO, bone image, error where the truth is known, encoder stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.hip_images import HipImages
from ..core.radiograph import FloatImage, HipBox, Radiograph, Side
from ..core.threads import one_thread
from . import SeenHip, enhance_hip, look_at_hip
from .models import Networks

if TYPE_CHECKING:
    from ..enhancement.stages import Stage


@dataclass(frozen=True, eq=False)
class Enhanced:
    """What the enhancement makes of one hip.

    Attributes
    ----------
    seen
        The hip as the networks saw it; its box and side.
    images
        Film and STO at full resolution, and where they lie in the film.
    stages
        The encoder's intermediates; the last is the latent z.
    exact_sto
        ``(rows, columns)`` of the images; None where the truth is not known.
    model_name
        For people.
    """

    film: Radiograph
    seen: SeenHip
    images: HipImages
    stages: tuple[Stage, ...]
    exact_sto: FloatImage | None
    model_name: str

    @property
    def error(self) -> FloatImage | None:
        """Absolute error |STO − exact STO|, on the film's 0 … 1 range, or None."""
        if self.exact_sto is None:
            return None
        return np.abs(self.images.sto - self.exact_sto)


def enhance_film(
    film: Radiograph,
    networks: Networks,
    side: Side | None = None,
    box: HipBox | None = None,
    exact_sto: FloatImage | None = None,
) -> Enhanced:
    """Take the soft tissue away and keep every intermediate.

    Parameters
    ----------
    side, box
        As :func:`pipeline.measure` takes them.
    exact_sto
        ``(rows, columns)`` of the whole film, where it is known.

    Raises
    ------
    Refused
        If the box lies outside the film, or shows one even grey.
    """
    from ..enhancement.stages import encoder_stages

    with one_thread():
        film, seen = look_at_hip(film, networks, side, box)
        images = enhance_hip(seen, networks)
        stages = encoder_stages(networks.enhancer, seen.canvas)
    return Enhanced(
        film,
        seen,
        images,
        stages,
        None if exact_sto is None else part_of(exact_sto, images),
        str(networks.enhancer.card.get("name", "enhancement")),
    )


def part_of(whole: FloatImage, images: HipImages) -> FloatImage:
    """The part of a film-sized image that lies under a hip's images."""
    (row, column), (rows, columns) = images.corner_row_col, images.sto.shape
    return np.ascontiguousarray(whole[row : row + rows, column : column + columns])
