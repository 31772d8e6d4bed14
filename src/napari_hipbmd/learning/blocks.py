"""Blocks of the U-Nets: to half the size, and back up with what lay beside.

Group norms know no other image of a batch: the levels that these networks draw would
follow the batch with batch norms.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import gcd

import torch
from torch import Tensor, nn
from torch.nn import functional

GROUPS = 4


def group_norm(width: int) -> nn.GroupNorm:
    """Of at most :data:`GROUPS` groups."""
    return nn.GroupNorm(gcd(GROUPS, width), width)


class Down(nn.Module):
    """``(n, inside, h, w)`` → ``(n, outside, h / 2, w / 2)``.

    Two convolutions, and one past them.
    """

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, 2, 1, bias=False)
        self.first_norm = group_norm(outside)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.second_norm = group_norm(outside)
        self.short = nn.Conv2d(inside, outside, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Half the size."""
        inner = functional.silu(self.first_norm(self.first(x)))
        inner = self.second_norm(self.second(inner))
        # means of pixels: oneDNN crashes on strided 1 × 1 convolutions of few channels
        past = self.short(functional.avg_pool2d(x, 2, ceil_mode=True))
        return functional.silu(past + inner)


class Up(nn.Module):
    """Twice the size, joined with the stage of that size on the way down."""

    def __init__(self, below: int, beside: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(below + beside, beside, 3, 1, 1, bias=False)
        self.norm = group_norm(beside)

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        """Of the size of what lies beside it."""
        wide = functional.interpolate(
            x, size=beside.shape[-2:], mode="bilinear", align_corners=False
        )
        return functional.silu(self.norm(self.conv(torch.cat([wide, beside], 1))))


class WayDown(nn.ModuleList):
    """Stages of ``widths`` channels, each of half the size of the one before."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__(Down(a, b) for a, b in pairwise(widths))

    def forward(self, first: Tensor) -> list[Tensor]:
        """All stages, from ``first`` ``(n, widths[0], h, w)`` to the smallest."""
        stages = [first]
        for down in self:
            stages.append(down(stages[-1]))
        return stages


class WayUp(nn.ModuleList):
    """Back from the smallest stage of a :class:`WayDown` to the first one's size."""

    def __init__(self, widths: Sequence[int]) -> None:
        upwards = list(pairwise(widths))[::-1]
        super().__init__(Up(below, beside) for beside, below in upwards)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """``(n, widths[0], h, w)``."""
        *finer, x = stages
        for up, beside in zip(self, reversed(finer), strict=True):
            x = up(x, beside)
        return x


def pooled(x: Tensor) -> Tensor:
    """Mean and maximum over the image, ``(n, 2 * channels)``."""
    return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
