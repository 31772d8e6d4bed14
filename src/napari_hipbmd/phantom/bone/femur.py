"""One person's femur: the shape model's, with the variety that 26 people lack.

Built on the left, about the head's centre, axes lateral, up (towards the head from the
knee) and anterior, the posterior condyles parallel to the film.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry import rotation
from .random_field import bump, smooth_noise, smooth_step
from .shape_model import Triangles, Vertices, people, shape_model
from .vertex_sets import FemurSets, femur_frame, femur_sets, vertex_normals

MOST_SD = 2.2
FIELD_MM, FIELD_HALF_MM, COARSE_MM, COARSE_HALF_MM = 0.75, 8.0, 0.5, 25.0
HELD_OUT = (3, 9, 15, 21)  # people whose own scores never occur in training
LOW_LESSER_SHARE = 0.3  # femora whose lesser trochanter lies low and stands out


@dataclass(frozen=True, eq=False)
class FemurDraw:
    """What varies from femur to femur; lengths in mm unless ``_r`` (head radii).

    Attributes
    ----------
    scores
        The shape model's 25 scores, in SD.
    neck_shaft_deg, version_deg
        Bend and twist of the proximal femur against the model's.
    lesser_mm, lesser_low_r, lesser_turn_deg
        The lesser trochanter's extra prominence, how much farther distal it lies, and
        how far it is turned about the shaft.
    greater_mm
        The greater trochanter's bumps: up, medial over the notch, lateral, crest.
    linea_mm
        Height of the ridge along the back of the shaft.
    arthrosis
        0 none … 1 severe: osteophytes, flattened head.
    """

    scores: NDArray[np.float64]
    neck_shaft_deg: float
    version_deg: float
    lesser_mm: float
    lesser_low_r: float
    lesser_turn_deg: float
    greater_mm: tuple[float, float, float, float]
    linea_mm: float
    arthrosis: float
    seed: int


@dataclass(frozen=True, eq=False)
class Femur:
    """A left femur about its head's centre, mm; see the module for its axes.

    ``local_r`` holds the same vertices in head radii: where they are on the bone, also
    once the bone is posed.
    """

    vertices: Vertices
    radius_mm: float
    lesser_apex: int
    lesser: NDArray[np.intp]

    @property
    def triangles(self) -> Triangles:
        """Vertex numbers of the surface."""
        return shape_model("femur").triangles

    @property
    def sets(self) -> FemurSets:
        """Where on the bone things are."""
        return femur_sets()

    @property
    def local_r(self) -> Vertices:
        """Vertices in head radii."""
        return self.vertices / self.radius_mm


def draw_scores(rng: np.random.Generator) -> NDArray[np.float64]:
    """25 normal scores, those beyond 2.2 SD drawn again."""
    scores: NDArray[np.float64] = rng.standard_normal((people().shape[1],))
    while (far := np.abs(scores) > MOST_SD).any():
        scores[far] = rng.standard_normal(int(far.sum()))
    return scores


def held_out_scores(rng: np.random.Generator) -> NDArray[np.float64]:
    """Scores of one of the four people that no training has seen."""
    return people()[rng.choice(HELD_OUT)]


def draw_femur(
    rng: np.random.Generator, scores: NDArray[np.float64], arthrosis: float
) -> FemurDraw:
    """Draw one femur's variety."""
    n, u = rng.normal, rng.uniform
    old = rng.random() < LOW_LESSER_SHARE  # low and prominent lesser trochanters
    return FemurDraw(
        scores=scores,
        neck_shaft_deg=float(np.clip(n(2, 3.3), -6, 10)),
        version_deg=float(np.clip(n(-3, 7), -18, 14)),
        lesser_mm=u(2, 6) if old else u(-1.5, 3),
        lesser_low_r=u(0, 0.6) if old else float(np.clip(n(-0.42, 0.2), -0.8, 0.2)),
        lesser_turn_deg=float(np.clip(n(0, 8), -18, 18)),
        greater_mm=(u(-1, 8), u(-3, 3), u(-1, 5), u(0, 2)),
        linea_mm=u(1, 4),
        arthrosis=arthrosis,
        seed=int(rng.integers(2**31)),
    )


def build_femur(draw: FemurDraw, radius_mm: float) -> Femur:
    """The femur of a draw, scaled to the head's radius."""
    model, sets = shape_model("femur"), femur_sets()
    rng = np.random.default_rng(draw.seed)
    v = _framed(model.shape(draw.scores), sets)  # in head radii from here …
    v = _bent(v, draw.neck_shaft_deg, draw.version_deg)
    v = _framed(v, sets)
    v, apex = _lesser(v, draw, sets)
    v = _greater(v, draw, sets)
    normals = vertex_normals(v, model.triangles)
    v = v + normals * _ridges(v, draw, sets, radius_mm)[:, None] / radius_mm
    v *= radius_mm  # … and in mm from here
    hold = 1 - 0.67 * smooth_step((1.35 - np.linalg.norm(v, axis=1) / radius_mm) / 0.3)
    hold *= 1 - 0.6 * smooth_step((-v[:, 1] / radius_mm - 3.2) / 1.0)  # shafts are even
    field = FIELD_MM * smooth_noise(v, FIELD_HALF_MM, rng)
    field += COARSE_MM * smooth_noise(v, COARSE_HALF_MM, rng)
    v = v + normals * (hold * field)[:, None]
    v = v + _osteophytes(v, normals, draw.arthrosis, radius_mm, rng)
    near = np.linalg.norm(v - v[apex], axis=1) < 0.36 * radius_mm
    return Femur(v, radius_mm, apex, np.flatnonzero(near))


def _framed(v: Vertices, sets: FemurSets) -> Vertices:
    centre, radius, axes = femur_frame(v, sets)
    return (v - centre) @ axes.T / radius


def _bent(v: Vertices, up_deg: float, forward_deg: float) -> Vertices:
    """Everything proximal to 1.2 R below the head's centre bent and twisted."""
    weight = smooth_step((v[:, 1] + 2.2) / 2.0)
    shaft = v[(v[:, 1] < -3.0) & (v[:, 1] > -4.5)]
    pivot = np.array([shaft[:, 0].mean(), -1.2, shaft[:, 2].mean()])
    away = v - pivot
    out = np.empty_like(v)
    a, b = np.radians(-up_deg) * weight, np.radians(forward_deg) * weight
    x = np.cos(a) * away[:, 0] - np.sin(a) * away[:, 1]
    out[:, 1] = np.sin(a) * away[:, 0] + np.cos(a) * away[:, 1]
    out[:, 0] = np.cos(b) * x + np.sin(b) * away[:, 2]
    out[:, 2] = -np.sin(b) * x + np.cos(b) * away[:, 2]
    return out + pivot


def _lesser(v: Vertices, draw: FemurDraw, sets: FemurSets) -> tuple[Vertices, int]:
    """Lower, turn and raise the lesser trochanter; where its apex is then."""
    apex = v[sets.lesser_apex]
    near = bump(v, apex, 0.6)
    v = v - np.array([0, draw.lesser_low_r, 0]) * near[:, None]
    shaft = v[(v[:, 1] < apex[1] - 0.6) & (v[:, 1] > apex[1] - 1.8)].mean(0)
    angle = np.radians(draw.lesser_turn_deg) * bump(v, v[sets.lesser_apex], 0.55)
    away = v - shaft
    turned = v.copy()
    turned[:, 0] = shaft[0] + np.cos(angle) * away[:, 0] + np.sin(angle) * away[:, 2]
    turned[:, 2] = shaft[2] - np.sin(angle) * away[:, 0] + np.cos(angle) * away[:, 2]
    top = turned[sets.lesser_apex]
    out = rotation(1, draw.lesser_turn_deg) @ np.array([-0.75, -0.1, -0.65])
    head_mm = 23.0  # heights are those of a bone of usual size
    turned = (
        turned + out * (draw.lesser_mm / head_mm * bump(turned, top, 0.42))[:, None]
    )
    if draw.lesser_low_r > 0.2:  # a small undercut below it
        below = top + np.array([0.1, -0.62, 0.05])
        turned = turned - out * (1.2 / head_mm * bump(turned, below, 0.25))[:, None]
    zone = sets.lesser
    return turned, int(zone[(turned[zone] @ out).argmax()])


def _greater(v: Vertices, draw: FemurDraw, sets: FemurSets) -> Vertices:
    """Bumps of the greater trochanter."""
    own = v[sets.greater]
    tip = own[own[:, 1].argmax()]
    notch = v[sets.crease].mean(0)
    side = own[own[:, 0].argmax()]
    crest = own[own[:, 2].argmin()] * [1, 0, 1] + [0, tip[1] - 0.9, 0]
    up, medial, lateral, proud = (mm / 23.0 for mm in draw.greater_mm)
    v = v + np.array([0, 1, 0]) * (up * bump(v, tip, 0.45))[:, None]
    over = 0.6 * tip + 0.4 * notch
    v = v + np.array([-1, 0.2, 0]) * (medial * bump(v, over, 0.35))[:, None]
    v = v + np.array([1, 0, 0]) * (lateral * bump(v, side, 0.7))[:, None]
    return v + np.array([-0.3, 0, -1]) * (proud * bump(v, crest, 0.4))[:, None]


def _ridges(
    v: Vertices, draw: FemurDraw, sets: FemurSets, radius_mm: float
) -> NDArray[np.float64]:
    """Linea aspera and fovea: mm along the normals."""
    below = smooth_step((-v[:, 1] - 3.0) / 1.2)
    shaft = v[(v[:, 1] < -3.0) & (v[:, 1] > -7.0)]
    slope = np.polyfit(shaft[:, 1], shaft[:, [0, 2]], 1)
    middle = v[:, 1:2] * slope[0] + slope[1]
    angle = np.arctan2(v[:, 0] - middle[:, 0], -(v[:, 2] - middle[:, 1]))
    out = draw.linea_mm * below * np.exp(-0.5 * (angle / 0.22) ** 2)
    fovea = np.array([-0.92, -0.28, -0.22])
    return out - 2.5 * bump(v, fovea / np.linalg.norm(fovea), 3.5 / radius_mm)


def _osteophytes(
    v: Vertices, normals: Vertices, grade: float, radius: float,
    rng: np.random.Generator,
) -> Vertices:  # fmt: skip
    """Bumps on the head's rim below and above, mm, and a head flattened a little."""
    out = np.zeros_like(v)
    if grade <= 0:
        return out
    neck = np.array([0.72, -0.62, -0.25])
    for sign, share in ((-1, 1.0), (1, 0.6), (-1, 0.5)):
        across = np.array([0.5 * -sign, -0.8 * -sign, rng.uniform(-0.5, 0.5)])
        spot = across - (across @ neck) * neck
        spot = 0.97 * spot / np.linalg.norm(spot) + 0.22 * neck
        high = share * grade * rng.uniform(2, 8)
        size = rng.uniform(3, 6)
        out += normals * (high * bump(v, spot * radius, size))[:, None]
    top = bump(v, np.array([0.25, 1.0, 0.1]) * radius, 0.6 * radius)
    out[:, 1] -= grade * rng.uniform(0, 2.0) * top
    return out
