"""What the other landmarks tell of one: a linear map from the shape that was found.

Each network sees its own crop, but many landmarks are defined by others: T4 lies at the
level of N4, perpendicular to a shaft that only the inter-trochanter's crop shows. The
map takes the sixteen points as found, laid on a mean shape, to the errors that are
usual for such a shape.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..core.anatomy import INDEX, LANDMARK_IDS, TWICE_FOUND, Points

COUNT = len(LANDMARK_IDS)
LEAST_HIPS = 200
RIDGE = 0.01  # of the mean variance of a coordinate
HUBER = 1.0  # hips that err more than the median one count less
ROUNDS = 5
MOST = 0.98  # of the hips that it was fitted to were corrected by less
APART = 0.16  # rulers, about 6 mm: networks that disagree so are left as they are

Complex = NDArray[np.complex128]


class Correction(nn.Module):
    """The map, kept with the weights of the networks. A new one changes nothing.

    Attributes
    ----------
    mean
        ``(16, 2)`` mean shape as found, centred, root-mean-square radius 1.
    offset, weights
        ``(32,)`` and ``(32, 32)``: correction = offset + (shape − mean) · weights.
    limit
        ``(16,)``: the longest correction, in the unit of ``mean``.
    """

    mean: Tensor
    offset: Tensor
    weights: Tensor
    limit: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(COUNT, 2))
        self.register_buffer("offset", torch.zeros(2 * COUNT))
        self.register_buffer("weights", torch.zeros(2 * COUNT, 2 * COUNT))
        self.register_buffer("limit", torch.zeros(COUNT))

    @property
    def used(self) -> bool:
        """Whether it changes anything."""
        return bool((self.limit > 0).any())

    def forward(self, points: Tensor, ruler: Tensor) -> Tensor:
        """Corrected points ``(n, 16, 2)``, for the rulers ``(n,)`` of the same unit.

        A hip on which two networks place one landmark far apart is left as it is, for
        a person to see; no landmark goes farther than those it was fitted to went.
        """
        if not self.used:
            return points
        found = torch.view_as_complex(points.double().contiguous()).numpy()
        mean = torch.view_as_complex(self.mean.double().contiguous()).numpy()
        turn, shift = _onto(found, mean)
        shape = turn * found + shift
        step = self.offset.double().numpy() + _flat(shape - mean) @ (
            self.weights.double().numpy()
        )
        step = step[:, ::2] + 1j * step[:, 1::2]
        limit = self.limit.double().numpy()
        step *= np.minimum(1, limit / np.maximum(np.abs(step), 1e-12))
        apart = [
            np.abs(found[:, INDEX[a]] - found[:, INDEX[b]]) for a, b in TWICE_FOUND
        ]
        agree = np.max(apart, axis=0) <= APART * ruler.double().numpy()
        moved = found + step / turn * agree[:, None]
        return torch.view_as_real(torch.from_numpy(moved)).to(points.dtype)


def fit_correction(found: Points, truth: Points) -> Correction:
    """Fit the map to hips whose landmarks were found, ``(n, 16, 2)``, and are known.

    Ridge regression of the errors on the shapes, in which hips with large errors count
    less (Huber's weights). With fewer than 200 complete hips the map changes nothing.
    """
    out = Correction()
    whole = np.isfinite(truth).all((1, 2))
    if whole.sum() < LEAST_HIPS:
        return out
    points, true = _complex(found[whole]), _complex(truth[whole])
    mean = _mean_shape(points)
    turn, shift = _onto(points, mean)
    shape = _flat(turn * points + shift - mean)
    error = _flat(turn * (true - points))
    square = float((shape**2).mean())
    weight = np.ones(len(shape))
    for _ in range(ROUNDS):
        total = weight.sum()
        middle_x, middle_y = (weight @ a / total for a in (shape, error))
        x, y = shape - middle_x, error - middle_y
        gram = (x * weight[:, None]).T @ x + RIDGE * total * square * np.eye(2 * COUNT)
        weights = np.linalg.solve(gram, (x * weight[:, None]).T @ y)
        left = np.linalg.norm(y - x @ weights, axis=1)
        weight = np.minimum(1, HUBER * np.median(left) / np.maximum(left, 1e-12))
    offset = middle_y - middle_x @ weights
    steps = (offset + shape @ weights).reshape(len(shape), COUNT, 2)
    limit = np.quantile(np.linalg.norm(steps, axis=-1), MOST, axis=0)
    for name, value in (
        ("mean", np.stack([mean.real, mean.imag], -1)),
        ("offset", offset),
        ("weights", weights),
        ("limit", limit),
    ):
        getattr(out, name).copy_(torch.from_numpy(value))
    return out


def _complex(xy: Points) -> Complex:
    return np.asarray(xy[..., 0] + 1j * xy[..., 1])


def _flat(shape: Complex) -> NDArray[np.float64]:
    """``(n, 16)`` complex → ``(n, 32)`` as x, y pairs."""
    return np.stack([shape.real, shape.imag], -1).reshape(len(shape), -1)


def _onto(points: Complex, mean: Complex) -> tuple[Complex, Complex]:
    """Turn with scale, and shift, that lay each shape on the mean, ``(n, 1)`` each."""
    middle = points.mean(1, keepdims=True)
    away = points - middle
    size = np.maximum((np.abs(away) ** 2).sum(1, keepdims=True), 1e-12)
    turn = (away.conj() * (mean - mean.mean())).sum(1, keepdims=True) / size
    return turn, mean.mean() - turn * middle


def _mean_shape(points: Complex) -> Complex:
    mean = points[0]
    for _ in range(ROUNDS):
        mean = mean - mean.mean()
        mean = mean / np.sqrt((np.abs(mean) ** 2).mean())
        turn, shift = _onto(points, mean)
        mean = (turn * points + shift).mean(0)
    return np.asarray(mean)
