"""What lies on, under and beside a patient: clothes, bed, wires, tubes, an arm.

Everything is the equivalent of bone mineral in cm and belongs to film and STO alike.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..families import Family
from ..planar import Map, Plane, add_path, bell, bezier, ellipse, rise, rounded, segment

DrawClutter = Callable[[Map, Plane, np.random.Generator], None]


def _across(p: Plane, through: tuple[float, float], angle_deg: float) -> Map:
    """Signed distance to a straight line, mm."""
    a = np.radians(angle_deg)
    s, c = np.float32(np.sin(a)), np.float32(np.cos(a))
    return (p.x - np.float32(through[0])) * s - (p.y - np.float32(through[1])) * c


def _spot(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(-190, 190), rng.uniform(-160, 150)


def _curve(rng: np.random.Generator, reach_mm: float) -> np.ndarray:
    """A bent line through the world, ``(n, 2)``."""
    start, turn = np.array(_spot(rng)), rng.uniform(0, 2 * np.pi)
    end = start + reach_mm * np.array([np.cos(turn), np.sin(turn)])
    return bezier(np.stack([start, (start + end) / 2 + rng.normal(0, 60, 2), end]))


def _sheet(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """Folds of cloth: several thin lines of about one direction."""
    turn = rng.uniform(0, 180)
    for _ in range(rng.integers(3, 10)):
        d = _across(p, _spot(rng), turn + rng.normal(0, 12))
        d = d + rng.uniform(0, 5) * np.sin(d[:, ::1] / 40 + rng.uniform(0, 6))
        out += rng.uniform(0.002, 0.018) * bell(d, rng.uniform(0.8, 4))


def _bed(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """The border of a mattress, pad or table top along one side."""
    upright = rng.random() < 0.75
    at = (
        rng.choice([-1, 1]) * rng.uniform(165, 240)
        if upright
        else rng.uniform(-150, 150)
    )
    through = (at, 0.0) if upright else (0.0, at)
    d = _across(p, through, (90 if upright else 0) + rng.normal(0, 3))
    sign = np.sign(at)
    out += rng.uniform(0.01, 0.10) * rise(sign * d, rng.uniform(0.5, 4))
    out += rng.uniform(0, 0.08) * bell(d, rng.uniform(0.6, 2.5))


def _waistband(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """Elastic of underwear, or a belt line, with its gathers."""
    y = rng.uniform(45, 145)
    d = p.y - y + rng.normal(0, 12) * (p.x / 150) ** 2 + rng.normal(0, 0.04) * p.x
    width = rng.uniform(4, 16)
    band = rise(d + width, 0.8) * rise(width - d, 0.8)
    gathers = 1 + 0.5 * np.sin(p.x * rng.uniform(1.2, 2.2))
    out += rng.uniform(0.004, 0.03) * band * gathers
    if rng.random() < 0.4:  # legs of the underwear
        for s in (-1, 1):
            ends = np.array([[8 * s, -62], [70 * s, -5], [150 * s, y - 10]])
            add_path(
                out, p, bezier(ends), rng.uniform(0.6, 2), rng.uniform(0.005, 0.03)
            )


def _fasteners(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """Buttons, rivets, hooks, clips or a zip."""
    cx, cy = _spot(rng)
    for i in range(rng.integers(1, 5)):
        x, y = cx + rng.normal(0, 5), cy + 14 * i
        found = p.near((x - 12, x + 12), (y - 12, y + 12))
        if found is None:
            continue
        where, part = found
        high, size = rng.uniform(0.1, 1.6), rng.uniform(2, 7)
        if rng.random() < 0.5:
            d = ellipse(part, (x, y), (size, size))
            ring = bell(d - 0.15 * size, 0.8) if rng.random() < 0.5 else 0
            out[where] += high * (0.6 * np.clip(d / 0.5 + 0.5, 0, 1) + ring)
        else:
            turn = rng.uniform(0, np.pi)
            end = (x + size * np.cos(turn), y + size * np.sin(turn))
            d = segment(part, (x, y), end)[0]
            out[where] += high * np.clip((rng.uniform(0.4, 1.2) - d) / 0.5 + 0.5, 0, 1)


def _tube(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """A catheter or drain: two walls and a lumen."""
    middle = _curve(rng, rng.uniform(120, 420))
    step = np.gradient(middle, axis=0)
    normal = (
        np.stack([-step[:, 1], step[:, 0]], 1) / np.linalg.norm(step, axis=1)[:, None]
    )
    radius, high = rng.uniform(1.2, 4), rng.uniform(0.01, 0.08)
    for s in (-1, 1):
        add_path(out, p, middle + s * radius * normal, 0.6, high)
    if rng.random() < 0.4:
        add_path(out, p, middle + 0.8 * radius * normal, 0.4, 3 * high)


def _wire(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """An ECG lead with its electrode."""
    path = _curve(rng, rng.uniform(150, 450))
    add_path(out, p, path, rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.6))
    x, y = path[-1]
    found = p.near((x - 14, x + 14), (y - 14, y + 14))
    if found is not None:
        where, part = found
        d = ellipse(part, (x, y), (5, 5))
        out[where] += 0.5 * np.clip(d + 0.5, 0, 1) + 0.03 * (d > -5)


def _ball(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """A calibration ball of 25 or 30 mm."""
    radius = float(rng.choice([12.5, 15.0]))
    x, y = rng.choice([-1, 1]) * rng.uniform(0, 190), rng.uniform(-150, -20)
    found = p.near((x - radius, x + radius), (y - radius, y + radius))
    if found is not None:
        where, part = found
        out[where] += (
            1.2 * radius / 5 * rounded(ellipse(part, (x, y), (radius, radius)), radius)
        )


def _arm(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """A forearm beside the hip: flesh and two bones."""
    s = rng.choice([-1, 1])
    x, lean = s * rng.uniform(185, 250), rng.normal(0, 0.12)
    d = s * (p.x - x - lean * p.y)
    width = rng.uniform(25, 38)
    out += 0.4 * rounded(width - np.abs(d), width)
    for at in (-9, 11):
        shell = rounded(7 - np.abs(d - at), 7) - 0.6 * rounded(4 - np.abs(d - at), 4)
        out += 0.5 * shell


def _grid(out: Map, p: Plane, rng: np.random.Generator) -> None:
    """An anti-scatter grid left visible, aliased to some mm."""
    phase = p.x + rng.uniform(-0.02, 0.02) * p.y
    wave = 1 + np.sin(phase * 2 * np.pi / rng.uniform(2.6, 4.0))
    out += rng.uniform(0.001, 0.004) * wave


KINDS: dict[Family, tuple[tuple[float, DrawClutter], ...]] = {
    "train": (
        (0.30, _sheet), (0.25, _bed), (0.20, _waistband), (0.15, _fasteners),
        (0.12, _tube), (0.06, _wire), (0.04, _ball),
    ),
    "shifted": (
        (0.20, _sheet), (0.35, _bed), (0.12, _waistband), (0.15, _fasteners),
        (0.08, _tube), (0.18, _wire), (0.10, _arm), (0.20, _grid),
    ),
}  # fmt: skip


def draw_clutter(p: Plane, family: Family, rng: np.random.Generator) -> Map:
    """All of it for one film, cm of bone mineral equivalent, ≥ 0."""
    out = p.zeros()
    for share, draw in KINDS[family]:
        own = rng.spawn(1)[0]  # what one kind draws moves no other
        if rng.random() < share:
            draw(out, p, own)
    return np.maximum(out, 0)
