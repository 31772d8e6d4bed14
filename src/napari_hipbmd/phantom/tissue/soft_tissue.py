"""Soft tissue as thickness maps in the plane of the hips.

A body (trunk, buttocks, thighs) with fat under its skin holds muscles with fat between
them, a bladder, gas and stool. *Type 1* films add what makes soft tissue uneven: apron,
skin folds, pads, gas, tilt. *Type 2* films have none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..cohort import Person
from ..families import Family
from ..planar import Map, Noise, Plane, add_path, bell, bezier, ellipse, rise, rounded
from ..things.clutter import draw_clutter
from .body import Body, draw_body, thickness
from .contents import bladder, bowel, genitals

HIP_FROM_MIDLINE_MM = 88.0
Heads = tuple[tuple[float, float], tuple[float, float]]
HEADS: Heads = ((HIP_FROM_MIDLINE_MM, 0.0), (-HIP_FROM_MIDLINE_MM, 0.0))


@dataclass(frozen=True)
class SoftTissue:
    """``(rows, columns)`` in cm: all soft tissue before bone, fat's part, occluders.

    ``occluder_cm`` is cloth, tube and metal as the equivalent of bone mineral.
    """

    total_cm: Map
    fat_cm: Map
    occluder_cm: Map


def _wavy(p: Plane, rng: np.random.Generator, height: float, slope: float) -> Map:
    """Signed distance to a gently curved, about level line; positive below it."""
    y = height + slope * p.x + rng.normal(0, 10) * (p.x / 120) ** 2
    y = y + rng.normal(0, 2.5) * np.sin(p.x / 22 + rng.uniform(0, 6))
    return ((y - p.y) / np.hypot(1, slope)).astype(np.float32)


def _apron(p: Plane, body: Body, rng: np.random.Generator) -> Map:
    """The belly's overhang: a wide arc whose lower edge crosses the hips."""
    half = body.flanks[0].half
    low = rng.uniform(-45, 55)
    axes = (half * rng.uniform(0.85, 1.12), rng.uniform(90, 170))
    d = ellipse(p, (rng.normal(0, 8), low + axes[1]), axes)
    return rng.uniform(4, 32) * rounded(d, rng.uniform(8, 90))


def _fold(p: Plane, body: Body, rng: np.random.Generator) -> Map:
    """A roll of skin across the waist, the groin or a thigh; it fades to one side."""
    height = rng.choice([rng.uniform(70, 150), rng.uniform(-70, 40)])
    d = _wavy(p, rng, height, rng.normal(0, 0.2))
    d = d + rng.normal(0, 25) * ((p.x - rng.uniform(-120, 120)) / 100) ** 2
    width = rng.uniform(10, 60)
    roll = np.minimum(rounded(d, rng.uniform(6, 40)), rounded(width - d, 0.7 * width))
    out: Map = rng.uniform(3, 18) * roll - rng.uniform(0, 6) * bell(d, 1.3)
    gone = rise((p.x - rng.uniform(-90, 90)) * rng.choice([-1, 1]), 18)
    return out * gone


def _outline(p: Plane, body: Body, rng: np.random.Generator) -> Map:
    """The border of a part that lies in front or behind, of any direction."""
    angle = np.radians(rng.uniform(0, 360))
    x, y = rng.uniform(-130, 130), rng.uniform(-100, 100)
    d = (p.x - np.float32(x)) * np.cos(angle) + (p.y - np.float32(y)) * np.sin(angle)
    d = d + rng.normal(0, 4) * np.sin((p.x - p.y) / 45 + rng.uniform(0, 6))
    return rng.uniform(4, 30) * rounded(d.astype(np.float32), rng.uniform(8, 60))


def _pad(p: Plane, body: Body, rng: np.random.Generator) -> Map:
    """A cushion or nappy: a step of even thickness, with a sharp edge."""
    x, y = rng.uniform(-90, 90), rng.uniform(-110, 90)
    d = ellipse(p, (x, y), (rng.uniform(60, 180), rng.uniform(50, 140)))
    return rng.uniform(3, 14) * rounded(d, 3)


def _flank(p: Plane, body: Body, rng: np.random.Generator) -> Map:
    """More flesh on one side, as of a patient who lies turned."""
    s = rng.choice([-1, 1])
    d = _outline_at(p, s * rng.uniform(60, 130), s)
    return rng.uniform(8, 35) * rounded(d, rng.uniform(20, 70))


def _outline_at(p: Plane, x: float, s: int) -> Map:
    return np.broadcast_to(s * (p.x - np.float32(x)), p.shape)


KINDS = {
    "train": (_apron, _fold, _fold, _outline),
    "shifted": (_apron, _fold, _pad, _flank),
}
BOWEL = {"train": (0.45, 0.35), "shifted": (0.25, 0.6)}


def _planes(p: Plane, heads: Heads, radius: float, rng: np.random.Generator) -> Map:
    """Fat between muscles, mm: gluteal, along the iliopsoas, obturator, thigh."""
    u, n = rng.uniform, rng.normal
    out = p.zeros()
    r = radius
    for s, (hx, hy) in zip((1, -1), heads, strict=True):

        def at(
            x: float, y: float, s: int = s, hx: float = hx, hy: float = hy
        ) -> list[float]:
            """``x`` lateral and ``y`` up from the head, in head radii."""
            return [hx + s * r * (x + n(0, 0.12)), hy + r * (y + n(0, 0.15))]

        lines = [
            (
                [at(0.7, 3.2), at(1.9, 1.9), at(2.5, 0.2)],
                u(2, 10),
                u(0.8, 2.5),
            ),  # medius
            (
                [at(0.6, 2.0), at(1.3, 1.5), at(1.9, 0.3)],
                u(2, 10),
                u(0.8, 2.2),
            ),  # minimus
            (
                [at(-1.4, 3.4), at(-1.1, 0.4), at(-0.1, -2.2)],
                u(1, 8),
                u(0.8, 2.5),
            ),  # psoas
            (
                [at(-0.2, 2.0), at(0.5, 0), at(0.2, -2.2)],
                u(0, 5),
                u(1, 3),
            ),  # its other edge
            (
                [at(-1.9, 1.6), at(-1.35, 0), at(-1.7, -1.4)],
                u(0, 5),
                u(0.8, 2),
            ),  # obturator
            (
                [at(-3.2, 8), at(-2.2, 5), at(-1.4, 2.8)],
                u(0, 9),
                u(0.8, 3),
            ),  # psoas, loin
            (
                [at(2.6, -0.8), at(3.1, -2.5), at(2.9, -6)],
                u(0, 6),
                u(0.8, 2.5),
            ),  # vastus
        ]
        for _ in range(int(rng.integers(1, 4))):  # between the muscles of the thigh
            x = u(-1.8, 2.6)
            lines.append(
                (
                    [at(x, -2.6), at(x + n(0, 0.3), -4.5), at(x + n(0, 0.6), -8)],
                    u(1, 8),
                    u(0.8, 3),
                )
            )
        for nodes, high, width in lines:
            if rng.random() < 0.75:
                add_path(out, p, bezier(np.array(nodes), 9), width, high)
    return out


def draw_soft_tissue(
    x_mm: NDArray[np.float32],
    y_mm: NDArray[np.float32],
    person: Person,
    film_type: int,
    family: Family,
    rng: np.random.Generator,
    heads_xy: Heads = HEADS,
) -> SoftTissue:
    """Soft tissue of one patient.

    Parameters
    ----------
    x_mm, y_mm
        Columns and rows in the plane of the hips: to the patient's left, superior.
    heads_xy
        Centres of the left and the right femoral head in the same frame. The body
        stands on the line through their middle and scales with their distance.
    """
    (xl, yl), (xr, yr) = heads_xy
    scale = float(np.hypot(xl - xr, yl - yr)) / (2 * HIP_FROM_MIDLINE_MM)
    middle = np.array([(xl + xr) / 2, (yl + yr) / 2])
    p = Plane(
        ((np.asarray(x_mm) - middle[0]) / scale).astype(np.float32),
        ((np.asarray(y_mm) - middle[1]) / scale).astype(np.float32),
    )
    (xl, yl), (xr, yr) = (((np.array(h) - middle) / scale).tolist() for h in heads_xy)
    heads = ((xl, yl), (xr, yr))
    streams = rng.spawn(6)
    uneven = film_type == 1
    body = draw_body(person, streams[0], even=not uneven)
    skin, inner = thickness(body, p)
    own = streams[1]
    bulk = 1 + max(0.0, person.bmi - 24) / 40
    present = np.clip(skin / 25, 0, 1)
    extra = p.zeros()
    if uneven:
        kinds = KINDS[family]
        for i in own.choice(len(kinds), size=own.integers(1, 4), replace=False):
            extra += bulk * kinds[i](p, body, own)
        extra += skin * np.float32(own.normal(0, 0.10)) * p.x / 100
    shade = genitals(p, person.sex, body.crotch + 12, streams[2])
    skin = np.maximum(skin + extra * present + shade, 0)
    inner = np.maximum(inner + 0.35 * extra * present + 0.8 * shade, 0)
    waves = 3 * Noise(own, 22)(p) + 0.7 * Noise(own, 6)(p)
    skin = np.maximum(skin + waves * present, 0)
    inner = np.minimum(inner, skin)

    share = 0.10 + 0.02 * Noise(own, 8)(p) + 0.025 * Noise(own, 1.8, stretch=6)(p)
    share = share * (1 + 0.5 * rise(100 - np.hypot(p.x, p.y - 45), 12))
    planes = _planes(p, heads, person.head_radius_mm / scale, streams[3])
    fat = (skin - inner) * (1 + 0.05 * Noise(own, 20)(p))
    fat = fat + inner * np.clip(share, 0.02, 0.5)
    if own.random() < 0.6:  # urine against the fat that surrounds it
        water = bladder(p, streams[4])
        fat = fat - own.uniform(0.1, 0.6) * water
    fat = fat + planes * present
    if uneven:
        gas = bowel(p, streams[5], *BOWEL[family])
        gas *= rise(ellipse(p, (0, 85), (0.68 * body.flanks[0].half, 110)), 4)
        skin = skin - np.minimum(gas, 0.45 * skin)
    fat = np.clip(fat, 0, 0.95 * skin)
    return SoftTissue(
        (skin / 10).astype(np.float32),
        (fat / 10).astype(np.float32),
        draw_clutter(p, family, rng).astype(np.float32),
    )
