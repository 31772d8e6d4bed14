"""The ruler that a person draws: an object of known material and thickness.

Lying on or under the patient, it weakens the beam like so much bone mineral; its step
in grey over what surrounds it tells the gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.optimize import brentq

from ..bmd import region_pixels
from ..core.grey_scale import Ruler
from ..core.radiograph import FloatImage
from ..core.ruler_choice import KnownObject, Material
from ..phantom.beam import BONE_MINERAL_G_CM3, spectrum, transmission

NAME = "object"
USUAL_KVP, LOWEST_KVP, HIGHEST_KVP = 75.0, 60.0, 90.0
BEHIND_CM = 18.0
"""Muscle that hardens the beam as a hip does."""

EDGE_MM, RING_MM = 0.8, 5.0
"""Left out on either side of the outline, and how far its surroundings reach."""

LEAST_PX = 25
DARK, BURNT = 0.015, 0.985
"""Grey beyond which a film shows nothing of an object any more."""

MODEL_ERROR = 0.10
"""Relative error of the equivalence: scatter, and a display that bends the scale."""


class NoObject(Exception):
    """The object cannot be read; the text says why, to people."""


@cache
def mineral_of(material: Material, thickness_mm: float, kvp: float | None) -> float:
    """Bone mineral that weakens the beam as much as an object, g/cm².

    Behind 18 cm of muscle, for the spectrum of the tube voltage (75 kV where a film
    does not tell it; what lies beyond 60–90 kV counts as that end); the bone takes the
    place of muscle, the object is added.
    """
    voltage = min(max(kvp or USUAL_KVP, LOWEST_KVP), HIGHEST_KVP)
    beam = spectrum(voltage)

    def weakened(**more_cm: float) -> float:
        path = {"muscle": BEHIND_CM, **more_cm}
        fields = {name: np.full((1, 1), cm, np.float32) for name, cm in path.items()}
        return -float(np.log(transmission(beam, fields)[0, 0]))

    empty = weakened()
    step = weakened(**{material: thickness_mm / 10}) - empty

    def short(bone_cm: float) -> float:
        there = weakened(bone=bone_cm, muscle=BEHIND_CM - bone_cm)
        return there - empty - step

    highest = 0.9 * BEHIND_CM
    if short(highest) < 0:
        return float("inf")
    return float(brentq(short, 0.0, highest, xtol=1e-4)) * BONE_MINERAL_G_CM3


def read_object(
    grey: FloatImage, known: KnownObject, pixel_mm: float, kvp: float | None
) -> Ruler:
    """What one object says of the gain; its weight is given later.

    Parameters
    ----------
    grey
        ``(rows, columns)`` the whole film on its 0 … 1 range, bone bright.

    Raises
    ------
    NoObject
        If it lies outside the film, is too small, or shows no step.
    """
    inside, around, window = _places(grey.shape, known, pixel_mm)
    part = grey[window].astype(np.float64)
    if inside.sum() < LEAST_PX or around.sum() < LEAST_PX:
        raise NoObject("it is too small on this film, or lies at its edge")
    if np.median(part[inside]) >= BURNT:
        raise NoObject("the film is burnt out where it lies")
    if np.median(part[around]) <= DARK:
        raise NoObject("it lies beside the patient, where the film is black")
    rows, columns = np.indices(part.shape)
    ones = np.ones(part.shape)
    plane = np.stack([ones, rows - rows.mean(), columns - columns.mean()], -1)
    keep = around.copy()
    for _ in range(3):
        weights = np.linalg.lstsq(plane[keep], part[keep], rcond=None)[0]
        left = part - plane @ weights
        spread = 1.4826 * np.median(np.abs(left[keep])) + 1e-9
        keep = around & (np.abs(left) < 2.5 * spread)
    step = float(np.median(left[inside]))
    equal = mineral_of(known.material, known.thickness_mm, kvp)
    if not np.isfinite(equal):
        raise NoObject("it lets no radiation through")
    if step < 3 * spread / np.sqrt(LEAST_PX):
        raise NoObject("it is no brighter than what surrounds it")
    uneven = np.hypot(
        spread, 1.4826 * np.median(np.abs(left[inside] - step))
    ) / np.sqrt(LEAST_PX)
    error = float(np.hypot(MODEL_ERROR, uneven / step))
    return Ruler(NAME, step / equal, error, 0.0)


def read_objects(
    grey: FloatImage, objects: Sequence[KnownObject], pixel_mm: float, kvp: float | None
) -> tuple[Ruler | None, tuple[str, ...]]:
    """All objects of a film as one ruler, and why others could not be read.

    Several steps share the error of the equivalence, so they are averaged and their
    error is that of the best.
    """
    found, reasons = [], []
    for known in objects:
        try:
            found.append(read_object(grey, known, pixel_mm, kvp))
        except NoObject as reason:
            reasons.append(
                f"The object of {known.thickness_mm:g} mm {known.material} cannot be"
                f" read: {reason}."
            )
    if not found:
        return None, tuple(reasons)
    logs = np.log([one.gain_per_g_cm2 for one in found])
    weights = np.array([one.relative_error**-2 for one in found])
    mean = float(np.exp(weights @ logs / weights.sum()))
    error = min(one.relative_error for one in found)
    return Ruler(NAME, mean, error, 0.0), tuple(reasons)


def _places(
    shape: tuple[int, ...], known: KnownObject, pixel_mm: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[slice, slice]]:
    """Pixels inside, pixels around, and the window of the film that they are of."""
    outline = np.asarray(known.outline_xy, float)
    reach = (EDGE_MM + RING_MM) / pixel_mm + 2
    columns, rows = (
        slice(
            int(np.clip(np.floor(outline[:, axis].min() - reach), 0, size)),
            int(np.clip(np.ceil(outline[:, axis].max() + reach), 0, size)),
        )
        for axis, size in ((0, shape[1]), (1, shape[0]))
    )
    size = (rows.stop - rows.start, columns.stop - columns.start)
    if min(size) < 3:
        raise NoObject("it lies outside the film")
    mask = np.zeros(size, np.bool_)
    pixels = region_pixels(outline, size, (columns.start, rows.start))
    mask[pixels.window] = pixels.inside
    edge, ring = EDGE_MM / pixel_mm, RING_MM / pixel_mm
    inside = distance_transform_edt(mask) > edge
    away = distance_transform_edt(~mask)
    around = (away > edge) & (away <= edge + ring) if mask.any() else mask
    return inside, around, (rows, columns)
