"""One exposure: what the beam, the tissues and the detector make of one patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

from . import beam as physics
from .family import Setup
from .geometry import Field
from .tissue.soft_tissue import SoftTissue

SOFT_TISSUE_STEP_MM = 0.8


def coarse_grid(axis_mm: NDArray[np.float32], pixel_mm: float) -> NDArray[np.float32]:
    """An axis of the soft tissue's own, coarser grid over the same stretch."""
    pixels = len(axis_mm)
    count = max(64, int(pixels * pixel_mm / SOFT_TISSUE_STEP_MM))
    edges = np.linspace(-0.5, pixels - 0.5, count + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    step = float(axis_mm[1] - axis_mm[0])
    return (axis_mm[0] + middles * step).astype(np.float32)


def _enlarged(image: Field, shape: tuple[int, int]) -> Field:
    factors = (shape[0] / image.shape[0], shape[1] / image.shape[1])
    out: Field = zoom(image, factors, order=1, grid_mode=True, mode="nearest")
    return out


def attenuate(
    soft: SoftTissue, setup: Setup, pixel_mm: float, mineral: Field,
    envelope_mm: Field, metal_cm: Field | None, rng: np.random.Generator,
) -> tuple[Field, Field, Field]:  # fmt: skip
    """Log images of film (scatter and noise) and STO (scatter), and the pure bone.

    Parameters
    ----------
    soft
        Tissues on :func:`coarse_grid`.
    pixel_mm
        In the plane of the hips.
    mineral, envelope_mm
        ``(rows, columns)`` g/cm² of bone mineral, and mm of bone with its marrow.
    metal_cm
        Metal and chalk as the equivalent of bone mineral, in film and STO alike.
    """
    shape = (mineral.shape[0], mineral.shape[1])
    total, fat, occluder = (
        _enlarged(a, shape) for a in (soft.total_cm, soft.fat_cm, soft.occluder_cm)
    )
    if metal_cm is not None:
        occluder = occluder + metal_cm
    bone_cm = mineral / np.float32(physics.BONE_MINERAL_G_CM3)
    envelope = np.maximum(envelope_mm / np.float32(10), bone_cm)
    total = np.maximum(total, envelope + np.float32(0.8))
    fat = np.minimum(fat, total - envelope)
    common = {"fat": fat, "marrow": envelope - bone_cm}
    muscle = total - fat - envelope
    spec = physics.spectrum(setup.kvp)
    film = physics.transmission(
        spec, {"muscle": muscle, "bone": bone_cm + occluder, **common}
    )
    sto = physics.transmission(
        spec, {"muscle": muscle + bone_cm, "bone": occluder, **common}
    )
    bone_log = np.log(sto) - np.log(film)
    film, sto = (
        physics.add_scatter(a, total, pixel_mm, setup.scatter_factor)
        for a in (film, sto)
    )
    noisy = physics.add_noise(
        film, rng, setup.quanta_per_pixel, setup.noise_colour, pixel_mm
    )
    return -np.log(noisy), -np.log(sto), bone_log
