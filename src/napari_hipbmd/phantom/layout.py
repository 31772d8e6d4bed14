"""Where everything of one film lies: the patient, the bones, the beam, the landmarks.

No pixel is computed here; :mod:`hip` makes the film of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.radiograph import Side
from . import projected_landmarks
from .bone.skeleton import PosedFemur, Skeleton, build_skeleton
from .bones import Hip
from .cohort import Person, draw_person
from .families import Family
from .family import HipPlan, View, draw_plan
from .geometry import Beam

ATTEMPTS = 80
BORDER_PX = 4


@dataclass(frozen=True, eq=False)
class Layout:
    """A film before it is exposed.

    Attributes
    ----------
    hips
        Those that are cases: one, or left and right on a film of a whole pelvis.
    streams
        Random numbers for what is still to be drawn.
    """

    person: Person
    plan: HipPlan
    bones: Skeleton
    beam: Beam
    hips: tuple[Hip, ...]
    streams: list[np.random.Generator]


def lay_out(
    seed: int, family: Family, pixels: int, view: View = "hip",
    side: Side | None = None, person: Person | None = None, plan: HipPlan | None = None,
) -> Layout:  # fmt: skip
    """Draw patients until all landmarks of one lie on the film.

    Parameters
    ----------
    pixels
        Columns of the film.
    side, person, plan
        Override what would be drawn.

    Raises
    ------
    ValueError
        If no plausible hip comes out of :data:`ATTEMPTS` draws.
    """
    problem = ""
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([seed, attempt])
        who = person or draw_person(rng)
        chosen: Side = side or ("L" if rng.random() < 0.5 else "R")
        how = plan or draw_plan(rng, who, family, chosen, view)
        streams = rng.spawn(6)
        bones = build_skeleton(
            how.femora, how.pelvis, who.head_radius_mm, how.legs, how.pelvis_pose
        )
        beam = aim_beam(how, who, bones, pixels)
        try:
            hips = _find_hips(how, beam, bones)
        except projected_landmarks.NoLandmarks as error:
            problem = str(error)
            continue
        return Layout(who, how, bones, beam, hips, streams)
    raise ValueError(f"seed {seed}: {problem}")


def aim_beam(plan: HipPlan, person: Person, bones: Skeleton, pixels: int) -> Beam:
    """Source and detector, so that the heads' shadows lie where the framing asks."""
    setup, frame = plan.setup, plan.framing
    thick = 20 * np.sqrt(1000 * person.weight_kg / (np.pi * person.height_cm))
    detector_z = -(0.43 * thick + setup.detector_gap_mm)
    step = frame.width_mm / pixels
    rows = round(frame.height_mm / step)
    left = bones.femora[0].centre
    if plan.view == "hip":
        aim, source = left, (left[0] - setup.source_medial_mm, -15.0)
    else:
        aim, source = np.zeros(3), (setup.source_medial_mm / 10, -15.0)
    m0 = (setup.sid_mm + detector_z - aim[2]) / setup.sid_mm
    head = np.array(source) + (aim[:2] - np.array(source)) / m0
    u = head[0] + (np.arange(pixels) + 0.5 - frame.head_x * pixels) * step
    v = head[1] - (np.arange(rows) + 0.5 - frame.head_y * rows) * step
    return Beam(u, v, setup.sid_mm, float(detector_z), source)


def _find_hips(plan: HipPlan, beam: Beam, bones: Skeleton) -> tuple[Hip, ...]:
    """Landmarks of the hips that are cases.

    Raises
    ------
    projected_landmarks.NoLandmarks
        If one cannot be found or lies outside the film.
    """
    shown = bones.femora if plan.view == "pelvis" else bones.femora[:1]
    hips = tuple(find_hip(beam, femur) for femur in shown)
    rows, columns = beam.shape
    for hip in hips:
        xy = hip.landmarks_xy
        inside = (xy >= BORDER_PX) & (xy < np.array([columns, rows]) - BORDER_PX - 1)
        if not inside.all():
            raise projected_landmarks.NoLandmarks("a landmark lies outside the film")
    return hips


def find_hip(beam: Beam, femur: PosedFemur) -> Hip:
    """A femur's landmarks, on the film or off it.

    Raises
    ------
    projected_landmarks.NoLandmarks
        If one cannot be found.
    """
    mirror = np.array([1.0 if femur.side == "L" else -1.0, 1.0])
    uv = beam.project(femur.vertices)[0] * mirror
    centre = beam.project(femur.centre[None])[0][0] * mirror
    magnify = beam.sid_mm / (beam.source_z_mm - femur.centre[2])
    far = femur.bone.local_r[:, 1]
    neck = uv[femur.bone.sets.neck].mean(0) - centre
    near, distal = (far < -2.5) & (far > -3.5), (far < -4) & (far > -6)
    shaft = uv[distal].mean(0) - uv[near].mean(0)
    radius = femur.bone.radius_mm * magnify
    found = projected_landmarks.find(uv, femur.bone, centre, radius, neck, shaft)
    on_detector = found.uv * mirror
    xy = np.stack(
        [
            (on_detector[:, 0] - beam.u_mm[0]) / beam.pixel_mm,
            (beam.v_mm[0] - on_detector[:, 1]) / beam.pixel_mm,
        ],
        -1,
    )
    return Hip(femur, xy, found.states, neck * mirror, shaft * mirror)
