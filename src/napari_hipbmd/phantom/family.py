"""What varies from film to film, and how the two families differ.

``train`` is wide in pose, bone shape, occluders, hip boxes and display processing.
``shifted`` is another hospital: other display curves, tube voltages, noise, texture,
kinds of soft tissue, collimation, markers and anatomical tails. It is for testing
only; nothing may be tuned on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..core.radiograph import Side
from .cohort import Person
from .femur import FemurShape
from .pelvis import PelvisShape
from .rooms import Curve, draw_curve

Family = Literal["train", "shifted"]
FROG_LEG_SHARE = 0.10  # films that are not AP, as they occur among them
FAMILIES: tuple[Family, ...] = ("train", "shifted")


@dataclass(frozen=True)
class Pose:
    """Angles in degrees: femur against the world, and the pelvis."""

    internal_rotation: float
    anteversion: float
    abduction: float
    flexion: float
    shaft_tilt: float
    pelvic_tilt: float
    pelvic_turn: float


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
    """The hip box on the detector: its size and where the head lies in it."""

    box_mm: float
    head_x: float  # share of the box, lateral side at the right
    head_y: float


@dataclass(frozen=True)
class Plan:
    """Everything that is drawn for one digital hip before rendering."""

    family: Family
    side: Side
    femur: FemurShape
    pelvis: PelvisShape
    pose: Pose
    setup: Setup
    curve: Curve
    framing: Framing
    film_type: Literal[1, 2]
    cortex_factor: float
    band_gain: float
    texture: float
    texture_mm: float
    bend_mm: float
    regional_gain: tuple[float, float]
    spacing_tag: Literal["pixel", "magnification"]
    monochrome1: bool


def draw_plan(
    rng: np.random.Generator, person: Person, family: Family, side: Side
) -> Plan:
    """Draw one film's plan."""
    u, n = rng.uniform, rng.normal
    tails = family == "shifted" and rng.random() < 0.35
    widen = 1.5 if tails else 1.0
    arthrosis = max(0.0, n(0, 2.6)) if person.age_years > 50 else 0.0
    radius = person.head_radius_mm
    femur = FemurShape(
        head_radius_mm=radius,
        neck_shaft_angle_deg=float(np.clip(n(130.2, 5.5 * widen), 113, 145)),
        offset_mm=float(np.clip(n(37.8, 3.5 * widen) * (radius / 22) ** 0.6, 27, 52)),
        neck_width=float(np.clip(n(1.38, 0.07 * widen), 1.18, 1.58)),
        neck_depth=u(0.74, 0.86),
        neck_flare=float(np.clip(n(1.04, 0.07), 0.88, 1.2)),
        neck_shift=float(n(0.0, 0.04)),
        base_width=u(0.85, 1.2),
        shaft_width=float(np.clip(n(0.645, 0.04), 0.55, 0.75)),
        greater_size=float(np.clip(n(1, 0.08), 0.8, 1.2)),
        greater_height=float(n(6, 4.5)),
        lesser_size=float(np.clip(n(1.02, 0.13), 0.65, 1.35)),
        head_osteophyte_mm=float(np.clip(arthrosis + 1.5, 0, 6.5))
        if arthrosis > 1
        else 0.0,
    )
    pelvis = PelvisShape(
        head_radius_mm=radius,
        joint_gap_mm=float(np.clip(n(4, 0.7) - 0.4 * arthrosis, 1.0, 6)),
        wall_mm=float(np.clip(n(4.5, 0.5), 3.2, 6)),
        centre_edge_deg=float(np.clip(n(33, 6 * widen), 15, 52)),
        anteversion_deg=float(n(17, 5)),
        scale=float(np.clip(n(1, 0.05), 0.87, 1.13)) * (radius / 22) ** 0.5,
        roof_osteophyte_mm=float(np.clip(0.7 * arthrosis + 1.5, 0, 5))
        if arthrosis > 1.5
        else 0.0,
    )
    pose = Pose(
        internal_rotation=float(np.clip(n(-6, 14), -35, 20)),
        anteversion=float(n(10.6, 8)),
        abduction=float(np.clip(n(2, 6), -10, 20)),
        flexion=float(abs(n(0, 4))),
        shaft_tilt=float(n(6, 1.5)),
        pelvic_tilt=float(n(0, 6)),
        pelvic_turn=float(n(0, 4)),
    )
    curve = draw_curve(rng, family)
    if family == "train":
        kvp = u(66, 82)
        quanta, colour = u(1500, 4500), u(0.0, 0.6)
        texture, texture_mm = u(0.06, 0.20), u(0.9, 1.7)
    else:
        kvp = u(77, 90)
        quanta, colour = u(900, 2200), u(0.5, 1.2)
        texture, texture_mm = u(0.10, 0.26), u(1.3, 2.3)
    setup = Setup(
        kvp=float(round(kvp)),
        sid_mm=u(1000, 1150),
        detector_gap_mm=u(45, 75),
        quanta_per_pixel=quanta,
        scatter_factor=u(0.22, 0.42) if family == "train" else u(0.3, 0.55),
        noise_colour=colour,
        source_medial_mm=u(-10, 100),
    )
    if family == "train" and rng.random() < FROG_LEG_SHARE:
        pose = replace(
            pose,
            internal_rotation=u(-45, -5),
            abduction=u(25, 62),
            flexion=u(5, 45),
        )
    framing = Framing(
        box_mm=u(150, 220),
        head_x=float(np.clip(n(0.44, 0.07) - 0.002 * pose.abduction, 0.24, 0.62)),
        head_y=float(np.clip(n(0.35, 0.06), 0.2, 0.5)),
    )
    return Plan(
        family=family,
        side=side,
        femur=femur,
        pelvis=pelvis,
        pose=pose,
        setup=setup,
        curve=curve,
        framing=framing,
        film_type=1 if rng.random() < 0.6 else 2,
        cortex_factor=float(np.exp(n(0, 0.24))),
        band_gain=u(0.7, 1.4),
        texture=texture,
        texture_mm=texture_mm,
        bend_mm=u(0.3, 1.6) * widen,
        regional_gain=(float(n(0, 0.12)), float(n(0, 0.10))),
        spacing_tag="pixel" if rng.random() < 0.6 else "magnification",
        monochrome1=bool(rng.random() < 0.4),
    )
