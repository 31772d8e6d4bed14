"""The convolutional autoencoder that sees a film and draws its soft tissue (STO).

Encoder and mirrored decoder without skip connections (the paper's Fig. 4): what does
not fit through the latent z — trabeculae, cortices — cannot leak into the STO.
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..learning import channels_last

GRID_PX = 256


@dataclass(frozen=True)
class AutoencoderShape:
    """Channels of the stages; each halves the grid, the last one holds z."""

    channels: tuple[int, ...] = (16, 32, 64, 96)
    norm: bool = True
    grid_px: int = GRID_PX

    def to_json(self) -> dict[str, Any]:
        """For the model card."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> AutoencoderShape:
        """From a model card.

        Raises
        ------
        ValueError
            If no network has such stages.
        """
        channels = tuple(data["channels"])
        if not 1 <= len(channels) <= 8 or not all(
            isinstance(n, int) and 1 <= n <= 1024 for n in channels
        ):
            raise ValueError(f"stages of {channels} channels")
        grid_px = data.get("grid_px", GRID_PX)
        if not isinstance(grid_px, int) or not 2 ** len(channels) <= grid_px <= 1024:
            raise ValueError(f"a grid of {grid_px} pixels")
        if grid_px % 2 ** len(channels):
            raise ValueError(
                f"a grid of {grid_px} pixels, which {len(channels)} stages cannot halve"
            )
        return cls(channels, bool(data["norm"]), grid_px)


def _conv(inside: int, outside: int, stride: int, norm: bool) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inside, outside, 3, stride, 1, padding_mode="replicate")
    ]
    if norm:
        layers.append(nn.BatchNorm2d(outside))
    layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class Autoencoder(nn.Module):
    """Film ``(n, 1, grid, grid)`` → STO of the same shape; :meth:`encode` gives z."""

    def __init__(self, shape: AutoencoderShape) -> None:
        super().__init__()
        self.grid_px = shape.grid_px
        widths = shape.channels
        encoder: list[nn.Module] = []
        before = 1
        for level, width in enumerate(widths):
            encoder.append(_conv(before, width, 2, shape.norm))
            if level:
                encoder.append(_conv(width, width, 1, shape.norm))
            before = width
        decoder: list[nn.Module] = []
        for level in range(len(widths) - 1, 0, -1):
            decoder.append(_conv(widths[level], widths[level], 1, shape.norm))
            decoder.append(
                nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            )
            decoder.append(_conv(widths[level], widths[level - 1], 1, shape.norm))
        decoder.append(nn.Conv2d(widths[0], 1, 3, padding=1, padding_mode="replicate"))
        decoder.append(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        )
        self.encoder = nn.Sequential(*encoder)
        self.decoder = nn.Sequential(*decoder)

    def encode(self, film: Tensor) -> Tensor:
        """The latent z, ``(n, channels, 16, 16)``."""
        z: Tensor = self.encoder(film)
        return z

    def forward(self, film: Tensor) -> tuple[Tensor, Tensor]:
        """STO and z."""
        z = self.encode(film)
        sto: Tensor = self.decoder(z)
        return sto, z


def for_inference(network: Autoencoder) -> Autoencoder:
    """The same function, faster: norms folded into convolutions, channels last."""
    folded = copy.deepcopy(network).eval()
    for part in (folded.encoder, folded.decoder):
        for block in part:
            if not isinstance(block, nn.Sequential):
                continue
            conv, norm = block[0], block[1]
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                block[0] = fuse_conv_bn_eval(conv, norm)
                block[1] = nn.Identity()
    return channels_last(folded)


def loss(
    label: Tensor, reconstruction: Tensor, z: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """The two terms of Eq. 1 as means: ‖x − x̂‖² and α‖z‖²."""
    return (
        torch.mean((label - reconstruction) ** 2),
        alpha * torch.mean(z**2),
    )
