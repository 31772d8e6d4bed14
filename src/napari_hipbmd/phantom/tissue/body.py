"""The body's outline as thickness: trunk, buttocks and two thighs.

Trunk and thigh are two smooth profiles. In front they meet in the groin, a steep line
from the perineum to the iliac spine; behind, in the fold under the buttock, a level
arc. Half of the thickness follows the one border and half the other. The same profiles,
narrower and thinner, give what lies under the subcutaneous fat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cohort import Person
from ..planar import Map, Plane, bell, rise, rounded


def subcutaneous_mm(person: Person) -> float:
    """Front and back together, from the body mass index."""
    return float(np.clip(12 + 2.1 * (person.bmi - 18), 6, 75))


@dataclass(frozen=True)
class Flank:
    """One side's own measures in mm; ``s`` is +1 on the patient's left."""

    s: int
    half: float
    side_fat: float
    gap: float
    spread: float
    groin: tuple[float, float, float]  # height at the midline, slope, softness
    fold: tuple[float, float, float]  # height, sag, softness
    buttock: float
    dent: float


@dataclass(frozen=True)
class Body:
    """Measures of a trunk on two thighs, in mm."""

    thick: float
    fat: float
    waist: float
    belly: float
    leg: float
    crotch: float
    cleft: float
    front: float
    flanks: tuple[Flank, Flank]


def draw_body(person: Person, rng: np.random.Generator, even: bool) -> Body:
    """Measures for a person; ``even`` bodies have shallow folds."""
    u, n = rng.uniform, rng.normal
    diameter = 20 * np.sqrt(1000 * person.weight_kg / (np.pi * person.height_cm))
    thick = 0.86 * diameter * u(0.92, 1.08)
    fat = subcutaneous_mm(person)
    half = max(0.80 * diameter, 88 + 2.9 * person.head_radius_mm + 0.45 * fat + 8)
    half *= u(0.98, 1.10)
    bulk = max(0.0, person.bmi - 24) / 25
    fold_y, groin_y = u(-112, -84), u(-82, -50)
    gap = n(14 - 55 * bulk, 16)
    fold_soft = u(1.5, 6) * (3 if even else 1)

    def flank(s: int) -> Flank:
        return Flank(
            s=s,
            half=half * (1 + n(0, 0.015)),
            side_fat=float(np.clip(0.55 * fat * np.exp(n(0, 0.25)), 4, 70)),
            gap=gap + n(0, 3),
            spread=u(0.0, 0.12),
            groin=(groin_y, u(0.55, 1.15), u(2.5, 14)),
            fold=(fold_y, u(0, 16), fold_soft * u(0.7, 1.5)),
            buttock=u(4, 26) * (1 + bulk) * (0.4 if even else 1),
            dent=u(0, 0.4),
        )

    return Body(
        thick=thick,
        fat=fat,
        waist=float(np.clip(n(0.10 - 0.5 * bulk, 0.07), -0.12, 0.22)),
        belly=float(np.clip(n(0.02 + 0.5 * bulk, 0.08), -0.15, 0.4)),
        leg=u(0.84, 1.12),
        crotch=0.5 * (fold_y + groin_y),
        cleft=u(0, 40),
        front=u(0.4, 0.6),
        flanks=(flank(1), flank(-1)),
    )


def _profile(x: Map, half: Map, blunt: float) -> Map:
    inside = np.maximum(1 - np.abs(x / half) ** np.float32(blunt), 0)
    return inside ** np.float32(1 / 2.2)


def _half(body: Body, flank: Flank, y: Map) -> Map:
    """Half width at each height: waist above, thighs below."""
    above = np.clip((y - 15) / 130, 0, 1.4)
    below = np.clip(-y / 200, 0, 1.5)
    swell = 0.03 * bell(y + 40, 55)
    out: Map = flank.half * (
        1 - body.waist * above**2 - (0.10 - 0.6 * flank.spread) * below + swell
    )
    return out


def _one_side(body: Body, flank: Flank, p: Plane, fat: float, side: float) -> Map:
    """Thickness on one side of the midline, less ``fat`` and a rim of ``side`` mm."""
    x, y = p.x * np.float32(flank.s), p.y
    rim = side * (1 + flank.dent * (bell(y - 4, 22) - bell(y - 62, 30)))
    half = np.maximum(_half(body, flank, y) - rim, 40).astype(np.float32)
    thick = body.thick * (1 + body.belly * np.clip(y / 150, -0.3, 1))
    trunk = (thick - fat) * _profile(x, half, 4.5 if fat else 3.0)
    drop = np.maximum(body.crotch - y, -70)
    medial = 0.5 * flank.gap + flank.spread * drop + 0.25 * side
    reach = np.maximum(half - medial, 50) / 2
    off = np.abs((x - (half + medial) / 2) / reach) ** np.float32(2.2)
    leg = min(1.75 * 0.5 * flank.half, 1.05 * body.thick + 30) * body.leg
    thigh = (leg - 0.8 * fat) * np.sqrt(np.maximum(1 - off, 0)) * (x > 0)
    height, slope, soft = flank.groin
    front = rise(y - (height + slope * np.maximum(x, 0)), soft * (1 + x / 90))
    level, sag, sharp = flank.fold
    away = x - 62
    under = y - (level + sag * ((away / 50) ** 2 - 1.54))
    behind = rise(under, sharp * (1 + (np.maximum(away, 0) / 45) ** 2))
    share = np.float32(body.front) * front + np.float32(1 - body.front) * behind
    seat = flank.buttock * rounded(under, 45) * bell(away, 60) * (under < 110)
    out: Map = share * trunk + (1 - share) * thigh
    return out + np.where(trunk > 0, seat * np.clip(1.6 - under / 70, 0, 1), 0)


def _creases(body: Body, flank: Flank, p: Plane) -> Map:
    """Thin dark lines where skin lies on skin, mm of air."""
    x, y = p.x * np.float32(flank.s), p.y
    height, slope, soft = flank.groin
    depth = max(0.0, 9 - 0.8 * soft)
    groin = (y - height - slope * x) / np.hypot(1, slope)
    out = depth * bell(groin, 1.0 + 0.2 * soft) * np.clip(1 - x / 75, 0, 1)
    level, sag, sharp = flank.fold
    fold = y - (level + sag * (((x - 62) / 50) ** 2 - 1.54))
    deep = max(0.0, 8 - sharp) * np.clip(1 - x / 115, 0, 1)
    out = out + deep * bell(fold, 0.9 + 0.15 * sharp)
    return np.where(x > 0, out, 0)


def thickness(body: Body, p: Plane) -> tuple[Map, Map]:
    """Skin to skin, and under the subcutaneous fat, both in mm."""
    left = p.x_mm > 0
    skin, inner, air = p.zeros(), p.zeros(), p.zeros()
    for flank in body.flanks:
        columns = left if flank.s > 0 else ~left
        if not columns.any():
            continue
        part = Plane(p.x_mm[columns], p.y_mm)
        skin[:, columns] = _one_side(body, flank, part, 0.0, 0.0)
        inner[:, columns] = _one_side(body, flank, part, body.fat, flank.side_fat)
        air[:, columns] = _creases(body, flank, part)
    level = body.flanks[0].fold[0]
    cleft = (
        body.cleft * bell(p.x + 1.5, 1.3) * rise(p.y - level, 4) * rise(-p.y - 35, 9)
    )
    skin = np.maximum(skin - air - cleft, 0)
    return skin, np.minimum(np.maximum(inner - air - cleft, 0), skin)
