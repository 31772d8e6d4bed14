"""How far the networks are from what they are to learn (paper Eqs. 2 and 3)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..core.anatomy import REGIONS
from .frames import MEMBERS
from .networks import axis

HEAT_SIGMA = 0.05  # in −1 … 1
POINT_WEIGHT = 10.0


def counted(name: str, known: Tensor) -> Tensor:
    """Which outputs of a network count, ``(n, k)``, when ``(n, 16)`` are known.

    A region's centre counts when most of its landmarks are known.
    """
    if name != "first":
        return known[:, MEMBERS[name]]  # type: ignore[index]
    most = [known[:, MEMBERS[r]].float().mean(1) > 0.6 for r in REGIONS]
    return torch.stack(most, 1)


def heat_about(points: Tensor, size: int, sigma: float) -> Tensor:
    """Heatmaps that a network is to draw, ``(n, k, size, size)``, each with sum 1.

    Parameters
    ----------
    points
        Their middles, ``(n, k, 2)`` in −1 … 1.
    sigma
        Their width in the same unit.
    """
    at = axis(size, points.device)
    x = torch.exp(-0.5 * ((at - points[..., :1]) / sigma) ** 2)
    y = torch.exp(-0.5 * ((at - points[..., 1:]) / sigma) ** 2)
    heat = y[..., :, None] * x[..., None, :]
    return heat / heat.sum((-2, -1), keepdim=True).clamp(min=1e-6)


def loss_of(
    points: Tensor, log_heat: Tensor | None, target: Tensor, known: Tensor
) -> tuple[Tensor, Tensor]:
    """Loss, and the mean distance in shares of the view's half side.

    Parameters
    ----------
    points, target
        Where the network sees them and where they are, ``(n, k, 2)`` in −1 … 1.
    log_heat
        ``(n, k, rows, columns)``; None of a network without heatmaps (Eq. 2).
    known
        ``(n, k)``: the points that count.
    """
    count = known.sum().clamp(min=1)
    distance = (torch.linalg.norm(points - target, dim=-1) * known).sum() / count
    if log_heat is None:
        return (((points - target) ** 2).mean(-1) * known).sum() / count, distance
    wanted = heat_about(target, log_heat.shape[-1], HEAT_SIGMA)
    visible = (target.abs() < 1).all(-1) & known
    cross = -(wanted * log_heat).sum((-2, -1))
    heat = (cross * visible).sum() / visible.sum().clamp(min=1)
    apart = functional.smooth_l1_loss(points, target, reduction="none", beta=0.05)
    inside = (apart.mean(-1) * visible).sum() / visible.sum().clamp(min=1)
    return heat + POINT_WEIGHT * inside, distance
