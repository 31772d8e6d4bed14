"""Fitting a point-distribution model to labelled hips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from ..core.anatomy import LANDMARK_IDS, Points
from ..core.errors import Refused
from .shape import OBSERVER_SD_MM, ShapeModel, aligned, centroid_size, distances

LEAST_HIPS = 30
KEPT_VARIANCE = 0.99
FALSE_ALARMS = 0.005
"""Share of the hips fitted to, placed by hand, that may exceed the limits."""
HANDS = 3
CORE = 0.8
MISTAKE = 4.0
"""Times the largest plausible distance from the four fifths nearest to the mean:
what hardly any hip reaches, but swapped points do."""


def fit_shapes(shapes_mm: NDArray[np.float64], source: str) -> ShapeModel:
    """Fit mean, variation and limit.

    Hips that are implausible in a first round (mistakes of labelling) are left out of
    the second.

    Parameters
    ----------
    shapes_mm
        ``(n, 16, 2)`` complete shapes of hips as left ones, in mm.
    source
        Which hips, in words.

    Raises
    ------
    Refused
        If there are fewer than thirty.
    """
    shapes = np.asarray(shapes_mm, float)
    if len(shapes) < LEAST_HIPS or shapes.shape[1:] != (len(LANDMARK_IDS), 2):
        raise Refused(
            f"A shape model needs {LEAST_HIPS} hips with all sixteen landmarks; there"
            f" are {len(shapes)}: label more, or use the bundled one."
        )
    on_mean, mean = procrustes(shapes)
    spread = ((on_mean - mean) ** 2).sum((1, 2))
    inner = _fit(shapes[spread <= np.quantile(spread, CORE)], source)
    everything = list(range(len(LANDMARK_IDS)))
    far = np.array([max(distances(inner, shape, everything)) for shape in shapes])
    kept = far <= MISTAKE  # a mistake would widen the model
    return _fit(shapes[kept] if kept.sum() >= LEAST_HIPS else shapes, source)


def _fit(shapes: NDArray[np.float64], source: str) -> ShapeModel:
    on_mean, mean = procrustes(shapes)
    flat = on_mean.reshape(len(shapes), -1)
    pca = PCA(KEPT_VARIANCE, svd_solver="full").fit(flat)
    sizes = [centroid_size(shape) for shape in shapes]
    variances = pca.explained_variance_ - pca.noise_variance_
    model = ShapeModel(
        mean, pca.components_, variances, float(pca.noise_variance_), (1.0, 1.0),
        (min(sizes), max(sizes)), len(shapes), source,
    )  # fmt: skip
    # The limits are where these hips, placed by a person's hand, give the wanted
    # share of false alarms; each of the two tests has half of it.
    dice = np.random.default_rng(0)
    hand = dice.normal(0, OBSERVER_SD_MM[:, None], (HANDS, *shapes.shape))
    everything = list(range(len(LANDMARK_IDS)))
    found = [
        distances(model, s, everything) for s in (shapes + hand).reshape(-1, 16, 2)
    ]
    whole, point = np.quantile(found, 1 - FALSE_ALARMS / 2, axis=0)
    return replace(model, limits=(max(1.0, float(whole)), max(1.0, float(point))))


def procrustes(shapes: NDArray[np.float64]) -> tuple[NDArray[np.float64], Points]:
    """Shapes aligned with their common mean, which has the mean size; and that mean."""
    size = float(np.mean([centroid_size(shape) for shape in shapes]))
    mean = shapes[0] - shapes[0].mean(0)
    on_mean = shapes
    for _ in range(20):
        mean = mean * (size / centroid_size(mean))
        on_mean = np.stack([aligned(shape, mean)[0] for shape in shapes])
        before, mean = mean, on_mean.mean(0)
        if np.abs(mean - before).max() < 1e-4:
            break
    turn = np.mean([np.angle(aligned(shape, mean)[1]) for shape in shapes])
    cos, sin = np.cos(turn), np.sin(turn)
    upright = np.array([[cos, -sin], [sin, cos]])  # as the hips lie on average
    return on_mean @ upright, mean @ upright
