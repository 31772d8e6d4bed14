"""The shapes of hips: a point-distribution model of sixteen landmarks.

Shapes are aligned by similarity transforms (generalised Procrustes) and their
remaining variation is a Gaussian around principal components, widened by how far two
people place a landmark apart (Cootes et al., Comput. Vis. Image Underst. 61, 1995).
A shape's distance from the mean is a Mahalanobis distance in which shift, turn and
size are free.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.special import chdtri

from ..core.anatomy import INDEX, LANDMARK_IDS, Points
from ..core.arrays import Matrix
from ..core.bounded_json import parse_json
from ..core.errors import Refused

OBSERVER_SD_MM = np.full(len(LANDMARK_IDS), 1.2)
OBSERVER_SD_MM[[INDEX["N6"], INDEX["T4"], INDEX["I1"]]] = 1.8, 1.4, 1.4
"""Spread of a person's hand along each axis. Two people place a landmark 1.7 mm apart
on average on real hips, N6 3.2 and T4 2.5 mm: SD = distance / (√π) each; no less than
1.2, because real hips vary more than digital ones."""
QUANTILE = 0.999
FREE = 1e4  # variance of shift, turn and size: as good as unknown


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """Mean and variation of the landmarks of canonical left hips, in mm.

    Attributes
    ----------
    mean
        ``(16, 2)`` about its centroid.
    axes
        ``(k, 32)`` principal axes, each of length 1, in the order x, y, x, y, …
    variances
        ``(k,)`` mm².
    rest
        Variance in mm² along every other direction.
    limits
        A shape is implausible when its squared distance exceeds the first times the
        99.9 % quantile of χ² with its degrees of freedom, or that of one point, given
        all others, the second times the quantile with 2.
    sizes_mm
        Smallest and largest centroid size that were seen.
    count
        How many hips it was fitted to.
    source
        Which hips.
    """

    mean: Points
    axes: Matrix
    variances: Matrix
    rest: float
    limits: tuple[float, float]
    sizes_mm: tuple[float, float]
    count: int
    source: str

    @property
    def covariance(self) -> Matrix:
        """``(32, 32)`` of aligned shapes with the error of a person's hand, in mm²."""
        noise = np.repeat(self.rest + OBSERVER_SD_MM**2, 2)
        out: Matrix = np.diag(noise)
        return out + (self.axes.T * self.variances) @ self.axes

    def to_json(self) -> str:
        """The content of a model's file."""
        content = {
            "landmarks": list(LANDMARK_IDS),
            "source": self.source,
            "count": self.count,
            "limits": [round(v, 4) for v in self.limits],
            "sizes_mm": [round(v, 2) for v in self.sizes_mm],
            "rest_mm2": round(self.rest, 6),
            "mean_mm": np.round(self.mean, 3).tolist(),
            "variances_mm2": np.round(self.variances, 5).tolist(),
            "axes": np.round(self.axes, 5).tolist(),
        }
        lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in content.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> ShapeModel:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        Refused
            If it is not a model of these sixteen landmarks.
        """
        try:
            return cls._parsed(parse_json(text))
        except (KeyError, TypeError, ValueError):
            raise Refused(
                "The file is not a shape model of these landmarks: fit it anew."
            ) from None

    @classmethod
    def _parsed(cls, content: dict[str, Any]) -> ShapeModel:
        count = len(LANDMARK_IDS)
        mean = np.array(content["mean_mm"], float)
        axes = np.array(content["axes"], float).reshape(-1, 2 * count)
        variances = np.array(content["variances_mm2"], float)
        low, high = map(float, content["sizes_mm"])
        whole, point = map(float, content["limits"])
        numbers = [float(content["rest_mm2"]), whole, point, low, high]
        if (
            tuple(content["landmarks"]) != LANDMARK_IDS
            or mean.shape != (count, 2)
            or variances.shape != (len(axes),)
            or min(numbers) < 0
            or not all(np.isfinite(v).all() for v in (mean, axes, variances, numbers))
        ):
            raise ValueError
        return cls(
            mean, axes, variances, numbers[0], (whole, point), (low, high),
            int(content["count"]), str(content["source"]),
        )  # fmt: skip


@cache
def bundled_shapes() -> ShapeModel:
    """The shapes of digital hips; made by ``scripts/fit_shapes.py``."""
    text = files(__package__).joinpath("shapes.json").read_text("utf-8")
    return ShapeModel.from_json(text)


def centroid_size(shape: Points) -> float:
    """Root mean square distance of the points from their centroid."""
    return float(np.sqrt(((shape - shape.mean(0)) ** 2).sum(1).mean()))


def aligned(shape: Points, target: Points) -> tuple[Points, complex]:
    """A shape turned, shifted and scaled onto another, without mirroring.

    The scale makes both equally large: least squares would shrink a shape that is
    unlike the target to a point, and call it alike.

    Returns
    -------
    tuple
        The shape, and turn and scale as one complex number.
    """
    z, w = shape @ [1, 1j], target @ [1, 1j]
    z, middle = z - z.mean(), w.mean()
    turn = np.vdot(z, w - middle)
    factor = complex(turn / max(abs(turn), 1e-12))
    factor *= centroid_size(target) / max(centroid_size(shape), 1e-12)
    out = factor * z + middle
    return np.stack([out.real, out.imag], -1), factor


def similarity_directions(mean: Points) -> Matrix:
    """``(4, 2n)``: what a small shift, turn and growth do to a shape."""
    x, y = (mean - mean.mean(0)).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    directions = np.stack(
        [
            np.stack([one, zero], -1),
            np.stack([zero, one], -1),
            np.stack([x, y], -1),
            np.stack([-y, x], -1),
        ]
    ).reshape(4, -1)
    out: Matrix = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return out


def distances(
    model: ShapeModel, shape: Points, there: list[int]
) -> tuple[float, float]:
    """How far a shape is from the mean, as multiples of what is plausible at most.

    Parameters
    ----------
    model
        The shapes to compare with; its limits are not used.
    shape
        ``(16, 2)``, canonical.
    there
        Which of the points.

    Returns
    -------
    tuple of float
        Squared Mahalanobis distance of all points, and the largest one of a single
        point given all others, over the 99.9 % quantiles of χ².
    """
    on_mean, _factor = aligned(shape[there], model.mean[there])
    off = (on_mean - model.mean[there]).ravel()
    precision = _precision(model, tuple(there))
    pulled = precision @ off
    blocks = precision.reshape(len(there), 2, len(there), 2)
    each = np.arange(len(there))
    # x given all others: its precision is its own block, and the pull on it is what
    # the whole precision gives there.
    alone = np.linalg.solve(blocks[each, :, each], pulled.reshape(-1, 2, 1))
    single = (alone[..., 0] * pulled.reshape(-1, 2)).sum(1)
    whole = _plausible(2 * len(there) - 4)
    return float(off @ pulled) / whole, float(single.max()) / _plausible(2)


@cache
def _plausible(degrees_of_freedom: int) -> float:
    return float(chdtri(degrees_of_freedom, 1 - QUANTILE))


@lru_cache(maxsize=512)
def _precision(model: ShapeModel, there: tuple[int, ...]) -> Matrix:
    return np.asarray(np.linalg.inv(loose_covariance(model, there)), np.float64)


def most_plausible(model: ShapeModel, shape: Points, sd: Matrix) -> Points:
    """Where sixteen points are likeliest to be, seen all together.

    The maximum a posteriori under the model's shapes, with shift, turn and size free: a
    point that is sure stays, one that is unsure goes where the others put it.

    Parameters
    ----------
    model
        The shapes of others; its limits are not used.
    shape
        ``(16, 2)`` as seen, canonical, in any unit.
    sd
        ``(16,)`` standard deviation of each along either axis, in that unit.
    """
    z, mean = shape @ [1, 1j], model.mean @ [1, 1j]
    weight = sd**-2.0 / (sd**-2.0).sum()
    middle, target = weight @ z, weight @ mean
    away = mean - target
    turn = (weight * away.conj()) @ (z - middle) / (weight @ np.abs(away) ** 2)
    seen = (z - middle) / turn + target
    off = np.stack([seen.real, seen.imag], -1) - model.mean
    covariance = loose_covariance(model, tuple(range(len(shape))))
    noise = np.diag(np.repeat((sd / abs(turn)) ** 2, 2))
    pulled = covariance @ np.linalg.solve(covariance + noise, off.ravel())
    place = (pulled.reshape(-1, 2) + model.mean) @ [1, 1j]
    back = (place - target) * turn + middle
    return np.stack([back.real, back.imag], -1)


def loose_covariance(
    model: ShapeModel, there: tuple[int, ...], variances: float | Matrix = FREE
) -> Matrix:
    """``(2k, 2k)`` mm²: of the points ``there``, with shift, turn and size free.

    ``variances`` are of the four :func:`similarity_directions`, or of all of them.
    """
    at = np.array([2 * i + k for i in there for k in (0, 1)])
    free = similarity_directions(model.mean[list(there)])
    out: Matrix = model.covariance[np.ix_(at, at)] + variances * free.T @ free
    return out
