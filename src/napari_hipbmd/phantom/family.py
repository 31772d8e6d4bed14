"""What varies from film to film, and how the two families differ.

``train`` is wide in pose, bone shape, occluders, hip boxes and display processing.
``shifted`` is another hospital: people whose bones no training has seen, other display
curves, tube voltages, noise, texture, kinds of soft tissue, looks. It is for testing
only; nothing may be tuned on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..core.radiograph import Side
from .bone.femur import FemurDraw, draw_femur, draw_scores, held_out_scores
from .bone.mineral import MineralState, draw_state
from .bone.pelvis import PelvisDraw
from .bone.skeleton import LegPose, PelvisPose
from .cohort import Person
from .families import Family
from .finish import looks
from .finish.rooms import Curve, draw_curve
from .things import implants

View = Literal["hip", "pelvis"]
VIEWS: tuple[View, ...] = ("hip", "pelvis")
FROG_LEG_SHARE = 0.06  # films that are not AP, as they occur among them
HELD_OUT_SHARE = 0.5  # of ``shifted``: the bones of people left out of training
LONG_SHARE = 0.15  # hip films that show much of the shaft
MEAN_RADIUS_MM = 23.1  # of the shape model's people


@dataclass(frozen=True)
class Setup:
    """The X-ray room for one film. Lengths in mm."""

    kvp: float
    sid_mm: float
    detector_gap_mm: float
    quanta_per_pixel: float
    scatter_factor: float
    noise_colour: float
    source_medial_mm: float


@dataclass(frozen=True)
class Framing:
    """The film on the detector, mm, and where the (left) head lies in it.

    ``head_x``, ``head_y`` are shares of width and height; on a whole pelvis they are
    those of the mid-point between the heads.
    """

    width_mm: float
    height_mm: float
    head_x: float
    head_y: float


@dataclass(frozen=True)
class Texture:
    """Trabecular streaks, fine and coarse: amplitudes and wavelengths (mm)."""

    fine: float
    fine_mm: float
    coarse: float
    coarse_mm: float


@dataclass(frozen=True, eq=False)
class HipPlan:
    """Everything that is drawn for one film before rendering.

    ``legs``, ``femora`` and ``states`` are those of the film's own hip (or of the
    left) and of the other.
    """

    family: Family
    side: Side
    view: View
    femora: tuple[FemurDraw, FemurDraw]
    pelvis: PelvisDraw
    legs: tuple[LegPose, LegPose]
    pelvis_pose: PelvisPose
    state: MineralState
    other_bmd: float
    regional_gain: tuple[float, float]
    texture: Texture
    setup: Setup
    curve: Curve
    framing: Framing
    look: looks.Look
    metal: implants.ImplantKind | None
    spine_metal: bool
    film_type: Literal[1, 2]
    spacing_tag: Literal["pixel", "magnification"]
    monochrome1: bool

    @property
    def pose(self) -> LegPose:
        """How the film's own leg lies."""
        return self.legs[0]


def draw_plan(
    rng: np.random.Generator, person: Person, family: Family, side: Side,
    view: View = "hip",
) -> HipPlan:  # fmt: skip
    """Draw one film's plan."""
    u, n = rng.uniform, rng.normal
    own = rng.spawn(8)
    curve = draw_curve(own[0], family)
    legs = _legs(own[1], family, view)
    grades = _arthrosis(own[2], person)
    femora, pelvis = _bones(own[3], person, family, grades)
    metal = implants.draw_kind(own[4]) if own[4].random() < 0.08 else None
    if family == "train":
        kvp, quanta, colour = u(64, 84), u(500, 4000), u(0.0, 0.7)
        scatter = u(0.22, 0.42)
    else:
        kvp, quanta, colour = u(77, 90), u(500, 2000), u(0.5, 1.2)
        scatter = u(0.3, 0.55)
    setup = Setup(
        kvp=float(round(kvp)),
        sid_mm=u(1000, 1150),
        detector_gap_mm=u(45, 75),
        quanta_per_pixel=quanta,
        scatter_factor=scatter,
        noise_colour=colour,
        source_medial_mm=u(-10, 100),
    )
    return HipPlan(
        family=family,
        side=side,
        view=view,
        femora=femora,
        pelvis=pelvis,
        legs=legs,
        pelvis_pose=PelvisPose(
            float(np.clip(n(-6, 5), -20, 6)), float(n(0, 3)), float(n(0, 2))
        ),
        state=draw_state(own[5], person),
        other_bmd=float(np.exp(n(0, 0.06))),
        regional_gain=(float(n(0, 0.12)), float(n(0, 0.10))),
        texture=_texture(own[6], family),
        setup=setup,
        curve=curve,
        framing=_framing(rng, view, legs[0]),
        look=looks.draw_look(own[7], family),
        metal=metal,
        spine_metal=bool(rng.random() < 0.03),
        film_type=1 if rng.random() < 0.6 else 2,
        spacing_tag="pixel" if rng.random() < 0.6 else "magnification",
        monochrome1=bool(rng.random() < 0.4),
    )


def _legs(
    rng: np.random.Generator, family: Family, view: View
) -> tuple[LegPose, LegPose]:
    u, n = rng.uniform, rng.normal
    if family == "train" and view == "hip" and rng.random() < FROG_LEG_SHARE:
        frog = LegPose(u(-45, -5), u(25, 60), u(5, 45))
        return frog, LegPose(float(n(-8, 8)), float(n(3, 4)), 0.0)
    turned = float(np.clip(n(-3, 12), -36, 20))
    lifted = float(np.clip(n(2, 6), -6, 20))
    bent = float(min(abs(n(0, 5)), 20)) if rng.random() < 0.8 else u(0, 20)
    other = LegPose(
        float(np.clip(turned + n(0, 6), -38, 20)),
        float(np.clip(lifted + n(0, 3), -7, 20)),
        max(0.0, bent + float(n(0, 2))),
    )
    return LegPose(turned, lifted, bent), other


def _arthrosis(rng: np.random.Generator, person: Person) -> tuple[float, float]:
    """Grades 0 … 1 of the film's own hip and of the other."""
    if person.age_years < 45 or rng.random() > 0.2 + 0.15 * (person.age_years > 65):
        return 0.0, 0.0
    grade = rng.uniform(0.1, 1)
    return float(grade), float(np.clip(grade + rng.normal(0, 0.3), 0, 1))


def _bones(
    rng: np.random.Generator, person: Person, family: Family,
    grades: tuple[float, float],
) -> tuple[tuple[FemurDraw, FemurDraw], PelvisDraw]:  # fmt: skip
    if family == "shifted" and rng.random() < HELD_OUT_SHARE:
        scores = held_out_scores(rng)
    else:
        scores = draw_scores(rng)
    femora = (
        draw_femur(rng, scores, grades[0]),
        draw_femur(rng, 0.95 * scores + 0.3 * draw_scores(rng), grades[1]),
    )
    size = person.head_radius_mm / MEAN_RADIUS_MM * rng.normal(1, 0.02)
    gaps = np.clip(rng.normal(4.2, 0.7) + rng.normal(0, 0.3, 2), 2.2, 6)
    pelvis = PelvisDraw(
        scores=0.6 * scores + 0.8 * draw_scores(rng),
        size=float(size),
        gap_mm=(float(gaps[0]), float(gaps[1])),
        arthrosis=grades,
        seed=int(rng.integers(2**31)),
    )
    return femora, pelvis


def _texture(rng: np.random.Generator, family: Family) -> Texture:
    u = rng.uniform
    if family == "train":
        return Texture(u(0.08, 0.38), u(0.5, 1.2), u(0.05, 0.25), u(1.8, 3.6))
    return Texture(u(0.12, 0.42), u(0.8, 1.6), u(0.08, 0.3), u(2.4, 4.5))


def _framing(rng: np.random.Generator, view: View, leg: LegPose) -> Framing:
    u, n = rng.uniform, rng.normal
    if view == "pelvis":
        width = u(390, 470)
        return Framing(
            width, width * u(0.76, 1.0), float(np.clip(n(0.5, 0.02), 0.44, 0.56)),
            float(np.clip(n(0.56, 0.06), 0.4, 0.68)),
        )  # fmt: skip
    if rng.random() < LONG_SHARE:
        box = u(220, 330)
        return Framing(box, box, u(0.3, 0.65), u(0.15, 0.35))
    box = u(150, 220)
    return Framing(
        box, box,
        float(np.clip(n(0.44, 0.07) - 0.002 * leg.abduction, 0.24, 0.62)),
        float(np.clip(n(0.35, 0.06), 0.2, 0.5)),
    )  # fmt: skip
