"""What the network of the gain sees of a film, and what it tells.

It sees the hip on a grid of millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from ..core.anatomy import Points
from ..core.arrays import block_means
from ..core.hip_images import HipImages
from ..core.mineral_map import MineralMap
from ..core.radiograph import FloatImage, Patient

STEP_MM = 1.0
ROWS, COLUMNS = 160, 128
ABOVE_MM, BESIDE_MM = 64.0, 64.0
"""What is shown above the landmarks' middle, and on either side of it."""

MAP_ROWS, MAP_COLUMNS = ROWS // 2, COLUMNS // 2
"""Cells of the mineral map: two by two pixels of the picture."""

GRAIN_MM, GRAIN_OVER_MM = 0.5, 1.5
DARKEST_GRAIN = 1e-5
CHANNELS = ("film", "sto", "grain", "seen")
FACTS = ("sex", "age", "height", "weight", "kvp", "pixel")

Picture = NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class GainReading:
    """What a network tells of one film's picture.

    Attributes
    ----------
    log_gain, error
        The logarithm of the gain, and how unsure the network is of it.
    mineral_g_cm2
        ``(80, 64)`` float32 areal mineral of the femur, a cell for every two by two
        pixels of the picture.
    """

    log_gain: float
    error: float
    mineral_g_cm2: FloatImage


def gain_picture(
    images: HipImages,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float],
    mirrored: bool,
) -> Picture:
    """Film, STO, grain and what the film shows, about a hip that looks like a left one.

    Parameters
    ----------
    mirrored
        Whether it is a right hip, which is turned over.

    Returns
    -------
    ndarray
        ``(4, 160, 128)`` float16, a pixel a millimetre: film and STO on the film's
        0 … 1 range, a quarter of the logarithm of the grain's standard deviation, and
        1 where the film shows something.
    """
    down, right = (np.arange(n, dtype=np.float64) * STEP_MM for n in (ROWS, COLUMNS))
    across = (right - BESIDE_MM) * (-1 if mirrored else 1) / spacing_mm[1]
    middle, corner = landmarks_xy.mean(axis=0), images.corner_row_col
    rows = middle[1] - corner[0] + (down - ABOVE_MM) / spacing_mm[0]
    columns = middle[0] - corner[1] + across
    places = np.broadcast_arrays(rows[:, None], columns[None])
    pixel_mm = np.array(spacing_mm)
    smooth = gaussian_filter(images.film, GRAIN_MM / pixel_mm)
    film, sto = (
        map_coordinates(a, places, order=1, mode="nearest")
        for a in (smooth, images.sto)
    )
    block = np.maximum(np.round(GRAIN_OVER_MM / pixel_mm), 1).astype(int)
    energy = block_means((images.film - smooth) ** 2, (int(block[0]), int(block[1])))
    inside = [(at - (n - 1) / 2) / n for at, n in zip(places, block, strict=True)]
    variance = map_coordinates(energy, inside, order=1, mode="nearest")
    grain = np.log(np.maximum(np.sqrt(np.maximum(variance, 0)), DARKEST_GRAIN)) / 4
    last = np.array(images.film.shape)[:, None, None] - 1
    seen = ((np.stack(places) >= 0) & (np.stack(places) <= last)).all(axis=0)
    return np.stack([film, sto, grain, seen]).astype(np.float16)


def mineral_map(
    picture: Picture,
    mineral_g_cm2: FloatImage,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float],
    mirrored: bool,
) -> MineralMap:
    """What a network drew on a picture, and where it lies on the film.

    Parameters
    ----------
    picture
        As :func:`gain_picture` makes it of the same landmarks, spacing and side.
    mineral_g_cm2
        ``(80, 64)``.
    """
    bone = picture[0].astype(np.float32) - picture[1]
    turned = -1 if mirrored else 1
    first_mm = np.array([(STEP_MM / 2 - BESIDE_MM) * turned, STEP_MM / 2 - ABOVE_MM])
    cell_mm = np.array([2 * STEP_MM * turned, 2 * STEP_MM])
    pixel_mm = np.array(spacing_mm[::-1])
    first = landmarks_xy.mean(axis=0) + first_mm / pixel_mm
    x, y = cell_mm / pixel_mm
    return MineralMap(
        mineral_g_cm2,
        block_means(bone, (2, 2)),
        (float(first[0]), float(first[1])),
        (float(x), float(y)),
    )


def gain_facts(
    patient: Patient, kvp: float | None, spacing_mm: tuple[float, float]
) -> NDArray[np.float32]:
    """``(6,)`` in the order of :data:`FACTS`; NaN where one is unknown."""
    sex = None if patient.sex is None else float(patient.sex == "M")
    known = (sex, patient.age_years, patient.height_cm, patient.weight_kg, kvp)
    pixel = float(np.mean(np.log(spacing_mm)))
    return np.array([np.nan if v is None else v for v in (*known, pixel)], np.float32)
