"""Where on a film the hips are: one look at the whole picture.

A network sees the film as a square of 256 pixels and gives, for a left and for a right
hip, whether it is there and where the centres of its three regions lie. From those
follow hip box and side.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..core.anatomy import REGIONS
from ..core.canvas import make_canvas
from ..core.radiograph import LEAST_BOX_PX, FloatImage, HipBox, Side
from ..learning.weights import built_for, for_inference, read_model
from .networks import HeatmapNetwork, as_input

NAME = "locator"
FILM_PX = 256
SIDES: tuple[Side, ...] = ("L", "R")
BOX_SIDE = 4.6  # of the ruler: the distance between the regions' centres
SHOWN = 0.5


class LocatorNetwork(HeatmapNetwork):
    """``(n, 1, 256, 256)`` → centres ``(n, 6, 2)``, heatmaps, presence ``(n, 2)``.

    Centres of neck, trochanter and inter-trochanter of a left, then of a right hip, in
    −1 … 1; presence as a logit each.
    """

    def __init__(self) -> None:
        super().__init__(len(SIDES) * len(REGIONS), 2)
        self.presence = nn.Linear(self.head.in_channels * 3, len(SIDES))

    def see(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Centres, log heatmaps and presence."""
        levels = self._levels(image)
        points, log_heat = self._heat(levels)
        pooled = levels[-1].flatten(2).amax(2)
        return points, log_heat, self.presence(pooled).float()


@dataclass(frozen=True)
class LocatedHip:
    """A hip on a film: its box, and how likely it is there, 0 … 1."""

    box: HipBox
    probability: float


@dataclass(frozen=True, eq=False)
class Locator:
    """The trained network and its card."""

    network: LocatorNetwork
    card: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Locator:
        """Load from a folder of models.

        Raises
        ------
        Refused
            If it is missing, damaged or of another architecture.
        """
        state, card = read_model(folder, NAME)
        return cls(for_inference(built_for(LocatorNetwork, state, NAME)), card)

    @torch.inference_mode()
    def see(
        self, grey: FloatImage, box: HipBox, pixel_aspect: float = 1.0
    ) -> dict[Side, LocatedHip]:
        """Both hips within a box of a film, however unlikely.

        Parameters
        ----------
        grey
            ``(rows, columns)`` on the film's 0 … 1 range.
        box
            What to look at; the whole film as a rule.
        pixel_aspect
            Height of a film pixel over its width.
        """
        canvas = make_canvas(grey, box, False, FILM_PX, pixel_aspect=pixel_aspect)
        points, _heat, presence = self.network.see(
            as_input(torch.from_numpy(canvas.grey)[None, None])
        )
        centres = points[0].double().numpy().reshape(len(SIDES), len(REGIONS), 2)
        likely = torch.sigmoid(presence[0]).tolist()
        out: dict[Side, LocatedHip] = {}
        for side, own, probability in zip(SIDES, centres, likely, strict=True):
            xy = canvas.to_film((own + 1) * FILM_PX / 2 - 0.5)
            pairs = xy[:, None] - xy[None]
            ruler = float(np.linalg.norm(pairs, axis=-1)[np.triu_indices(3, 1)].mean())
            x, y = xy.mean(0)
            # a hip that is not there may be found as small as a point
            side_px = max(BOX_SIDE * ruler, LEAST_BOX_PX + 1.0)
            square = HipBox.square((float(x), float(y)), side_px)
            out[side] = LocatedHip(square, probability)
        return out
