"""The network that looks at film and STO and tells the gain and the mineral.

Trained on digital hips whose display varies, it sees what the other rulers are read
from, and all else: skin line, muscles, pelvis, cortex, grain. On the way down it reads
the film's gain; on the way up, with skips, it draws the mineral of the femur alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..learning.blocks import WayDown, WayUp, pooled
from ..learning.weights import built_for, for_inference, read_model
from .picture import CHANNELS, FACTS, GainReading, Picture

NAME = "gain"
OUTPUTS = ("neck", "trochanter", "intertrochanter", "total", "exact")
"""Logarithms of gains: mean grey of the bone image over a site, per g/cm² of its aBMD,
as the enhancement's own errors leave it, and of the exact bone image over all regions.
Only the last is used; learning the others beside it makes it surer."""

WIDTH, HIDDEN = 24, 128
BONE_TIMES, GRAIN_PLUS = 4.0, 1.4
SUREST, LEAST_SURE = -4.0, 1.0
NO_MINERAL = -1.0
"""Where the drawing starts before it has learned: softplus(-1) = .3 g/cm²."""


class GainNetwork(nn.Module):
    """Pictures ``(n, 4, 160, 128)`` and facts ``(n, 6)`` → log gains, errors, mineral.

    Facts may hold NaN. Gains and errors are ``(n, 5)`` in the order of
    :data:`OUTPUTS`; errors are logarithms of standard deviations. Mineral is
    ``(n, 80, 64)`` g/cm².
    """

    facts_middle: Tensor
    facts_spread: Tensor
    middle: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        w = WIDTH
        self.stem = nn.Conv2d(len(CHANNELS) + 1, w, 5, 2, 2)
        widths = (w, 2 * w, 3 * w, 4 * w, 6 * w)
        self.blocks = WayDown(widths)
        self.inner = nn.Linear(2 * widths[-1] + len(FACTS), HIDDEN)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(HIDDEN, 2 * len(OUTPUTS))
        self.known = nn.Linear(HIDDEN, widths[-1])
        self.ups = WayUp(widths)
        self.drawn = nn.Conv2d(w, 1, 3, 1, 1)
        for name, size in (("facts_", len(FACTS)), ("", len(OUTPUTS))):
            self.register_buffer(f"{name}middle", torch.zeros(size))
            self.register_buffer(f"{name}spread", torch.ones(size))

    def forward(self, picture: Tensor, facts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log gains, logarithms of their errors, and mineral."""
        known = torch.nan_to_num((facts - self.facts_middle) / self.facts_spread)
        film, sto, grain, seen = picture.unbind(1)
        shown = torch.stack(
            [
                (film - 0.5) * 2,
                (sto - 0.5) * 2,
                (film - sto) * BONE_TIMES,
                grain + GRAIN_PLUS,
                seen,
            ],
            1,
        )
        stages = self.blocks(functional.silu(self.stem(shown * seen[:, None])))
        x = stages[-1]
        inner = functional.silu(self.inner(torch.cat([pooled(x), known], 1)))
        answer, unsure = self.head(self.drop(inner)).chunk(2, 1)
        unsure = unsure.clamp(SUREST, LEAST_SURE) + self.spread.log()
        stages[-1] = x + self.known(inner)[:, :, None, None]
        drawn = self.drawn(self.ups(stages))[:, 0]
        mineral = functional.softplus(drawn + NO_MINERAL)
        return answer * self.spread + self.middle, unsure, mineral


@dataclass(frozen=True, eq=False)
class GainReader:
    """The trained network and its card."""

    network: GainNetwork
    card: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> GainReader:
        """Load from a folder of models.

        Raises
        ------
        Refused
            If it is missing, damaged or of another architecture.
        """
        state, card = read_model(folder, NAME)
        return cls(for_inference(built_for(GainNetwork, state, NAME)), card)

    @torch.inference_mode()
    def read(self, picture: Picture, facts: NDArray[np.float32]) -> GainReading:
        """Look at one film."""
        answer, unsure, mineral = self.network(
            torch.from_numpy(picture.astype(np.float32))[None],
            torch.from_numpy(facts)[None],
        )
        return GainReading(
            float(answer[0, -1]), float(unsure[0, -1].exp()), mineral[0].numpy()
        )
