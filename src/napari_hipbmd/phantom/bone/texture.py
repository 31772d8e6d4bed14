"""Trabecular texture: oriented band-pass noise along the bone's own bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ..geometry import Field

DIRECTIONS = 8
STREAKY = 1.8  # how closely streaks keep to their direction


def oriented_noise(
    cos2: NDArray[np.float32],
    sin2: NDArray[np.float32],
    wavelength_px: float,
    rng: np.random.Generator,
) -> Field:
    """Noise of unit SD whose streaks follow a direction field.

    Parameters
    ----------
    cos2, sin2
        Double-angle moments of the local direction in image axes (rows downwards),
        ``(rows, columns)``; their length is how clear the direction is.
    wavelength_px
        Mean distance of streaks in pixels.
    """
    rows, columns = cos2.shape
    shape = (fft.next_fast_len(rows, True), fft.next_fast_len(columns, True))
    noise = fft.rfft2(rng.standard_normal(shape, dtype=np.float32))
    fy = fft.fftfreq(shape[0])[:, None].astype(np.float32)
    fx = fft.rfftfreq(shape[1])[None, :].astype(np.float32)
    radius = np.hypot(fx, fy)
    angle = np.arctan2(fy, fx)
    band = np.exp(
        -0.5 * ((radius - 1 / wavelength_px) / (0.45 / wavelength_px)) ** 2
    ).astype(np.float32)
    clear = np.hypot(cos2, sin2)
    local = 0.5 * np.arctan2(sin2, cos2)
    out = np.zeros((rows, columns), np.float32)
    total = np.full((rows, columns), 1e-6, np.float32)
    for k in range(DIRECTIONS):
        theta = np.pi * k / DIRECTIONS  # direction of the streaks
        # streaks along theta have their frequency across it
        across = np.cos(2 * (angle - theta - np.pi / 2))
        kernel = band * np.exp(STREAKY * (across - 1)).astype(np.float32)
        layer = fft.irfft2(noise * kernel, shape)[:rows, :columns]
        layer /= max(float(layer.std()), 1e-6)
        weight = np.exp(4 * clear * (np.cos(2 * (local - theta)) - 1))
        out += weight * layer
        total += weight**2
    out /= np.sqrt(total)
    return out / max(float(out.std()), 1e-6)
