"""The decentralised CNN: a first order for three centres, a second for each region.

Both presets have the paper's inputs and outputs (its Fig. 5): 256 × 256 → 6 numbers;
128 × 128 → 12, 10 and 10. ``paper`` regresses them directly; ``default`` draws one
heatmap a point and takes its centre of mass (soft-argmax, as in DSNT, Nibali 2018),
whose spread is the raw material of the uncertainty.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..core.anatomy import REGION_LANDMARKS, REGIONS
from ..learning.augmentation import normalise
from .correction import Correction

LandmarkPreset = Literal["default", "paper"]
FIRST_PX, SECOND_PX = 256, 128
COUNTS: dict[str, int] = {"first": len(REGIONS)} | {
    region: len(names) for region, names in REGION_LANDMARKS.items()
}


def as_input(film: Tensor) -> Tensor:
    """What a network sees of ``(n, 1, s, s)`` grey values: by their own spread."""
    low, scale = normalise(film)
    return ((film - low) / scale).clamp(-0.5, 1.5)


def _conv(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class HeatmapNetwork(nn.Module):
    """``(n, 1, s, s)`` → points ``(n, k, 2)`` in −1 … 1, heatmaps ``(n, k, h, h)``.

    A small hourglass; heatmaps have a quarter (first) or half (second) of the grid.
    """

    def __init__(self, points: int, halvings: int, width: int = 24) -> None:
        super().__init__()
        stem: list[nn.Module] = [_conv(1, width // 2, 2)]
        stem += [_conv(width // 2, width // 2, 2) for _ in range(halvings - 1)]
        self.stem = nn.Sequential(*stem, _conv(width // 2, width))
        widths = (width, 2 * width, 3 * width, 3 * width)
        self.down = nn.ModuleList(
            nn.Sequential(_conv(a, b, 2), _conv(b, b))
            for a, b in zip(widths, widths[1:], strict=False)
        )
        self.up = nn.ModuleList(
            _conv(a + b, b) for a, b in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(width, points, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Points and log heatmaps (log-softmax over the grid)."""
        return self._heat(self._levels(image))

    def _levels(self, image: Tensor) -> list[Tensor]:
        """Features from the finest to the coarsest level."""
        levels = [self.stem(image)]
        for down in self.down:
            levels.append(down(levels[-1]))
        return levels

    def _heat(self, levels: list[Tensor]) -> tuple[Tensor, Tensor]:
        x = levels[-1]
        for up, beside in zip(self.up, levels[-2::-1], strict=True):
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = up(torch.cat([x, beside], 1))
        logits = self.head(x).float()
        log_heat = logits.flatten(2).log_softmax(-1).view_as(logits)
        return centre_of_mass(log_heat), log_heat


def axis(size: int, device: torch.device) -> Tensor:
    """Pixel centres of a grid in −1 … 1."""
    return (torch.arange(size, device=device) + 0.5) * 2 / size - 1


def centre_of_mass(log_heat: Tensor) -> Tensor:
    """Soft-argmax of ``(n, k, h, h)``: ``(n, k, 2)`` as x, y."""
    heat = log_heat.exp()
    at = axis(heat.shape[-1], heat.device)
    return torch.stack([(heat.sum(2) * at).sum(-1), (heat.sum(3) * at).sum(-1)], -1)


def spread(log_heat: Tensor, points: Tensor) -> Tensor:
    """Root-mean-square width of each heatmap about its point, ``(n, k)``."""
    heat = log_heat.exp()
    at = axis(heat.shape[-1], heat.device)
    x2 = (heat.sum(2) * (at - points[..., :1]) ** 2).sum(-1)
    y2 = (heat.sum(3) * (at - points[..., 1:]) ** 2).sum(-1)
    return torch.sqrt(x2 + y2)


class RegressionNetwork(nn.Module):
    """The paper's way: convolutions, then all coordinates from dense layers."""

    def __init__(self, points: int, halvings: int, width: int = 24) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for level in range(halvings):
            after = min(width * 2**level, 96)
            layers += [_conv(before, after), nn.MaxPool2d(2)]
            before = after
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(before * 16, 128),
            nn.ReLU(inplace=True),
            nn.Linear(128, 2 * points),
        )

    def forward(self, image: Tensor) -> tuple[Tensor, None]:
        """Points in −1 … 1; there is no heatmap."""
        return self.head(self.body(image)).unflatten(1, (-1, 2)).float(), None


class Decentralised(nn.Module):
    """All four networks, ``first`` and one for each region, and their correction."""

    def __init__(self, preset: LandmarkPreset) -> None:
        super().__init__()
        self.preset = preset
        nets: dict[str, nn.Module] = {}
        for name, points in COUNTS.items():
            first = name == "first"
            if preset == "default":
                nets[name] = HeatmapNetwork(points, 2 if first else 1)
            else:
                nets[name] = RegressionNetwork(points, 6 if first else 5)
        self.nets = nn.ModuleDict(nets)
        self.correction = Correction()

    def forward(self, name: str, image: Tensor) -> tuple[Tensor, Tensor | None]:
        """Run one network: points ``(n, k, 2)`` in −1 … 1 and its heatmaps."""
        points, heat = self.nets[name](image)
        return points, heat
