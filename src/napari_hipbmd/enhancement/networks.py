"""The convolutional networks that see a film and draw its soft tissue (STO).

:class:`Autoencoder`: encoder and mirrored decoder without skip connections (the
paper's Fig. 4): what does not fit through the latent z — trabeculae, cortices — cannot
leak into the STO. :class:`UNet`: what is not bone stays as it is on the film, and under
bone it draws soft tissue on a coarser grid.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..core.bounded_json import as_type
from ..core.errors import Refused
from ..learning.blocks import Up, WayDown, WayUp, pooled

GRID_PX = 256
FINE_CHANNELS = 8
SMOOTH_CELLS = 7
"""Of half the grid, about 24 mm: what is finer under bone is bone."""
NO_BONE = -3.0
"""Where the drawing of bone starts: softplus(-3) / 2 is 2 % of the film's spread."""


@dataclass(frozen=True)
class AutoencoderShape:
    """Channels of the stages; each halves the grid, the last one holds z.

    With ``skips`` it is a :class:`UNet`, whose norms are group norms; ``norm`` gives an
    :class:`Autoencoder` batch norms.
    """

    channels: tuple[int, ...] = (16, 32, 64, 96)
    norm: bool = True
    grid_px: int = GRID_PX
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
        self.grid_px, self.halvings = shape.grid_px, len(shape.channels)
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
        """The latent z, ``(n, channels, grid / 2**stages, …)``."""
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
    """Film ``(n, 1, grid, grid)`` → STO of the same shape; :meth:`encode` gives z.

    On half the grid it draws the bone over each cell: the film's mean there less that,
    smoothed, is the soft tissue under it. On the full grid it draws how much each pixel
    is bone: where it is none, the STO is the film itself, with its folds, skin and
    letters.
    """

    def __init__(self, shape: AutoencoderShape) -> None:
        super().__init__()
        self.grid_px = shape.grid_px
        widths = shape.channels
        self.start = nn.Sequential(nn.Conv2d(1, widths[0], 5, 2, 2), nn.SiLU())
        self.down = WayDown(widths)
        self.around = nn.Linear(2 * widths[-1], widths[-1])
        self.up = WayUp(widths)
        self.bone = nn.Conv2d(widths[0], 1, 3, 1, 1)
        self.fine = nn.Sequential(nn.Conv2d(1, FINE_CHANNELS, 3, 1, 1), nn.SiLU())
        self.narrow = nn.Conv2d(widths[0], FINE_CHANNELS, 1)
        self.last = Up(FINE_CHANNELS, FINE_CHANNELS)
        self.cover = nn.Conv2d(FINE_CHANNELS, 1, 3, 1, 1)

    def _stages(self, film: Tensor) -> list[Tensor]:
        stages: list[Tensor] = self.down(self.start((film - 0.5) * 2))
        z = stages[-1]
        around = functional.silu(self.around(pooled(z)))
        stages[-1] = z + around[:, :, None, None]
        return stages

    def encode(self, film: Tensor) -> Tensor:
        """The latent z, ``(n, channels, grid / 2**stages, …)``."""
        return self._stages(film)[-1]

    def stages(self, film: Tensor) -> list[Tensor]:
        """What the encoder gives before each halving of the grid but the first; z."""
        return self._stages(film)

    def forward(self, film: Tensor) -> tuple[Tensor, Tensor]:
        """STO and z."""
        stages = self._stages(film)
        z, x = stages[-1], self.up(stages)
        bone = functional.softplus(2 * self.bone(x) + NO_BONE) / 2
        under = functional.interpolate(
            _smooth(functional.avg_pool2d(film, 2) - bone),
            scale_factor=2.0,
            mode="bilinear",
            align_corners=False,
        )
        seen = self.last(self.narrow(x), self.fine(film))
        cover = torch.sigmoid(self.cover(seen))
        sto: Tensor = film + cover * (under - film)
        return sto, z


def _smooth(image: Tensor) -> Tensor:
    """Means over :data:`SMOOTH_CELLS` squared, twice: nearly a Gaussian."""
    for _ in range(2):
        image = functional.avg_pool2d(
            image, SMOOTH_CELLS, 1, SMOOTH_CELLS // 2, count_include_pad=False
        )
    return image


Network = Autoencoder | UNet


def build(shape: AutoencoderShape) -> Network:
    """The network of a model card's shape."""
    return UNet(shape) if shape.skips else Autoencoder(shape)


def loss(
    label: Tensor, reconstruction: Tensor, z: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """The two terms of Eq. 1 as means: ‖x − x̂‖² and α‖z‖²."""
    return (
        torch.mean((label - reconstruction) ** 2),
        alpha * torch.mean(z**2),
    )
