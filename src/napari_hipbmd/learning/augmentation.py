"""Random views of canvases, on whole batches: geometry and display processing."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Wobble:
    """Ranges of a random view. Shares are of the canvas' side, angles in degrees."""

    rotation_deg: float = 10.0
    wide_rotation_deg: float = 0.0
    wide_share: float = 0.0
    scale: tuple[float, float] = (0.85, 1.2)
    shift: float = 0.08


def uniform(n: int, low: float, high: float, device: torch.device) -> Tensor:
    """``(n,)`` uniform numbers."""
    return torch.rand(n, device=device) * (high - low) + low


def random_frames(n: int, wobble: Wobble, device: torch.device) -> Tensor:
    """``(n, 2, 3)`` matrices from view to canvas in the −1 … 1 frame."""
    angle = torch.randn(n, device=device) * wobble.rotation_deg / 2
    angle = angle.clamp(-wobble.rotation_deg, wobble.rotation_deg)
    wide = torch.rand(n, device=device) < wobble.wide_share
    any_angle = uniform(n, -wobble.wide_rotation_deg, wobble.wide_rotation_deg, device)
    angle = torch.deg2rad(torch.where(wide, any_angle, angle))
    size = uniform(n, *wobble.scale, device)
    shift = 2 * wobble.shift
    return frames(
        angle,
        size,
        uniform(n, -shift, shift, device),
        uniform(n, -shift, shift, device),
    )


def frames(angle: Tensor, size: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """View → canvas: rotate by ``angle``, scale by ``size``, then move to (x, y)."""
    c, s = torch.cos(angle) * size, torch.sin(angle) * size
    return torch.stack([torch.stack([c, -s, x], 1), torch.stack([s, c, y], 1)], 1)


def view(
    images: Tensor,
    matrix: Tensor,
    size: int | tuple[int, int],
    outside: str = "border",
) -> Tensor:
    """Sample ``(n, c, h, w)`` images on the views.

    Parameters
    ----------
    matrix
        In a frame of a square's −1 … 1. On oblong images its sides are half of theirs,
        and turning still turns.
    size
        Rows and columns of a view, of the images' proportions; one number for both.
    outside
        What lies beyond the images: their border goes on, or ``"zeros"``.
    """
    rows, columns = (size, size) if isinstance(size, int) else size
    shape = [len(images), images.shape[1], rows, columns]
    oblong = images.shape[-2] / images.shape[-1]
    if oblong != 1:
        stretch = matrix.new_tensor([[1.0, oblong, 1.0], [1 / oblong, 1.0, 1.0]])
        matrix = matrix * stretch
    grid = functional.affine_grid(matrix, shape, align_corners=False)
    return functional.grid_sample(
        images, grid, "bilinear", outside, align_corners=False
    )


def to_view(points: Tensor, matrix: Tensor) -> Tensor:
    """Canvas points ``(n, k, 2)`` in −1 … 1 → the views' −1 … 1."""
    moved = points - matrix[:, None, :, 2]
    return torch.einsum("nij,nkj->nki", torch.linalg.inv(matrix[:, :, :2]), moved)


def from_view(points: Tensor, matrix: Tensor) -> Tensor:
    """View points ``(n, k, 2)`` in −1 … 1 → canvas."""
    turned = torch.einsum("nij,nkj->nki", matrix[:, :, :2], points)
    return turned + matrix[:, None, :, 2]


def random_curve(images: Tensor, log_gamma: float = 0.45) -> Tensor:
    """One random monotone display curve a row, applied to ``(n, c, h, w)`` in 0 … 1.

    Film and STO of one hip are channels of one row, so they share their curve.
    """
    n, device = len(images), images.device

    def draw(low: float, high: float) -> Tensor:
        return uniform(n, low, high, device).view(-1, 1, 1, 1)

    gamma = torch.exp(draw(-log_gamma, log_gamma))
    bent = images.clamp(0, 1) ** gamma
    slope, middle = draw(1.0, 5.0), draw(0.35, 0.65)
    low, high = torch.sigmoid(-slope * middle), torch.sigmoid(slope * (1 - middle))
    soft = (torch.sigmoid(slope * (bent - middle)) - low) / (high - low)
    mix = draw(0, 1)
    out = mix * soft + (1 - mix) * bent
    keep = (torch.rand(n, device=device) < 0.25).view(-1, 1, 1, 1)
    return torch.where(keep, images, out)


def normalise(film: Tensor) -> tuple[Tensor, Tensor]:
    """Offset and scale ``(n, 1, 1, 1)`` of each film: 2nd percentile and spread."""
    flat = film[:, 0, ::4, ::4].flatten(1)
    k = flat.shape[1]
    ordered = flat.sort(dim=1).values
    low = ordered[:, round(0.02 * (k - 1))]
    high = ordered[:, round(0.98 * (k - 1))]
    scale = (high - low).clamp(min=1e-3)
    return low.view(-1, 1, 1, 1), scale.view(-1, 1, 1, 1)


def add_noise(film: Tensor, most: float) -> Tensor:
    """White noise of a random strength up to ``most``, a part of it coarse."""
    n = len(film)
    strength = uniform(n, 0, most, film.device).view(-1, 1, 1, 1)
    fine = torch.randn_like(film)
    coarse = functional.avg_pool2d(torch.randn_like(film), 3, 1, 1) * 3
    return film + strength * torch.where(strength > most / 2, coarse, fine)


def random_field(like: Tensor, most: float) -> Tensor:
    """A smooth field ``(n, 1, h, w)`` of a random strength and coarseness a row.

    More soft tissue than a study has: added to film and STO alike.
    """
    n, device = len(like), like.device
    out = torch.zeros(n, 1, *like.shape[2:], device=device)
    for cells in (4, 7, 12):
        knots = torch.randn(n, 1, cells, cells, device=device)
        strength = uniform(n, 0, most / 3, device).view(-1, 1, 1, 1)
        out += strength * functional.interpolate(
            knots, like.shape[2:], mode="bicubic", align_corners=False
        )
    return out


def random_local(images: Tensor, most: float) -> Tensor:
    """Range compression or unsharp masking of a random strength a row.

    Linear, so that film − STO stays the bone seen through the same display.
    """
    n, size = len(images), images.shape[-1]
    cells = int(torch.randint(4, 13, ()))
    coarse = functional.interpolate(
        functional.adaptive_avg_pool2d(images, cells),
        (size, size),
        mode="bilinear",
        align_corners=False,
    )
    strength = uniform(n, -most, most, images.device).view(-1, 1, 1, 1)
    return images - strength * (coarse - coarse.mean((2, 3), keepdim=True))
