"""The network that looks at film and STO and tells the gain.

Trained on digital hips whose display varies, it sees what the other rulers are read
from, and all else: skin line, muscles, pelvis, cortex, grain.
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

from ..learning.training import built_for, for_inference, read_model
from .picture import CHANNELS, FACTS, Picture

NAME = "gain"
OUTPUTS = ("neck", "trochanter", "intertrochanter", "total", "exact")
"""Logarithms of gains: mean grey of the bone image over a site, per g/cm² of its aBMD,
as the enhancement's own errors leave it, and of the exact bone image over all regions.
Only the last is used; learning the others beside it makes it surer."""

WIDTH, HIDDEN = 16, 128
BONE_TIMES, GRAIN_PLUS = 4.0, 1.4
SUREST, LEAST_SURE = -4.0, 1.0


class _Block(nn.Module):
    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, 2, 1, bias=False)
        self.first_norm = nn.GroupNorm(4, outside)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.second_norm = nn.GroupNorm(4, outside)
        self.past = nn.Conv2d(inside, outside, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Half the size."""
        inner = functional.silu(self.first_norm(self.first(x)))
        inner = self.second_norm(self.second(inner))
        return functional.silu(self.past(x) + inner)


class GainNetwork(nn.Module):
    """Pictures ``(n, 4, 160, 128)`` and facts ``(n, 6)`` → log gains and their errors.

    Facts may hold NaN. Both answers are ``(n, 5)`` in the order of :data:`OUTPUTS`;
    errors are logarithms of standard deviations.
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
        self.blocks = nn.Sequential(
            *(_Block(a, b) for a, b in zip(widths, widths[1:], strict=False))
        )
        self.inner = nn.Linear(2 * widths[-1] + len(FACTS), HIDDEN)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(HIDDEN, 2 * len(OUTPUTS))
        for name, size in (("facts_", len(FACTS)), ("", len(OUTPUTS))):
            self.register_buffer(f"{name}middle", torch.zeros(size))
            self.register_buffer(f"{name}spread", torch.ones(size))

    def forward(self, picture: Tensor, facts: Tensor) -> tuple[Tensor, Tensor]:
        """Log gains, and logarithms of their errors."""
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
        inside = self.blocks(functional.silu(self.stem(shown * seen[:, None])))
        pooled = torch.cat([inside.mean((2, 3)), inside.amax((2, 3)), known], 1)
        out = self.head(self.drop(functional.silu(self.inner(pooled))))
        answer, unsure = out.chunk(2, 1)
        unsure = unsure.clamp(SUREST, LEAST_SURE) + self.spread.log()
        return answer * self.spread + self.middle, unsure


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
    def read(self, picture: Picture, facts: NDArray[np.float32]) -> tuple[float, float]:
        """The logarithm of the gain, and how unsure the network is of it."""
        answer, unsure = self.network(
            torch.from_numpy(picture.astype(np.float32))[None],
            torch.from_numpy(facts)[None],
        )
        return float(answer[0, -1]), float(unsure[0, -1].exp())
