"""One exposure: what the beam, the tissues and the detector make of one patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

from . import beam as physics
from . import soft_tissue
from .cohort import Person
from .family import Plan
from .implicit import Field

SOFT_TISSUE_STEP_MM = 0.8


def attenuate(
    person: Person, plan: Plan, x_mm: NDArray[np.float32], y_mm: NDArray[np.float32],
    pixel_mm: float, mineral: Field, envelope_mm: Field,
    streams: list[np.random.Generator],
) -> tuple[Field, Field, Field]:  # fmt: skip
    """Log images of film (scatter and noise) and STO (scatter), and the pure bone."""
    pixels = len(x_mm)
    coarse = max(64, int(pixels * pixel_mm / SOFT_TISSUE_STEP_MM))
    at = np.linspace(-0.5, pixels - 0.5, coarse + 1)
    at = (at[:-1] + at[1:]) / 2
    index = np.arange(pixels)
    soft = soft_tissue.draw(
        np.interp(at, index, x_mm).astype(np.float32)
        + np.float32(soft_tissue.HIP_FROM_MIDLINE_MM),
        np.interp(at, index, y_mm).astype(np.float32),
        person, plan.film_type, plan.family, streams[3],
    )  # fmt: skip
    total, fat, occluder = (
        zoom(a, pixels / coarse, order=1, grid_mode=True, mode="nearest")
        for a in (soft.total_cm, soft.fat_cm, soft.occluder_cm)
    )
    bone_cm = mineral / np.float32(physics.BONE_MINERAL_G_CM3)
    envelope = np.maximum(envelope_mm / 10, bone_cm)
    total = np.maximum(total, envelope + np.float32(0.8))
    fat = np.minimum(fat, total - envelope)
    common = {"fat": fat, "marrow": envelope - bone_cm}
    muscle = total - fat - envelope
    spec = physics.spectrum(plan.setup.kvp)
    film = physics.transmission(
        spec, {"muscle": muscle, "bone": bone_cm + occluder, **common}
    )
    sto = physics.transmission(
        spec, {"muscle": muscle + bone_cm, "bone": occluder, **common}
    )
    bone_log = np.log(sto) - np.log(film)
    film, sto = (
        physics.add_scatter(a, total, pixel_mm, plan.setup.scatter_factor)
        for a in (film, sto)
    )
    noisy = physics.add_noise(
        film, streams[4], plan.setup.quanta_per_pixel, plan.setup.noise_colour, pixel_mm
    )
    return -np.log(noisy), -np.log(sto), bone_log
