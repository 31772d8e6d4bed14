"""One digital film: from a seed to a radiograph whose every layer is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core import anatomy
from ..core.anatomy import LANDMARK_IDS, Points, Region, Site
from ..core.radiograph import Side
from . import calcifications, display, implants, looks, marks, soft_tissue
from .bones import BoneLayers, Hip, lay_bones
from .cohort import Person, draw_person
from .exposure import attenuate, coarse_grid
from .family import Family, Plan, View, draw_plan
from .geometry import Beam, Field
from .skeleton import Skeleton, build_skeleton

ATTEMPTS = 80
BORDER_PX = 4


@dataclass(frozen=True, eq=False)
class DigitalHip:
    """A film and the truth about one hip on it. Images are bright = dense, 0 … 1.

    Attributes
    ----------
    side
        Of this hip.
    film, sto
        Displayed film and exact STO on the same grey scale, ``(rows, columns)``.
    landmarks_xy, states
        ``(16, 2)`` film pixels, and the state of each landmark.
    regions
        Region → ``(n, 2)`` outline, clipped to the femur's silhouette.
    bmd_g_cm2, area_cm2
        True aBMD and bone-plane area of neck, trochanter, inter-trochanter, total.
    bone_log
        Log attenuation of film minus STO before scatter, noise and display.
    mineral_g_cm2
        This femur's areal mineral per pixel.
    detector_mm, magnification
        Pixel spacing in the detector plane, and detector / bone plane.
    box
        A loose hip box on a film of a whole pelvis: left, top, right, bottom pixels;
        None where the film shows one hip.
    """

    person: Person
    plan: Plan
    side: Side
    film: Field
    sto: Field
    landmarks_xy: Points
    states: tuple[str, ...]
    regions: Mapping[Region, Points]
    bmd_g_cm2: Mapping[Site, float]
    area_cm2: Mapping[Site, float]
    bone_log: Field
    mineral_g_cm2: Field
    detector_mm: float
    magnification: float
    box: tuple[float, float, float, float] | None = None

    @property
    def occluded(self) -> tuple[str, ...]:
        """The landmarks that do not show."""
        pairs = zip(LANDMARK_IDS, self.states, strict=True)
        return tuple(name for name, state in pairs if state == "occluded")


def render(
    seed: int, family: Family, pixels: int = 900, side: Side | None = None,
    person: Person | None = None, plan: Plan | None = None,
) -> DigitalHip:  # fmt: skip
    """Make a film of one digital hip.

    Parameters
    ----------
    seed
        Everything follows from it; one seed, one hip, whatever ``pixels``.
    pixels
        Rows and columns of the film.
    side, person, plan
        Override what would be drawn.

    Raises
    ------
    ValueError
        If no plausible hip comes out of :data:`ATTEMPTS` draws.
    """
    return _render(seed, family, pixels, "hip", side, person, plan)[0]


def render_pelvis(
    seed: int, family: Family, pixels: int = 900, person: Person | None = None
) -> tuple[DigitalHip, DigitalHip]:
    """Make a film of a whole pelvis: its left and its right hip.

    Parameters
    ----------
    pixels
        Columns of the film.

    Raises
    ------
    ValueError
        As :func:`render`.
    """
    left, right = _render(seed, family, pixels, "pelvis", None, person, None)
    return left, right


def _render(
    seed: int, family: Family, pixels: int, view: View, side: Side | None,
    person: Person | None, plan: Plan | None,
) -> tuple[DigitalHip, ...]:  # fmt: skip
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
        beam = make_beam(how, who, bones, pixels)
        try:
            hips = _find_hips(how, beam, bones)
        except marks.NoLandmarks as error:
            problem = str(error)
            continue
        return _expose(who, how, beam, bones, hips, streams)
    raise ValueError(f"seed {seed}: {problem}")


def make_beam(plan: Plan, person: Person, bones: Skeleton, pixels: int) -> Beam:
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


def _find_hips(plan: Plan, beam: Beam, bones: Skeleton) -> list[Hip]:
    """Landmarks of the hips that are cases.

    Raises
    ------
    marks.NoLandmarks
        If one cannot be found or lies outside the film.
    """
    shown = bones.femora if plan.view == "pelvis" else bones.femora[:1]
    rows, columns = beam.shape
    hips = []
    for femur in shown:
        mirror = np.array([1.0 if femur.side == "L" else -1.0, 1.0])
        uv = beam.project(femur.vertices)[0] * mirror
        centre = beam.project(femur.centre[None])[0][0] * mirror
        magnify = beam.sid_mm / (beam.source_z_mm - femur.centre[2])
        far = femur.bone.local_r[:, 1]
        neck = uv[femur.bone.sets.neck].mean(0) - centre
        near, distal = (far < -2.5) & (far > -3.5), (far < -4) & (far > -6)
        shaft = uv[distal].mean(0) - uv[near].mean(0)
        radius = femur.bone.radius_mm * magnify
        found = marks.find(uv, femur.bone, centre, radius, neck, shaft)
        on_detector = found.uv * mirror
        xy = np.stack(
            [
                (on_detector[:, 0] - beam.u_mm[0]) / beam.pixel_mm,
                (beam.v_mm[0] - on_detector[:, 1]) / beam.pixel_mm,
            ],
            -1,
        )
        inside = (xy >= BORDER_PX) & (xy < np.array([columns, rows]) - BORDER_PX - 1)
        if not inside.all():
            raise marks.NoLandmarks("a landmark lies outside the film")
        hips.append(Hip(femur, xy, found.states, neck * mirror, shaft * mirror))
    return hips


def _expose(
    person: Person, plan: Plan, beam: Beam, bones: Skeleton, hips: list[Hip],
    streams: list[np.random.Generator],
) -> tuple[DigitalHip, ...]:  # fmt: skip
    magnification = 1 / beam.minify(0.0)
    pixel_mm = beam.pixel_mm / magnification
    layers = lay_bones(person, plan, beam, bones, hips, streams[1])
    x_mm, y_mm = beam.at_depth(0.0)
    heads = tuple((float(f.centre[0]), float(f.centre[1])) for f in bones.femora)
    soft = soft_tissue.draw(
        coarse_grid(x_mm, pixel_mm), coarse_grid(y_mm, pixel_mm),
        person, plan.film_type, plan.family, streams[3], heads,  # type: ignore[arg-type]
    )  # fmt: skip
    metal = calcifications.draw(
        x_mm,
        y_mm,
        person.age_years,
        person.head_radius_mm,
        streams[2],
        heads,  # type: ignore[arg-type]
    )
    metal = metal + _metal(plan, bones, x_mm, y_mm, streams[2])
    log_film, log_sto, bone_log = attenuate(
        soft, plan.setup, pixel_mm, layers.mineral, layers.envelope_mm, metal,
        streams[4],
    )  # fmt: skip
    shown = display.Display.fit(log_film, plan.curve, pixel_mm)
    film, sto = shown(log_film), shown(log_sto)
    mirrored = plan.view == "hip" and anatomy.is_mirrored(plan.side)
    if mirrored:
        film, sto, bone_log = (a[:, ::-1].copy() for a in (film, sto, bone_log))
    film, sto = looks.apply(
        plan.look, film, sto, pixel_mm, plan.side, plan.view == "pelvis"
    )
    return tuple(
        _case(
            person,
            plan,
            beam,
            film,
            sto,
            bone_log,
            hip,
            layers,
            i,
            mirrored,
            streams[5],
        )
        for i, hip in enumerate(hips)
    )


def _metal(
    plan: Plan, bones: Skeleton, x_mm: NDArray[np.float32], y_mm: NDArray[np.float32],
    rng: np.random.Generator,
) -> Field:  # fmt: skip
    """Metal of the other hip (never in a hip that is a case) and of the spine."""
    out = np.zeros((len(y_mm), len(x_mm)), np.float32)
    if plan.metal is not None and plan.view == "hip":
        other = bones.femora[1]
        neck = other.vertices[other.bone.sets.neck].mean(0) - other.centre
        far = other.bone.local_r[:, 1]
        shaft = other.vertices[(far < -4) & (far > -6)].mean(0)
        shaft = shaft - other.vertices[(far < -2.5) & (far > -3.5)].mean(0)
        axes = implants.HipAxes(
            (float(other.centre[0]), float(other.centre[1])),
            tuple(neck[:2] / np.linalg.norm(neck[:2])),
            tuple(shaft[:2] / np.linalg.norm(shaft[:2])),
            other.bone.radius_mm,
        )
        out += implants.draw(x_mm, y_mm, plan.metal, axes, rng)
    if plan.spine_metal:
        top = float(bones.pelvis[:, 1].max()) - 30
        out += implants.draw_spine(x_mm, y_mm, top, rng)
    return out


def _case(
    person: Person, plan: Plan, beam: Beam, film: Field, sto: Field, bone_log: Field,
    hip: Hip, layers: BoneLayers, index: int, mirrored: bool, rng: np.random.Generator,
) -> DigitalHip:  # fmt: skip
    truth, mineral = layers.truths[index], layers.femora[index]
    xy, regions = hip.landmarks_xy, truth.regions
    columns = film.shape[1]
    if mirrored:
        mineral = mineral[:, ::-1].copy()
        xy = anatomy.mirror_xy(xy, columns)
        regions = {k: anatomy.mirror_xy(v, columns) for k, v in regions.items()}
    whole = plan.view == "pelvis"
    side = hip.femur.side if whole else plan.side
    return DigitalHip(
        person=person,
        plan=replace(plan, side=side),
        side=side,
        film=film,
        sto=sto,
        landmarks_xy=xy,
        states=hip.states,
        regions=regions,
        bmd_g_cm2=truth.bmd,
        area_cm2=truth.area,
        bone_log=bone_log,
        mineral_g_cm2=mineral,
        detector_mm=beam.pixel_mm,
        magnification=1 / beam.minify(0.0),
        box=_loose_box(xy, film.shape, beam.pixel_mm, rng) if whole else None,
    )


def _loose_box(
    xy: Points, shape: tuple[int, ...], pixel_mm: float, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """A square hip box as people draw it: 150–220 mm, off the middle, on the film."""
    low, high = xy.min(0), xy.max(0)
    size = max(rng.uniform(150, 220) / pixel_mm, 1.15 * float((high - low).max()))
    size = min(size, *shape)
    corner = (low + high) / 2 + rng.uniform(-0.06, 0.06, 2) * size - size / 2
    corner = np.clip(corner, high + 2 - size, low - 2)
    corner = np.clip(corner, -0.5, np.array(shape[::-1]) - 0.5 - size)
    x0, y0 = map(float, corner)
    return (x0, y0, x0 + size, y0 + size)
