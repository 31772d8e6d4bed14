"""Signs of a film's gain: of its shaft, and of the film as a whole.

Nothing here looks at how much mineral the three regions hold: the rulers must not
borrow from what they are to measure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.transform import resize

from ..bmd import RegionPixels, region_pixels
from ..core.anatomy import Points, polygons
from ..core.measurement import HipImages
from ..core.radiograph import FloatImage, Patient
from .shaft import Shaft, shape_signs

Signs = dict[str, float]

SCALES_MM = (0.6, 1.2, 2.4, 4.8, 9.6)
SURROUNDINGS_MM = 22.0
SOFT = 0.02
USED_STRETCHES = 2
UNKNOWN = float("nan")
"""A sign that a film does not tell; the rulers put their calibration's middle there."""


def shaft_signs(shaft: Shaft) -> Signs:
    """What the tubes of the first two stretches say, and the shape of their profiles.

    Where there is one stretch only, it stands for both.
    """
    signs: Signs = {"stretches": float(len(shaft.stretches))}
    for k in range(USED_STRETCHES):
        stretch = shaft.stretches[min(k, len(shaft.stretches) - 1)]
        fit, tube = stretch.fit, stretch.fit.tube
        found = {
            "gain": np.log(fit.gain),
            "medial": np.log(tube.medial),
            "lateral": np.log(tube.lateral),
            "width": np.log(tube.width),
            "blur": np.log(fit.blur_mm),
            "halo": np.clip(fit.halo, -1, 5),
            "filling": np.clip(fit.filling, -1, 1),
            "misfit": np.log(fit.rms),
            "error": np.log(max(fit.relative_error, 1e-4)),
            "line": np.clip(fit.line[0] / fit.gain, -2, 2),
            **(shape_signs(stretch, shaft.width_mm) or {}),
        }
        signs |= {f"{name}_{k}": float(value) for name, value in found.items()}
    return signs


def film_signs(
    images: HipImages,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float],
    patient: Patient,
    kvp: float | None,
) -> Signs:
    """Tube voltage, body, grey range, noise and sharpness about the hip."""
    px = float(np.mean(spacing_mm))
    window = _window(images, landmarks_xy, px)
    row, column = images.corner_row_col
    corner_xy = (column + window[1].start, row + window[0].start)
    film, sto = images.film[window], images.sto[window]
    bone = images.bone_in(window)
    inside = [
        region_pixels(p, bone.shape, corner_xy) for p in polygons(landmarks_xy).values()
    ]
    known = {
        "kvp": kvp,
        "weight": patient.weight_kg,
        "height": patient.height_cm,
        "age": patient.age_years,
        "sex": {"F": 0.0, "M": 1.0, None: None}[patient.sex],
    }
    signs = {name: UNKNOWN if v is None else float(v) for name, v in known.items()}
    signs["thickness"] = float(np.sqrt(signs["weight"] / signs["height"]))
    for name, pixels in zip("abc", inside, strict=True):
        signs[f"sto_{name}"] = _mean(pixels.of(sto))
    low, first, middle, last, high = np.percentile(sto, [10, 25, 50, 75, 90])
    signs["sto_range"] = float(np.log(max(high - low, 0.02)))
    signs["sto_quartiles"] = float(np.log(max(last - first, 0.01)))
    signs["sto_middle"] = float(middle)
    low, middle, high = np.percentile(images.film[::3, ::3], [10, 50, 90])
    signs["film_range"] = float(np.log(max(high - low, 0.02)))
    signs["film_middle"] = float(middle)
    signs["pixel"] = float(np.log(px))
    return signs | _texture(film, bone, sto, px, inside)


def _texture(
    film: FloatImage,
    bone: FloatImage,
    sto: FloatImage,
    px: float,
    inside: list[RegionPixels],
) -> Signs:
    """Noise, the slope of the soft tissue, and how sharpening favours some scales."""
    energies, before = [], bone
    soft = np.zeros(bone.shape, np.bool_)
    for scale in SCALES_MM:
        blurred = _blurred(bone, scale / px)
        band = before - blurred
        spread = [float(p.of(band).std()) if p.inside.any() else 0.0 for p in inside]
        energies.append(np.log(np.maximum(spread, 1e-5)).mean())
        before = blurred
        if scale == 2.4:
            soft = np.abs(blurred) < SOFT
    signs = {
        f"sharp_{k}": float(energies[k] - energies[k + 1])
        for k in range(len(SCALES_MM) - 1)
    }
    fine = film - gaussian_filter(film, SCALES_MM[0] / px, truncate=2.5)
    noise = float(np.median(np.abs(fine[soft]))) if soft.sum() > 200 else 1e-4
    signs["noise"] = float(np.log(max(noise, 1e-5)))
    down, across = np.gradient(gaussian_filter(sto, 2 / px, truncate=2)[::2, ::2])
    steep = float(np.hypot(down, across).mean()) / px
    signs["sto_slope"] = float(np.log(max(steep, 1e-6)))
    return signs


def _blurred(image: FloatImage, sigma_px: float) -> FloatImage:
    """A Gaussian blur; a wide one is made on fewer, averaged pixels and enlarged."""
    step = int(sigma_px // 3)
    if step < 4:
        near: FloatImage = gaussian_filter(image, sigma_px, truncate=2.5)
        return near
    rows, columns = image.shape
    padded = np.pad(image, ((0, -rows % step), (0, -columns % step)), mode="edge")
    few = padded.reshape(padded.shape[0] // step, step, -1, step).mean((1, 3))
    few = gaussian_filter(few, sigma_px / step, truncate=2.5)
    many: FloatImage = resize(few, padded.shape, order=1, mode="edge")
    return many[:rows, :columns]


def _window(images: HipImages, xy: Points, px: float) -> tuple[slice, slice]:
    margin = SURROUNDINGS_MM / px
    local = xy - np.array(images.corner_row_col[::-1])
    rows, columns = images.film.shape
    low = np.clip(np.floor(local.min(0) - margin), 0, [columns - 9, rows - 9])
    high = np.clip(np.ceil(local.max(0) + margin), low + 8, [columns, rows])
    x0, y0 = low.astype(int)
    x1, y1 = high.astype(int)
    return slice(int(y0), int(y1)), slice(int(x0), int(x1))


def _mean(values: FloatImage) -> float:
    return float(values.mean()) if values.size else UNKNOWN


def as_row(signs: Mapping[str, float], names: tuple[str, ...]) -> NDArray[np.float64]:
    """The signs in a fixed order; NaN where one is absent."""
    return np.array([signs.get(name, UNKNOWN) for name in names], np.float64)
