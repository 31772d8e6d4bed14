"""Signs of a film's gain: of its shaft, and of the film as a whole.

Nothing here looks at how much mineral the three regions hold: the rulers must not
borrow from what they are to measure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ..bmd import region_pixels
from ..core.anatomy import Points, polygons
from ..core.hip_images import HipImages
from ..core.radiograph import FloatImage, Patient
from .shaft import Shaft, shape_signs

Signs = dict[str, float]

SCALES_MM = (0.6, 1.2, 2.4, 4.8, 9.6)
SURROUNDINGS_MM = 22.0
COARSE_MM = 1.5
"""Step of the grid on which the soft tissue is looked at: it has no finer detail."""
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
    corner_xy = np.array([column + window[1].start, row + window[0].start])
    regions = [p - corner_xy for p in polygons(landmarks_xy).values()]
    coarse = max(round(COARSE_MM / px), 1)
    sto = images.sto[window][::coarse, ::coarse]
    known = {
        "kvp": kvp,
        "weight": patient.weight_kg,
        "height": patient.height_cm,
        "age": patient.age_years,
        "sex": {"F": 0.0, "M": 1.0, None: None}[patient.sex],
    }
    signs = {name: UNKNOWN if v is None else float(v) for name, v in known.items()}
    signs["thickness"] = float(np.sqrt(signs["weight"] / signs["height"]))
    for name, polygon in zip("abc", regions, strict=True):
        inside = region_pixels(polygon / coarse, sto.shape)
        signs[f"sto_{name}"] = _mean(inside.of(sto))
    low, first, middle, last, high = np.percentile(sto, [10, 25, 50, 75, 90])
    signs["sto_range"] = float(np.log(max(high - low, 0.02)))
    signs["sto_quartiles"] = float(np.log(max(last - first, 0.01)))
    signs["sto_middle"] = float(middle)
    down, across = np.gradient(sto)
    steep = float(np.hypot(down, across).mean()) / (px * coarse)
    signs["sto_slope"] = float(np.log(max(steep, 1e-6)))
    low, middle, high = np.percentile(images.film[::3, ::3], [10, 50, 90])
    signs["film_range"] = float(np.log(max(high - low, 0.02)))
    signs["film_middle"] = float(middle)
    signs["pixel"] = float(np.log(px))
    return signs | _texture(images.film[window], images.bone_in(window), px, regions)


def _texture(
    film: FloatImage, bone: FloatImage, px: float, regions: Sequence[Points]
) -> Signs:
    """Noise where there is no bone, and how sharpening favours some scales.

    Blurred once, the bone image is carried on at a coarser grid.
    """
    first, second = SCALES_MM[:2]
    blurred = gaussian_filter(bone, first / px, truncate=2.5)
    energies = [_energy(bone - blurred, regions)]
    before, blurred = blurred, gaussian_filter(bone, second / px, truncate=2.5)
    energies.append(_energy(before - blurred, regions))
    step = max(round(second / px / 1.5), 1)
    small, places = blurred[::step, ::step], [p / step for p in regions]
    before = small
    for scale in SCALES_MM[2:]:
        further = np.sqrt(scale**2 - second**2) / (px * step)
        blurred = gaussian_filter(small, further, truncate=2.5)
        energies.append(_energy(before - blurred, places))
        before = blurred
    signs = {
        f"sharp_{k}": energies[k] - energies[k + 1] for k in range(len(energies) - 1)
    }
    fine = film - gaussian_filter(film, first / px, truncate=2.5)
    soft = np.abs(small) < SOFT
    fine = fine[::step, ::step]
    noise = float(np.median(np.abs(fine[soft]))) if soft.sum() > 50 else 1e-4
    signs["noise"] = float(np.log(max(noise, 1e-5)))
    return signs


def _energy(band: FloatImage, regions: Sequence[Points]) -> float:
    """Logarithm of a band's standard deviation, mean over the regions."""
    parts = [region_pixels(polygon, band.shape).of(band) for polygon in regions]
    spread = [float(part.std()) if part.size else 0.0 for part in parts]
    return float(np.log(np.maximum(spread, 1e-5)).mean())


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


def signs_text(signs: Mapping[str, Signs]) -> str:
    """All signs of a film as JSON text; null where one is unknown."""
    told = {
        ruler: {
            name: round(value, 5) if np.isfinite(value) else None
            for name, value in one.items()
        }
        for ruler, one in signs.items()
    }
    return json.dumps(told, sort_keys=True)


def signs_of_text(text: str) -> dict[str, Signs]:
    """What :func:`signs_text` wrote."""
    return {
        ruler: {n: UNKNOWN if v is None else float(v) for n, v in one.items()}
        for ruler, one in json.loads(text).items()
    }


def signs_key(signs: Mapping[str, Signs]) -> str:
    """A short name for what a film's rulers look at."""
    told = {
        ruler: {n: round(v, 3) if np.isfinite(v) else None for n, v in one.items()}
        for ruler, one in signs.items()
    }
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
