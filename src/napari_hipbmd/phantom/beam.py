"""From path lengths to a log-attenuation image: spectrum, scatter, noise.

Log attenuation is additive, ``P = -ln(I / I0) = Σ μ t`` for one energy; the
polychromatic beam, scatter and noise break that a little, as in life.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from .geometry import Field

BONE_MINERAL_G_CM3 = 1.92 * 0.225 / 0.3989  # hydroxyapatite in ICRU-44 cortical bone
CSI_CM = 0.055 * 0.80
SCATTER_KERNEL_MM = ((0.35, 18.0), (0.65, 65.0))
BEHIND_PATIENT = 0.3  # of the open beam: less than some 5 cm of flesh let through
MATERIALS = ("bone", "muscle", "fat", "marrow")


@dataclass(frozen=True)
class Spectrum:
    """Bins of energy: detected share, and linear attenuation in 1/cm per material."""

    energy_kev: NDArray[np.float64]
    weight: NDArray[np.float64]
    mu_per_cm: dict[str, NDArray[np.float64]]


@cache
def _tables() -> dict[str, Any]:
    text = files(__package__).joinpath("physics.json").read_text()
    return json.loads(text)


@cache
def spectrum(kvp: float) -> Spectrum:
    """Spectrum at ``kvp`` (60–90 kV) as an energy-integrating CsI detector sees it."""
    table = _tables()
    energy = np.array(table["energy_kev"])
    kvps = sorted(map(int, table["spectra"]))
    if not kvps[0] <= kvp <= kvps[-1]:
        raise ValueError(f"kvp must lie in {kvps[0]}–{kvps[-1]}, not {kvp}")
    stack = np.array([table["spectra"][str(k)] for k in kvps])
    fluence = np.array([np.interp(kvp, kvps, stack[:, i]) for i in range(len(energy))])
    mu = {
        name: np.array(values) * table["density_g_cm3"][name]
        for name, values in table["mass_attenuation_cm2_g"].items()
    }
    weight = fluence * energy * (1 - np.exp(-mu.pop("csi") * CSI_CM))
    return Spectrum(energy, weight / weight.sum(), mu)


def transmission(spec: Spectrum, thickness_cm: dict[str, Field]) -> Field:
    """Detected intensity relative to the open beam, same shape as the thicknesses.

    The spectrum is split once into its mean attenuation and a remainder, so that the
    sum over energies runs on whole images without a copy per bin and material.
    """
    names = list(thickness_cm)
    stack = np.stack([thickness_cm[name].ravel() for name in names])
    mu = np.stack([spec.mu_per_cm[name] for name in names], 1).astype(np.float32)
    weight = spec.weight.astype(np.float32)
    keep = weight > 1e-6
    out = np.empty(stack.shape[1], np.float32)
    block = 1 << 15
    for start in range(0, stack.shape[1], block):
        part = stack[:, start : start + block]
        out[start : start + block] = weight[keep] @ np.exp(-(mu[keep] @ part))
    return out.reshape(thickness_cm[names[0]].shape)


def add_scatter(
    primary: Field, soft_cm: Field, pixel_mm: float, factor: float
) -> Field:
    """Primary plus scatter behind a 10:1 grid.

    Scatter/primary ≈ ``factor`` · (T / 20 cm)^1.27, spread by a sum of Gaussians and
    computed on ~2 mm pixels.
    """
    ratio = factor * (np.maximum(soft_cm, 0.5) / 20) ** np.float32(1.27)
    shrink = min(1.0, pixel_mm / 2.0)
    small = zoom(primary * ratio, shrink, order=1, grid_mode=True, mode="nearest")
    step = pixel_mm / shrink
    spread = sum(
        share * gaussian_filter(small, sigma / step, mode="nearest")
        for share, sigma in SCATTER_KERNEL_MM
    )
    scale = (primary.shape[0] / small.shape[0], primary.shape[1] / small.shape[1])
    wide = zoom(spread, scale, order=1, grid_mode=True, mode="nearest")
    return primary + wide[: primary.shape[0], : primary.shape[1]].astype(np.float32)


def add_noise(
    intensity: Field,
    rng: np.random.Generator,
    quanta: float,
    colour_mm: float,
    pixel_mm: float,
) -> Field:
    """Quantum noise (variance × 1.25), a little detector blur and electronic noise.

    ``quanta`` are per 0.2 mm pixel behind the patient's mean: what an automatic
    exposure sees, air beside the patient left out.
    """
    behind = intensity[intensity < BEHIND_PATIENT]
    level = float(np.mean(behind if behind.size else intensity))
    n = quanta * (pixel_mm / 0.2) ** 2
    blurred = gaussian_filter(intensity, 0.12 / pixel_mm, mode="nearest")
    sigma = level * np.sqrt(1.25 * np.maximum(blurred, 1e-9) / (level * n))
    noise = rng.standard_normal(intensity.shape, dtype=np.float32)
    if colour_mm > 0:
        coarse = gaussian_filter(noise, colour_mm * 0.5 / pixel_mm, mode="wrap")
        noise = 0.6 * noise + 0.6 * coarse / max(float(coarse.std()), 1e-6)
    out = blurred + sigma.astype(np.float32) * noise
    out += np.float32(0.002 * level) * rng.standard_normal(
        intensity.shape, dtype=np.float32
    )
    return np.maximum(out, np.float32(1e-4 * level)).astype(np.float32)
