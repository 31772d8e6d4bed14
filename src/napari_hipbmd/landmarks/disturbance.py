"""What lies on real films beside the hip: shadows, cloth, lead, collimators, clips.

Each disturbs some rows of a batch only, so that clean films stay the rule.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..learning.augmentation import uniform

COVERED, COLLIMATED, CLIPPED, BLURRED = 0.25, 0.25, 0.2, 0.3  # shares of the rows
COARSE, COARSE_PX = 0.4, (110, 260)  # films of large pixels: a hip box has so many
CLIPS = 5


def disturb(film: Tensor, xy: Tensor) -> Tensor:
    """Disturbed films ``(n, 1, h, w)``; landmarks ``xy`` in −1 … 1 stay in view."""
    film = film + _shadow(film)
    film = _coarse(film)
    for share, change in (
        (COVERED, _cover),
        (CLIPPED, _clip),
        (COLLIMATED, _collimate),
    ):
        rows = torch.nonzero(torch.rand(len(film), device=film.device) < share)[:, 0]
        if len(rows):
            film[rows] = change(film[rows], xy[rows])
    return film


def soften(views: Tensor) -> Tensor:
    """Some views as through a coarser detector."""
    n = len(views)
    strength = uniform(n, 0, 1, views.device).view(-1, 1, 1, 1)
    some = torch.rand(n, 1, 1, 1, device=views.device) < BLURRED
    smooth = functional.avg_pool2d(views, 3, 1, 1, count_include_pad=False)
    return torch.where(some, torch.lerp(views, smooth, strength), views)


def _coarse(film: Tensor) -> Tensor:
    """Some rows as on a film of few, large pixels."""
    some = torch.nonzero(torch.rand(len(film), device=film.device) < COARSE)[:, 0]
    if not len(some):
        return film
    size = int(torch.randint(*COARSE_PX, ()))
    small = functional.interpolate(film[some], (size, size), mode="area")
    film[some] = functional.interpolate(small, film.shape[2:], mode="bilinear")
    return film


def _axes(film: Tensor) -> tuple[Tensor, Tensor]:
    rows, columns = film.shape[2:]
    x = torch.linspace(-1, 1, columns, device=film.device).view(1, 1, 1, -1)
    return x, torch.linspace(-1, 1, rows, device=film.device).view(1, 1, -1, 1)


def _draw(film: Tensor, low: float, high: float) -> Tensor:
    return uniform(len(film), low, high, film.device).view(-1, 1, 1, 1)


def _shadow(film: Tensor) -> Tensor:
    """The soft edge of a fold or of cloth, in any direction."""
    x, y = _axes(film)
    edge = x * _draw(film, -9, 9) + y * _draw(film, -9, 9) + _draw(film, -4, 4)
    return _draw(film, -0.25, 0.25) * torch.sigmoid(edge)


def _cover(film: Tensor, _xy: Tensor) -> Tensor:
    """A rectangle of one grey: lead, a marker."""
    x, y = _axes(film)
    inside = ((x - _draw(film, -1, 1)).abs() < _draw(film, 0.02, 0.25)) & (
        (y - _draw(film, -1, 1)).abs() < _draw(film, 0.02, 0.25)
    )
    return torch.where(inside, _draw(film, 0, 1), film)


def _clip(film: Tensor, _xy: Tensor) -> Tensor:
    """Small bright things: surgical clips, screws, letters."""
    x, y = _axes(film)
    for _ in range(CLIPS):
        angle = _draw(film, 0, torch.pi)
        u, v = x - _draw(film, -1, 1), y - _draw(film, -1, 1)
        along = u * torch.cos(angle) + v * torch.sin(angle)
        across = v * torch.cos(angle) - u * torch.sin(angle)
        inside = (along.abs() < _draw(film, 0.005, 0.06)) & (
            across.abs() < _draw(film, 0.003, 0.015)
        )
        film = torch.where(inside, film + _draw(film, 0.1, 0.7), film)
    return film.clamp(max=1)


def _collimate(film: Tensor, xy: Tensor) -> Tensor:
    """Edges of the collimator, anywhere between the film's edge and the landmarks."""
    x, y = _axes(film)
    low, high = xy.amin(1), xy.amax(1)
    outside = torch.zeros_like(film, dtype=torch.bool)
    for axis, at in enumerate((x, y)):
        for end, sign in ((low, -1.0), (high, 1.0)):
            reach = sign * end[:, axis].view(-1, 1, 1, 1) + 0.03
            edge = torch.lerp(reach, torch.ones_like(reach), _draw(film, 0, 2))
            outside |= sign * at > edge
    grey = torch.where(_draw(film, 0, 1) < 0.7, 0.0, _draw(film, 0, 1))
    return torch.where(outside, grey, film)
