"""One person's pelvis, with sockets that fit the heads.

The model's femur does not sit in its socket and the socket is too tight; both are
repaired here: the heads are put into the sockets' centres, and the bone around is
moved away to leave the joint's space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .random_field import bump, smooth_noise, smooth_step
from .shape_model import Triangles, Vertices, shape_model
from .vertex_sets import pelvis_sets, sphere, vertex_normals

FIELD_MM, FIELD_HALF_MM, COARSE_MM, COARSE_HALF_MM = 1.6, 12.0, 1.0, 25.0
KEPT_MM = 2.0  # no pelvic bone nearer to the head
FALLS_MM = 30.0


@dataclass(frozen=True, eq=False)
class PelvisDraw:
    """What varies: scores (SD), size, joint gaps in mm (left, right), arthrosis."""

    scores: NDArray[np.float64]
    size: float
    gap_mm: tuple[float, float]
    arthrosis: tuple[float, float]
    seed: int


@dataclass(frozen=True, eq=False)
class Pelvis:
    """Vertices in mm about the middle of the two sockets; upright, not tilted.

    ``sockets`` are the centres of the left and the right, ``(2, 3)``.
    """

    vertices: Vertices
    sockets: Vertices

    @property
    def triangles(self) -> Triangles:
        """Vertex numbers of the surface."""
        return shape_model("pelvis").triangles


def build_pelvis(draw: PelvisDraw, radius_mm: float) -> Pelvis:
    """The pelvis of a draw around two heads of one radius."""
    model, sets = shape_model("pelvis"), pelvis_sets()
    rng = np.random.default_rng(draw.seed)
    v = _upright(model.shape(draw.scores)) * draw.size
    normals = vertex_normals(v, model.triangles)
    both = (sets.left_socket, sets.right_socket)
    centres = np.stack([sphere(v[own])[0] for own in both])
    near = np.min([np.linalg.norm(v - c, axis=1) for c in centres], 0)
    hold = 1 - 0.67 * smooth_step((40 - near) / 12)
    field = FIELD_MM * smooth_noise(v, FIELD_HALF_MM, rng)
    field += COARSE_MM * smooth_noise(v, COARSE_HALF_MM, rng)
    v = v + normals * (hold * field)[:, None]
    fits = [sphere(v[own]) for own in both]
    for fit, gap, grade in zip(fits, draw.gap_mm, draw.arthrosis, strict=True):
        v = _roomy(v, *fit, radius_mm, gap, grade, rng)
    centres = np.stack([centre for centre, _ in fits])
    middle = centres.mean(0)
    return Pelvis(v - middle, centres - middle)


def _upright(v: Vertices) -> Vertices:
    """Sockets on a lateral line; anterior spines and pubis in one frontal plane."""
    sets = pelvis_sets()
    left, right = sphere(v[sets.left_socket])[0], sphere(v[sets.right_socket])[0]
    across = (left - right) / np.linalg.norm(left - right)
    spines = (v[sets.left_spine].mean(0) + v[sets.right_spine].mean(0)) / 2
    up = spines - v[sets.pubis].mean(0)
    up -= (up @ across) * across
    up /= np.linalg.norm(up)
    return v @ np.stack([across, up, np.cross(across, up)]).T


def _roomy(
    v: Vertices, centre: Vertices, own_radius: float, radius: float, gap: float,
    grade: float, rng: np.random.Generator,
) -> Vertices:  # fmt: skip
    """Bone around one head moved radially, so that the joint has its space."""
    away = v - centre
    distance = np.maximum(np.linalg.norm(away, axis=1), 1e-6)
    weight = 1 - smooth_step((distance - own_radius - 2) / FALLS_MM)
    moved = distance + (radius + gap - own_radius) * weight
    narrow = grade * rng.uniform(0.3, 1.0) * max(gap - 0.5, 0)  # above and laterally
    towards = away / distance[:, None]
    side = np.sign(centre[0])
    roof = np.array([0.45 * side, 0.88, 0.1])
    moved -= narrow * smooth_step((towards @ roof - 0.55) / 0.35) * weight
    if grade > 0.3:  # a spur on the roof's edge
        edge = centre + (radius + gap + 4) * np.array([0.75 * side, 0.66, 0.1])
        v_bump = grade * rng.uniform(1, 5) * bump(v, edge, rng.uniform(4, 6))
        away = away + np.array([side, -0.2, 0]) * v_bump[:, None]
        distance = np.maximum(np.linalg.norm(away, axis=1), 1e-6)
        moved = moved + (distance - np.linalg.norm(v - centre, axis=1))
        towards = away / distance[:, None]
    least = radius + min(KEPT_MM, max(gap - narrow, 0.3))
    return centre + towards * np.maximum(moved, least)[:, None]
