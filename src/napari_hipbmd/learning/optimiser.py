"""How weights follow the loss, in every training but the paper's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

KERNELS_TIMES = 10.0
"""Learning rate of kernels, whose steps have all one size, over that of the rest."""

FEWEST_CHANNELS = 8
"""Layers with fewer begin or end a network, and learn as the rest does."""

MOMENTUM = 0.95
FIRST_MOMENT, SECOND_MOMENT, SMALL = 0.9, 0.999, 1e-8
TURNS = 5
QUINTIC = 3.4445, -4.7750, 2.0315


def orthogonal(matrix: Tensor) -> Tensor:
    """The orthogonal matrix next to ``matrix`` ``(rows, columns)``, roughly.

    Five turns of Newton and Schulz's iteration with Jordan's coefficients (2024), which
    bring singular values of .01 … 1 of the whole to .7 … 1.2.
    """
    a, b, c = QUINTIC
    tall = len(matrix) > matrix.shape[1]
    x = matrix.mT if tall else matrix
    x = x / x.norm().clamp(min=SMALL)
    for _ in range(TURNS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Muon (Jordan et al. 2024) for the kernels of a network, Adam for the rest.

    A kernel's step is the orthogonal matrix next to its momentum, so that rare patterns
    are learned as fast as common ones. ``torch.optim.Muon`` takes matrices alone; a
    kernel ``(out, in, h, w)`` is one of ``out`` rows here.

    Parameters
    ----------
    network
        What learns.
    rate
        Learning rate of the rest; kernels learn :data:`KERNELS_TIMES` as fast.
    decay
        How much of itself a kernel loses a step, over its learning rate.
    """

    def __init__(self, network: nn.Module, rate: float, decay: float = 0.01) -> None:
        kernels: list[Tensor] = []
        rest: list[Tensor] = []
        for weights in network.parameters():
            wide = weights.ndim == 4 and min(weights.shape[:2]) >= FEWEST_CHANNELS
            (kernels if wide else rest).append(weights)
        groups = [
            {"params": kernels, "lr": KERNELS_TIMES * rate, "kernels": True},
            {"params": rest, "lr": rate, "kernels": False},
        ]
        super().__init__([one for one in groups if one["params"]], {"decay": decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; ``closure`` computes the loss anew, and Lightning gives one."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            move = self._turned if group["kernels"] else self._adam
            for weights in group["params"]:
                if weights.grad is not None:
                    move(weights, weights.grad, group["lr"], group["decay"])
        return loss

    def _turned(
        self, weights: Tensor, slope: Tensor, rate: float, decay: float
    ) -> None:
        state = self.state[weights]
        if not state:
            state["momentum"] = torch.zeros_like(weights)
        momentum = state["momentum"].lerp_(slope, 1 - MOMENTUM)
        step = orthogonal(slope.lerp(momentum, MOMENTUM).flatten(1))
        size = max(1.0, step.shape[0] / step.shape[1]) ** 0.5
        weights.mul_(1 - rate * decay)
        weights.add_(step.view_as(weights), alpha=-rate * size)

    def _adam(self, weights: Tensor, slope: Tensor, rate: float, _decay: float) -> None:
        state = self.state[weights]
        if not state:
            state["count"] = torch.tensor(0)
            state["first"] = torch.zeros_like(weights)
            state["second"] = torch.zeros_like(weights)
        state["count"] += 1
        count = int(state["count"])
        first = state["first"].lerp_(slope, 1 - FIRST_MOMENT)
        second = state["second"].lerp_(slope.square(), 1 - SECOND_MOMENT)
        spread = (second / (1 - SECOND_MOMENT**count)).sqrt_().add_(SMALL)
        weights.addcdiv_(first, spread, value=-rate / (1 - FIRST_MOMENT**count))


def muon_with_cosine(
    network: nn.Module, rate: float, epochs: int, decay: float = 0.01
) -> tuple[list[Any], list[Any]]:
    """:class:`Muon` and a cosine; parameters as there."""
    return with_cosine(Muon(network, rate, decay), epochs)


def with_cosine(
    optimiser: torch.optim.Optimizer, epochs: int
) -> tuple[list[Any], list[Any]]:
    """An optimiser whose rates are zero after ``epochs``, as Lightning takes it."""
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    return [optimiser], [schedule]
