"""One digital hip: from a seed to a film whose every layer is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.special import expit

from ..core import anatomy
from ..core.anatomy import Points, Region, Site
from ..core.radiograph import Side
from . import beam as physics
from . import display, femur, marks, pelvis
from .burnt_in import burn_letters, collimate
from .cohort import Person, draw_person
from .exposure import attenuate
from .family import Family, Plan, draw_plan
from .implicit import Field, Points3
from .projection import Beam, Grid3, Thickness, project, shadow
from .region_truth import region_truth
from .texture import oriented_noise

GRID_MM = 1.5
ATTEMPTS = 80
SHADOW_MM = 0.75
CORTEX_SHARE = 0.95
TRABECULAR_GAIN = (0.35, 2.4)


@dataclass(frozen=True, eq=False)
class DigitalHip:
    """A film and its truth. Images are ``(rows, columns)``, bright = dense, 0 … 1.

    Attributes
    ----------
    film, sto
        Displayed film and exact STO on the same grey scale.
    landmarks_xy, occluded
        ``(16, 2)`` film pixels, and the ids that do not show.
    regions
        Region → ``(n, 2)`` outline, clipped to the femur's silhouette.
    bmd_g_cm2, area_cm2
        True aBMD and bone-plane area of neck, trochanter, inter-trochanter, total.
    bone_log
        Log attenuation of film minus STO before scatter, noise and display.
    mineral_g_cm2
        The femur's areal mineral per pixel.
    detector_mm, magnification
        Pixel spacing in the detector plane, and detector / bone plane.
    """

    person: Person
    plan: Plan
    film: Field
    sto: Field
    landmarks_xy: Points
    occluded: tuple[str, ...]
    regions: Mapping[Region, Points]
    bmd_g_cm2: Mapping[Site, float]
    area_cm2: Mapping[Site, float]
    bone_log: Field
    mineral_g_cm2: Field
    detector_mm: float
    magnification: float


def _rotation(axis: int, degrees: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    out = np.eye(3)
    out[i, i] = out[j, j] = c
    out[i, j], out[j, i] = -s, s
    return out


def femur_rotation(plan: Plan) -> NDArray[np.float64]:
    """Femur frame → world, ``(3, 3)``."""
    pose = plan.pose
    return (
        _rotation(2, pose.abduction - pose.shaft_tilt)
        @ _rotation(0, -pose.flexion)
        @ _rotation(1, pose.anteversion - pose.internal_rotation)
    )


def _turned(
    p: Points3, rotation: NDArray[np.float64], bend_mm: float, rng: np.random.Generator
) -> Points3:
    """World points in a body's own, smoothly bent frame."""
    inverse = rotation.T.astype(np.float32)
    q = [a[0] * p.x + a[1] * p.y + a[2] * p.z for a in inverse]
    for i in range(3):
        for _ in range(2):
            wave = rng.normal(size=3)
            wave *= 2 * np.pi / (rng.uniform(55, 130) * np.linalg.norm(wave))
            w = wave.astype(np.float32)
            phase = np.float32(rng.uniform(0, 2 * np.pi))
            q[i] = q[i] + np.float32(bend_mm * rng.normal(0, 0.6)) * np.sin(
                w[0] * p.x + w[1] * p.y + w[2] * p.z + phase
            )
    return Points3(*q)


def _lookup(maps: femur.FrontalMaps, field: NDArray[np.float32], p: Points3) -> Field:
    rows = (np.float32(maps.y0) - p.y).ravel()
    columns = (p.x - np.float32(maps.x0)).ravel()
    out: Field = map_coordinates(field, [rows, columns], order=1, mode="nearest")
    return out.reshape(p.x.shape)


def _make_beam(plan: Plan, person: Person, pixels: int) -> Beam:
    setup, frame = plan.setup, plan.framing
    thick = 20 * np.sqrt(1000 * person.weight_kg / (np.pi * person.height_cm))
    detector_z = -(0.43 * thick + setup.detector_gap_mm)
    step = frame.box_mm / pixels
    centre = (np.arange(pixels) + 0.5) * step
    # the head's shadow must lie at head_x, head_y of the box
    source = (-setup.source_medial_mm, -15.0)
    m0 = (setup.sid_mm + detector_z) / setup.sid_mm
    head_uv = np.array(source) + (0 - np.array(source)) / m0
    u = head_uv[0] + centre - frame.head_x * frame.box_mm
    v = head_uv[1] - centre + frame.head_y * frame.box_mm
    return Beam(
        u.astype(np.float32), v.astype(np.float32), setup.sid_mm, detector_z, source
    )


@dataclass(frozen=True)
class _Femur:
    grid: Grid3
    parts: femur.FemurFields
    frame: Points3
    maps: femur.FrontalMaps
    rotation: NDArray[np.float64]


def _reach(plan: Plan, rotation: NDArray[np.float64]) -> Grid3:
    """The box of the world that holds the part of the femur to be seen."""
    shape, box, k = plan.femur, plan.framing, plan.femur.k
    off, py = shape.offset_mm, shape.knee_y_mm
    balls = [(0, 0, 0, 26), (off + 7, py - 8, -2, 18), (off + 5, py + 28, -12, 14)]
    for t in range(20, 230, 5):  # down the shaft, as far as landmarks or film reach
        x, y, _ = rotation @ np.array([off, py - t * k, 0])
        low = -box.box_mm * (1 - box.head_y)
        if t > 95 and (y < low or x > box.box_mm * (1 - box.head_x)):
            break
        balls.append((off, py - t * k, 0, 27))
    centres = np.array([b[:3] for b in balls]) @ rotation.T
    radii = np.array([b[3] for b in balls])[:, None] * k
    low_xyz = (centres - radii).min(0) - 4
    high_xyz = (centres + radii).max(0) + 4
    x, y, z = zip(low_xyz, high_xyz, strict=True)
    return Grid3.box(x, y, z, GRID_MM)


def _build_femur(plan: Plan, person: Person, rng: np.random.Generator) -> _Femur:
    shape = plan.femur
    rotation = femur_rotation(plan)
    grid = _reach(plan, rotation)
    frame = _turned(grid.points(), rotation, plan.bend_mm, rng)
    maps = femur.frontal_maps(
        shape, person.neck_bmd_g_cm2, plan.cortex_factor, plan.band_gain
    )
    return _Femur(grid, femur.distances(shape, frame), frame, maps, rotation)


def _find_marks(plan: Plan, beam: Beam, bone: _Femur) -> marks.Marks:
    """Landmarks on a finer, wider detector than the film's own."""
    grid = bone.grid
    centre = beam.project_xy(np.zeros(3))
    magnify = 1 / beam.minify(0.0)
    margin = 6.0
    u = np.arange(grid.x_mm[0] - margin, grid.x_mm[-1] + margin, SHADOW_MM)
    v = np.arange(grid.y_mm[0] + margin, grid.y_mm[-1] - margin, -SHADOW_MM)
    u, v = ((a * magnify).astype(np.float32) for a in (u, v))
    # the same source and detector, aimed at the bone's own shadow
    u += np.float32(centre[0])
    v += np.float32(centre[1])
    wide = Beam(u, v, beam.sid_mm, beam.detector_z_mm, beam.source_xy_mm)
    step = SHADOW_MM * magnify

    def cast(field: Field) -> marks.Shadow:
        return at(shadow(wide, grid, field)[0])

    def at(field: Field) -> marks.Shadow:
        return marks.Shadow(field, float(u[0]), float(v[0]), float(step))

    parts = bone.parts
    core, fossa = shadow(wide, grid, parts.core, parts.greater)
    shapes = marks.Silhouettes(
        whole=cast(parts.whole),
        head=cast(parts.head),
        core=at(core),
        fossa=at(fossa),
        greater=cast(parts.greater),
        lesser=cast(parts.lesser),
    )
    neck = bone.rotation @ np.array(plan.femur.on_axis(1.0))
    shaft = bone.rotation @ np.array([0, -1.0, 0])
    return marks.find(shapes, neck[:2], shaft[:2])


def _orientation(plan: Plan, bone: _Femur, x: Field, y: Field) -> tuple[Field, Field]:
    """Band directions over the image plane, in image axes (rows downwards)."""
    plane = bone.rotation[:2, :2]
    back = np.linalg.inv(plane + 1e-6 * np.eye(2)).astype(np.float32)
    xf, yf = (back[0, 0] * x + back[0, 1] * y), (back[1, 0] * x + back[1, 1] * y)
    p = Points3(xf, yf, np.zeros_like(xf))
    cos2, sin2 = (
        _lookup(bone.maps, m, p)
        for m in (bone.maps.orientation_cos, bone.maps.orientation_sin)
    )
    turn = 2 * np.radians(plan.pose.abduction - plan.pose.shaft_tilt)
    c, s = np.cos(turn), np.sin(turn)
    # v upwards → rows downwards flips the sign of the sine
    return (
        (cos2 * c - sin2 * s).astype(np.float32),
        (-(sin2 * c + cos2 * s)).astype(np.float32),
    )


def _solve_mineral(
    thick: Thickness, texture: Field, plan: Plan,
    masks: Mapping[Region, NDArray[np.bool_]], target: float, pixel_mm: float,
) -> Field:  # fmt: skip
    """Femur's areal mineral so that the neck region's mean is ``target``, g/cm²."""
    shape = thick.envelope_mm.shape
    gain = np.ones(shape, np.float32)
    around = (masks["trochanter"], masks["intertrochanter"])
    for inside, extra in zip(around, plan.regional_gain, strict=True):
        area = inside.astype(np.float32)
        gain += np.float32(extra) * gaussian_filter(area, 5 / pixel_mm)
    cortex = physics.BONE_MINERAL_G_CM3 * CORTEX_SHARE * thick.cortex_mm / 10 * gain
    trabecular = thick.trabecular_g_cm2 * (1 + np.float32(plan.texture) * texture)
    trabecular *= gain
    neck = masks["neck"]
    shell, filling = float(cortex[neck].mean()), float(trabecular[neck].mean())
    factor = (target - shell) / filling
    clipped = float(np.clip(factor, *TRABECULAR_GAIN))
    shell_factor = (target - clipped * filling) / shell
    return np.float32(shell_factor) * cortex + np.float32(clipped) * trabecular


def _pelvis(
    plan: Plan, person: Person, beam: Beam, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Envelope in mm and mineral in g/cm² of the half pelvis."""
    grid = Grid3.box((-105, 62), (-108, 118), (-46, 46), 1.75)
    turn = _rotation(0, plan.pose.pelvic_tilt) @ _rotation(1, plan.pose.pelvic_turn)
    frame = _turned(grid.points(), turn, plan.bend_mm, rng)
    solid = pelvis.distance(plan.pelvis, frame)
    strength = (person.neck_bmd_g_cm2 / 0.72) ** 0.75
    cortex = pelvis.cortex_mm(plan.pelvis, frame, strength * plan.cortex_factor**0.5)
    density = np.full(solid.shape, 0.11 * strength, np.float32)
    thick = project(beam, grid, solid, cortex, density)
    mineral = (
        physics.BONE_MINERAL_G_CM3 * CORTEX_SHARE * thick.cortex_mm / 10
        + thick.trabecular_g_cm2
    )
    return thick.envelope_mm, mineral


def _sacrum(x: Field, y: Field, rng: np.random.Generator) -> Field:
    """Sacrum and spine far medially, mineral in g/cm²."""
    edge = -rng.uniform(62, 85) - 0.25 * np.clip(y - 20, 0, 80)
    inside = expit((edge - x) / 2.5) * expit((y - 8) / 6)
    return (0.9 * inside).astype(np.float32)


def render(
    seed: int, family: Family, pixels: int = 900, side: Side | None = None,
    person: Person | None = None, plan: Plan | None = None,
) -> DigitalHip:  # fmt: skip
    """Make one digital hip.

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
    problem = ""
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([seed, attempt])
        who = person or draw_person(rng)
        chosen: Side = side or ("L" if rng.random() < 0.5 else "R")
        how = plan or draw_plan(rng, who, family, chosen)
        streams = rng.spawn(6)
        bone = _build_femur(how, who, streams[0])
        beam = _make_beam(how, who, pixels)
        try:
            found = _find_marks(how, beam, bone)
        except marks.NoLandmarks as error:
            problem = str(error)
            continue
        step = how.framing.box_mm / pixels
        xy = np.stack(
            [
                (found.uv[:, 0] - beam.u_mm[0]) / step,
                (beam.v_mm[0] - found.uv[:, 1]) / step,
            ],
            -1,
        )
        if (xy < 4).any() or (xy > pixels - 5).any():
            problem = "a landmark lies outside the film"
            continue
        return _expose(who, how, beam, bone, found, xy, streams)
    raise ValueError(f"seed {seed}: {problem}")


def _expose(
    person: Person, plan: Plan, beam: Beam, bone: _Femur, found: marks.Marks,
    landmarks_xy: Points, streams: list[np.random.Generator],
) -> DigitalHip:  # fmt: skip
    pixels = len(beam.u_mm)
    detector_mm = plan.framing.box_mm / pixels
    magnification = 1 / beam.minify(0.0)
    pixel_mm = detector_mm / magnification

    cortex = _lookup(bone.maps, bone.maps.cortex_mm, bone.frame)
    density = _lookup(bone.maps, bone.maps.trabecular_g_cm3, bone.frame)
    thick = project(beam, bone.grid, bone.parts.whole, cortex, density)
    x_mm, y_mm = beam.at_depth(0.0)
    x, y = np.meshgrid(x_mm, y_mm)
    texture = oriented_noise(
        *_orientation(plan, bone, x, y), plan.texture_mm / pixel_mm, streams[1]
    )
    masks = {
        region: anatomy.mask(polygon, x.shape) & (thick.envelope_mm > 0)
        for region, polygon in anatomy.polygons(landmarks_xy).items()
    }
    mineral = _solve_mineral(
        thick, texture, plan, masks, person.neck_bmd_g_cm2, pixel_mm
    )
    pelvis_envelope, pelvis_mineral = _pelvis(plan, person, beam, streams[2])
    pelvis_mineral = pelvis_mineral + _sacrum(x, y, streams[2])

    log_film, log_sto, bone_log = attenuate(
        person, plan, x_mm, y_mm, pixel_mm,
        mineral + pelvis_mineral, thick.envelope_mm + pelvis_envelope, streams,
    )  # fmt: skip
    shown = display.Display.fit(log_film, plan.curve, pixel_mm)
    film, sto = shown(log_film), shown(log_sto)
    film, sto = collimate(film, sto, plan, streams[5])

    truth = region_truth(masks, mineral, pixel_mm)
    regions = truth.regions
    if anatomy.is_mirrored(plan.side):
        film, sto, bone_log, mineral = (
            a[:, ::-1].copy() for a in (film, sto, bone_log, mineral)
        )
        landmarks_xy = anatomy.mirror_xy(landmarks_xy, pixels)
        regions = {k: anatomy.mirror_xy(v, pixels) for k, v in regions.items()}
    film, sto = burn_letters(film, sto, plan, streams[5])
    return DigitalHip(
        person, plan, film, sto, landmarks_xy, found.occluded, regions,
        truth.bmd, truth.area, bone_log, mineral, detector_mm, magnification,
    )  # fmt: skip
