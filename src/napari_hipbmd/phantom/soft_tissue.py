"""Soft tissue as thickness maps in the plane of the hip.

A superellipse torso runs into a thigh below the crotch; subcutaneous fat, fat planes
and an inguinal crease lie in it. *Type 1* films add what makes soft tissue uneven:
pannus, skin folds, buttock outline, bowel gas, tilt. *Type 2* films have none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from .cohort import Person
from .family import Family
from .implicit import Field

HIP_FROM_MIDLINE_MM = 88.0


@dataclass(frozen=True)
class SoftTissue:
    """``(rows, columns)`` in cm: all soft tissue before bone, fat's part, occluders.

    ``occluder_cm`` is cloth, tube and metal as the equivalent of bone mineral.
    """

    total_cm: Field
    fat_cm: Field
    occluder_cm: Field


def _edge(distance_mm: Field, radius_mm: float) -> Field:
    """Rounded border: 0 outside, rising to 1 at ``radius_mm`` inside."""
    inside = np.clip(distance_mm / np.float32(radius_mm), 0, 1)
    return np.sqrt(np.maximum(1 - (1 - inside) ** 2, 0))


def _line(
    x: Field, y: Field, rng: np.random.Generator, through: tuple[float, float],
    angle_deg: float, bend: float = 1.0,
) -> Field:  # fmt: skip
    """Signed distance to a gently curved line; positive on its lower/right side."""
    a = np.radians(angle_deg)
    along = (x - through[0]) * np.cos(a) + (y - through[1]) * np.sin(a)
    across = (x - through[0]) * np.sin(a) - (y - through[1]) * np.cos(a)
    curve = bend * rng.normal(0, 6) * (along / 60) ** 2
    curve = curve + bend * rng.normal(0, 2.5) * np.sin(along / 22 + rng.uniform(0, 6))
    return (across - curve).astype(np.float32)


def _smooth_noise(
    shape: tuple[int, int], sigma_px: float, rng: np.random.Generator
) -> Field:
    out = gaussian_filter(
        rng.standard_normal(shape, dtype=np.float32), sigma_px, mode="reflect"
    )
    return out / max(float(out.std()), 1e-6)


def _body(x: Field, y: Field, person: Person, rng: np.random.Generator) -> Field:
    """Thickness in mm of torso and thigh."""
    diameter = 20 * np.sqrt(1000 * person.weight_kg / (np.pi * person.height_cm))  # mm
    thick = 0.86 * diameter * rng.uniform(0.92, 1.08)
    fat = subcutaneous_mm(person)
    half = max(0.80 * diameter, 88 + 2.9 * person.head_radius_mm + 0.45 * fat + 8)
    half *= rng.uniform(0.98, 1.10)
    xm = x + HIP_FROM_MIDLINE_MM
    torso = thick * np.maximum(1 - np.abs(xm / half) ** 3, 0) ** (1 / 2.2)
    crotch = -rng.uniform(62, 92)
    centre = 0.54 * half + 12
    reach = half - centre + rng.uniform(0, 6) + 4
    thigh = 1.75 * reach * np.sqrt(np.maximum(1 - ((xm - centre) / reach) ** 2, 0))
    thigh = np.minimum(thigh, 1.05 * thick + 30)
    blend = 1 / (1 + np.exp(-(y - crotch) / rng.uniform(7, 14)))
    medial = np.clip((xm - 5) / 60, 0, 1)  # between the thighs the air shows
    return (blend * torso + (1 - blend) * thigh * np.maximum(medial, 0.25)).astype(
        np.float32
    )


def subcutaneous_mm(person: Person) -> float:
    """Front and back together, from the body mass index."""
    return float(np.clip(12 + 2.1 * (person.bmi - 18), 6, 75))


def _bowel(
    x: Field, y: Field, rng: np.random.Generator, gas: bool, count: int
) -> Field:
    """Gas (missing mm) or stool (mottled) medial and above the joint."""
    out = np.zeros_like(x)
    cx, cy = rng.uniform(-75, -25), rng.uniform(0, 60)
    for _ in range(count):
        cx += rng.normal(0, 11)
        cy += rng.normal(0, 11)
        a, b, t = rng.uniform(7, 17), rng.uniform(5, 12), rng.uniform(0, np.pi)
        u = (x - cx) * np.cos(t) + (y - cy) * np.sin(t)
        v = -(x - cx) * np.sin(t) + (y - cy) * np.cos(t)
        d = (1 - np.sqrt((u / a) ** 2 + (v / b) ** 2)) * min(a, b)
        out = np.maximum(out, rng.uniform(10, 32) * _edge(d, min(a, b)))
    if not gas:
        out *= np.clip(0.5 + 0.5 * _smooth_noise(x.shape, 3, rng), 0, 1.2)
    return out


def _uneven(
    x: Field, y: Field, person: Person, family: Family, rng: np.random.Generator
) -> tuple[Field, float]:
    """What a type 1 film adds in mm, and its tilt."""
    extra = np.zeros_like(x)
    kinds = ["pannus", "fold", "outline", "gas", "thigh"]
    if family == "shifted":
        kinds = ["crease", "pad", "stool", "fold", "flank"]
    for kind in rng.choice(kinds, size=rng.integers(1, 4), replace=False):
        radius = rng.uniform(8, 60)
        if kind == "pannus":
            d = -_line(x, y, rng, (0, rng.uniform(-30, 45)), rng.normal(-8, 12))
            extra += rng.uniform(12, 45) * _edge(-d, radius)
        elif kind in ("fold", "crease"):
            d = _line(
                x, y, rng, (rng.uniform(-40, 40), rng.uniform(-70, 40)),
                rng.uniform(-40, 60),
            )  # fmt: skip
            width = rng.uniform(8, 28)
            extra += rng.uniform(8, 26) * np.minimum(
                _edge(d, radius), _edge(width - d, rng.uniform(6, 24))
            )
        elif kind in ("outline", "thigh"):
            d = _line(
                x, y, rng, (rng.uniform(-50, 30), rng.uniform(-85, -20)),
                rng.uniform(-30, 35),
            )  # fmt: skip
            extra += rng.uniform(14, 48) * _edge(d, radius)
        elif kind == "gas":
            extra -= _bowel(x, y, rng, True, int(rng.integers(2, 7)))
        elif kind == "stool":
            extra -= _bowel(x, y, rng, False, int(rng.integers(4, 9)))
        elif kind == "pad":
            d = _line(
                x, y, rng, (rng.uniform(-60, 60), rng.uniform(-60, 60)),
                rng.uniform(0, 180), 0.2,
            )  # fmt: skip
            extra += rng.uniform(4, 14) * _edge(d, 3)
        elif kind == "flank":
            d = _line(x, y, rng, (rng.uniform(10, 60), 30), rng.uniform(60, 110))
            extra += rng.uniform(10, 35) * _edge(d, radius)
    bulk = 1 + max(0.0, person.bmi - 24) / 25
    return (extra * bulk).astype(np.float32), float(rng.normal(0, 0.10))


def _occluders(x: Field, y: Field, family: Family, rng: np.random.Generator) -> Field:
    """Tubes, cloth seams and clips, cm of bone mineral equivalent."""
    out = np.zeros_like(x)
    if rng.random() < 0.25:  # a tube or a seam
        d = np.abs(
            _line(
                x, y, rng, (rng.uniform(-70, 70), rng.uniform(-70, 70)),
                rng.uniform(0, 180), 2.5,
            )
        )  # fmt: skip
        width = rng.uniform(0.8, 3.0)
        out += rng.uniform(0.03, 0.15) * np.exp(-0.5 * (d / width) ** 2)
    if rng.random() < 0.15:  # clips, buttons, a calibration ball
        for _ in range(rng.integers(1, 5)):
            cx, cy, t = rng.uniform(-70, 70), rng.uniform(-80, 60), rng.uniform(0, 3.1)
            u = (x - cx) * np.cos(t) + (y - cy) * np.sin(t)
            v = -(x - cx) * np.sin(t) + (y - cy) * np.cos(t)
            if rng.random() < 0.3:
                out += rng.uniform(0.5, 2.0) * (np.hypot(u, v) < rng.uniform(2, 8))
            else:
                out += rng.uniform(0.5, 2.0) * (
                    (np.abs(u) < rng.uniform(2, 5)) & (np.abs(v) < rng.uniform(0.5, 1))
                )
    if family == "shifted" and rng.random() < 0.2:  # an anti-scatter grid left visible
        angle = rng.uniform(-0.02, 0.02)
        out += 0.004 * np.sin((x + angle * y) * 2 * np.pi / rng.uniform(2.6, 4.0))
        out = np.maximum(out, 0)
    return out.astype(np.float32)


def draw(
    x_mm: NDArray[np.float32],
    y_mm: NDArray[np.float32],
    person: Person,
    film_type: int,
    family: Family,
    rng: np.random.Generator,
) -> SoftTissue:
    """Soft tissue of one patient.

    Parameters
    ----------
    x_mm, y_mm
        Columns and rows in the plane of the hip: lateral, superior, from the head.
    """
    x, y = np.meshgrid(x_mm, y_mm)
    step = float(abs(x_mm[1] - x_mm[0]))
    total = _body(x, y, person, rng)
    if film_type == 1:
        extra, tilt = _uneven(x, y, person, family, rng)
        total = total * (1 + tilt * x / 100) + extra
    total += 4 * _smooth_noise(x.shape, 14 / step, rng) + 1.5 * _smooth_noise(
        x.shape, 5 / step, rng
    )
    fat = subcutaneous_mm(person) * (1 + 0.12 * _smooth_noise(x.shape, 20 / step, rng))
    share = 0.10 + 0.03 * _smooth_noise(x.shape, 7 / step, rng)
    planes = np.zeros_like(x)
    for _ in range(rng.integers(2, 6)):
        d = _line(
            x, y, rng, (rng.uniform(-50, 70), rng.uniform(-80, 60)),
            rng.uniform(20, 120), 1.5,
        )  # fmt: skip
        planes += rng.uniform(2, 9) * np.exp(-0.5 * (d / rng.uniform(0.8, 3)) ** 2)
    crease = _line(x, y, rng, (-20, rng.uniform(-20, 10)), rng.normal(35, 8))
    total -= rng.uniform(0, 7) * np.exp(-0.5 * (crease / rng.uniform(3, 10)) ** 2)
    total = np.maximum(total, 0)
    skin = np.clip(total / 12, 0, 1)
    fat = np.clip(fat + np.maximum(total - fat, 0) * share + planes, 0, None) * skin
    return SoftTissue(
        (total / 10).astype(np.float32),
        (np.minimum(fat, total) / 10).astype(np.float32),
        _occluders(x, y, family, rng),
    )
