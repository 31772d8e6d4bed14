"""What the encoder makes of a film, stage by stage down to the latent z (paper 3.2).

Every stage is given as it lies on the film: a right hip, which the network sees
mirrored, is turned back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ..core.canvas import Canvas
from ..core.radiograph import FloatImage, HipBox
from .apply import Enhancer, as_input

LATENT = "latent z"


@dataclass(frozen=True, eq=False)
class Stage:
    """What one stage of the encoder gives.

    Attributes
    ----------
    name
        ``"stage 1"``, ``"stage 2"``, …; the last is ``"latent z"``.
    values
        ``(channels, n, n)`` float32 without a unit, after the stage's last activation;
        rows and columns run as on the film. With a grid of 128 pixels and channels
        (24, 48, 72): (24, 64, 64), (48, 32, 32) and z (72, 16, 16).
    square
        The part of the film that the ``n × n`` cells share out, a square in the
        patient.
    """

    name: str
    values: FloatImage
    square: HipBox

    @property
    def cell_row_col(self) -> tuple[float, float]:
        """Height and width of a cell in film pixels."""
        rows, columns = self.values.shape[1:]
        return self.square.height / rows, self.square.width / columns

    @property
    def first_row_col(self) -> tuple[float, float]:
        """The centre of cell ``[0, 0]`` in film pixels."""
        height, width = self.cell_row_col
        return self.square.y0 + height / 2, self.square.x0 + width / 2


def encoder_stages(enhancer: Enhancer, canvas: Canvas) -> tuple[Stage, ...]:
    """What each stage of the encoder gives for one hip; the last is the latent z.

    Parameters
    ----------
    enhancer
        A model.
    canvas
        The hip as the networks see it.

    Returns
    -------
    tuple
        One :class:`Stage` for each halving of the grid.
    """
    seen, _low, _scale = as_input(canvas, enhancer.network.grid_px)
    with torch.inference_mode():
        found = [x[0].float().numpy().copy() for x in enhancer.network.stages(seen)]
    return tuple(
        Stage(
            LATENT if number == len(found) else f"stage {number}",
            np.ascontiguousarray(values[..., ::-1]) if canvas.mirrored else values,
            canvas.square,
        )
        for number, values in enumerate(found, 1)
    )
