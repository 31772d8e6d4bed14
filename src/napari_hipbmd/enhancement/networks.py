"""The convolutional networks that see a film and draw its soft tissue (STO).

:class:`Autoencoder`: encoder and mirrored decoder without skip connections (the
paper's Fig. 4): what does not fit through the latent z — trabeculae, cortices — cannot
leak into the STO. :class:`UNet`: with them, which keep the edges of folds and of skin.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..core.bounded_json import as_type
from ..core.errors import Refused

GRID_PX = 256
MOST_CONTEXT = 3


@dataclass(frozen=True)
class AutoencoderShape:
    """Channels of the stages; each halves the grid, the last one holds z.

    ``context`` blocks look around in z with wider and wider holes (dilation 2, 4, 8 …),
    so that soft tissue far from the bone tells of that under it. With ``skips`` it is
    a :class:`UNet`.
    """

    channels: tuple[int, ...] = (16, 32, 64, 96)
    norm: bool = True
    grid_px: int = GRID_PX
    context: int = 0
    skips: bool = False

    def to_json(self) -> dict[str, Any]:
        """For the model card."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> AutoencoderShape:
        """From a model card.

        Raises
        ------
        Refused
            If no network has such stages: a clause.
        """
        return as_type(cls, data, "shape")

    def __post_init__(self) -> None:
        halvings, grid_px = len(self.channels), self.grid_px
        if not 1 <= halvings <= 8 or not all(1 <= n <= 1024 for n in self.channels):
            raise Refused(f"it has stages of {self.channels[:9]} channels")
        if not 2**halvings <= grid_px <= 1024:
            raise Refused(f"it has a grid of {grid_px} pixels")
        if grid_px % 2**halvings:
            raise Refused(
                f"it has a grid of {grid_px} pixels, which {halvings} stages cannot"
                " halve"
            )
        if not 0 <= self.context <= MOST_CONTEXT:
            raise Refused(f"it has {self.context} context blocks")


def _conv(
    inside: int, outside: int, stride: int, norm: bool, holes: int = 1
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(
            inside, outside, 3, stride, holes, dilation=holes, padding_mode="replicate"
        )
    ]
    if norm:
        layers.append(nn.BatchNorm2d(outside))
    layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class _Around(nn.Module):
    """What a convolution with holes sees, added to its input."""

    def __init__(self, width: int, holes: int, norm: bool) -> None:
        super().__init__()
        self.body = _conv(width, width, 1, norm, holes)

    def forward(self, x: Tensor) -> Tensor:
        """Of the input's shape."""
        out: Tensor = x + self.body(x)
        return out


class Autoencoder(nn.Module):
    """Film ``(n, 1, grid, grid)`` → STO of the same shape; :meth:`encode` gives z."""

    def __init__(self, shape: AutoencoderShape) -> None:
        super().__init__()
        self.grid_px, self.halvings = shape.grid_px, len(shape.channels)
        widths = shape.channels
        encoder: list[nn.Module] = []
        before = 1
        for level, width in enumerate(widths):
            encoder.append(_conv(before, width, 2, shape.norm))
            if level:
                encoder.append(_conv(width, width, 1, shape.norm))
            before = width
        encoder += _context(shape)
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

    def stages(self, film: Tensor) -> list[Tensor]:
        """What the encoder gives before each halving of the grid but the first; z."""
        found: list[Tensor] = []
        for i, block in enumerate(self.encoder):
            film = block(film)
            if i % 2 == 0 and len(found) < self.halvings - 1:
                found.append(film)
        return [*found, film]

    def forward(self, film: Tensor) -> tuple[Tensor, Tensor]:
        """STO and z."""
        z = self.encode(film)
        sto: Tensor = self.decoder(z)
        return sto, z


class UNet(nn.Module):
    """The same with a stage on the full grid, and skips from each stage to its mirror.

    Film ``(n, 1, grid, grid)`` → STO of the same shape; :meth:`encode` gives z.
    """

    def __init__(self, shape: AutoencoderShape) -> None:
        super().__init__()
        self.grid_px = shape.grid_px
        widths = (max(1, shape.channels[0] // 4), *shape.channels)
        norm = shape.norm
        self.start = _conv(1, widths[0], 1, norm)
        self.down = nn.ModuleList(
            nn.Sequential(_conv(a, b, 2, norm), _conv(b, b, 1, norm))
            for a, b in zip(widths, widths[1:], strict=False)
        )
        self.around = _context(shape)
        self.up = nn.ModuleList(
            _conv(a + b, b, 1, norm)
            for a, b in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.end = nn.Conv2d(widths[0], 1, 3, padding=1, padding_mode="replicate")

    def _stages(self, film: Tensor) -> list[Tensor]:
        stages = [self.start(film)]
        for down in self.down:
            stages.append(down(stages[-1]))
        stages[-1] = self.around(stages[-1])
        return stages

    def encode(self, film: Tensor) -> Tensor:
        """The latent z, ``(n, channels, 16, 16)``."""
        return self._stages(film)[-1]

    def stages(self, film: Tensor) -> list[Tensor]:
        """What the encoder gives before each halving of the grid but the first; z."""
        return self._stages(film)[1:]

    def forward(self, film: Tensor) -> tuple[Tensor, Tensor]:
        """STO and z."""
        *stages, z = self._stages(film)
        x = z
        for up, beside in zip(self.up, stages[::-1], strict=True):
            wide = functional.interpolate(
                x, scale_factor=2.0, mode="bilinear", align_corners=False
            )
            x = up(torch.cat([wide, beside], 1))
        sto: Tensor = self.end(x)
        return sto, z


Network = Autoencoder | UNet


def build(shape: AutoencoderShape) -> Network:
    """The network of a model card's shape."""
    return UNet(shape) if shape.skips else Autoencoder(shape)


def _context(shape: AutoencoderShape) -> nn.Sequential:
    return nn.Sequential(
        *(
            _Around(shape.channels[-1], 2 ** (i + 1), shape.norm)
            for i in range(shape.context)
        )
    )


def loss(
    label: Tensor, reconstruction: Tensor, z: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """The two terms of Eq. 1 as means: ‖x − x̂‖² and α‖z‖²."""
    return (
        torch.mean((label - reconstruction) ** 2),
        alpha * torch.mean(z**2),
    )
