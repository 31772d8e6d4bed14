"""Smooth random displacement in space: what 26 people leave out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

TILE = 48  # voxels of the periodic field


def smooth_noise(
    points: NDArray[np.float64], half_mm: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Gaussian noise of unit variance at ``(n, 3)`` points.

    Parameters
    ----------
    half_mm
        Distance at which the correlation has fallen to one half.
    """
    sigma = half_mm / 1.665  # a Gaussian filter's correlation is exp(−d² / 4 σ²)
    step = sigma / 1.6
    cube = rng.standard_normal((TILE, TILE, TILE), dtype=np.float32)
    cube = gaussian_filter(cube, sigma / step, mode="wrap", truncate=3)
    cube /= cube.std()
    out: NDArray[np.float64] = map_coordinates(
        cube, points.T / step, order=1, mode="grid-wrap"
    )
    return out.astype(np.float64)


def bump(
    points: NDArray[np.float64], centre: NDArray[np.float64], sigma: float
) -> NDArray[np.float64]:
    """Gaussian of the distance to ``centre``, 1 there; ``(n,)``."""
    d2 = ((points - centre) ** 2).sum(1)
    out: NDArray[np.float64] = np.exp(-0.5 * d2 / sigma**2)
    return out


def smooth_step(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    out: NDArray[np.float64] = t * t * (3 - 2 * t)
    return out
