"""All bone of a film as layers: envelope and mineral, and the truth of its hips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ..core import anatomy
from ..core.anatomy import Points
from . import beam as physics
from .bone import spine
from .bone.mineral import Trabeculae, cortex_mm, trabeculae
from .bone.projection import Thickness, project
from .bone.random_field import smooth_step
from .bone.skeleton import PosedFemur, Skeleton
from .bone.texture import oriented_noise
from .cohort import Person
from .family import HipPlan
from .geometry import Beam, Field
from .planar import Plane, wide_blur
from .region_truth import RegionTruth, region_truth

CORTEX_SHARE = 0.95  # of a cortex is bone tissue
TRABECULAR_GAIN = (0.35, 2.4)
LEAST_PX = 16  # fewer rows or columns of a bone show no texture
EDGE_MM = 5.0  # over which a region's own gain fades
PELVIC_G_CM3, PELVIC_CORTEX_MM = 0.11, 1.0
WALL_MM, ROOF_MM = 1.6, 2.9


@dataclass(frozen=True, eq=False)
class Hip:
    """A hip that is a case: its femur, landmarks in film pixels, and their states.

    ``neck`` and ``shaft`` are its directions on the detector, y up.
    """

    femur: PosedFemur
    landmarks_xy: Points
    states: tuple[str, ...]
    neck: NDArray[np.float64]
    shaft: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoneLayers:
    """``(rows, columns)`` mm of bone with marrow, and g/cm² of mineral.

    ``femora`` and ``truths`` are those of the hips that are cases.
    """

    envelope_mm: Field
    mineral: Field
    femora: tuple[Field, ...]
    truths: tuple[RegionTruth, ...]


def lay_bones(
    person: Person, plan: HipPlan, beam: Beam, bones: Skeleton, hips: tuple[Hip, ...],
    rng: np.random.Generator,
) -> BoneLayers:  # fmt: skip
    """Project femora, pelvis, spine; scale the femora's mineral to their aBMD."""
    pixel_mm = beam.pixel_mm * beam.minify(0.0)
    envelope, mineral = _pelvis(person, plan, beam, bones, rng)
    femora, truths = [], []
    for i, femur in enumerate(bones.femora):
        if not _in_view(beam, femur):
            continue
        inner = trabeculae(femur.bone, plan.state)
        thick = _femur(person, plan, beam, femur, inner)
        where = _window(thick.envelope_mm)
        part = beam.part(*where)
        if min(part.shape) > LEAST_PX:
            streaks = _texture(plan, part, femur, inner, rng)
            thick.trabecular_g_cm2[where] *= 1 + streaks
        case = hips[i] if i < len(hips) else None
        target = person.neck_bmd_g_cm2 * (plan.other_bmd if i else 1.0)
        own, truth = _scaled(thick, plan, case, target, pixel_mm)
        envelope += thick.envelope_mm
        mineral += own
        if case is not None and truth is not None:
            femora.append(own)
            truths.append(truth)
    return BoneLayers(envelope, mineral, tuple(femora), tuple(truths))


def _in_view(beam: Beam, femur: PosedFemur) -> bool:
    xy = beam.to_pixels(femur.vertices)
    rows, columns = beam.shape
    return bool(((xy > 0) & (xy < [columns - 1, rows - 1])).all(1).any())


def _window(envelope: Field) -> tuple[slice, slice]:
    """The part of the film that a bone covers."""
    rows = np.flatnonzero(envelope.any(1))
    columns = np.flatnonzero(envelope.any(0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _femur(
    person: Person, plan: HipPlan, beam: Beam, femur: PosedFemur, inner: Trabeculae
) -> Thickness:
    def density(world: NDArray[np.float64]) -> NDArray[np.float64]:
        local = (world - femur.centre) @ np.linalg.inv(femur.to_world).T
        return inner.sample(inner.density, local / femur.bone.radius_mm)

    shell = cortex_mm(femur.bone, plan.state, person.age_years)
    return project(beam, femur.vertices, femur.triangles, shell, density)


def _texture(
    plan: HipPlan, beam: Beam, femur: PosedFemur, inner: Trabeculae,
    rng: np.random.Generator,
) -> Field:  # fmt: skip
    """Streaks along the trabeculae, fine and coarse, about 0."""
    x_mm, y_mm = beam.at_depth(float(femur.centre[2]))
    step = 2  # directions change slowly
    x, y = np.meshgrid(x_mm[::step], y_mm[::step])
    world = np.stack([x.ravel(), y.ravel(), np.full(x.size, femur.centre[2])], -1)
    back = np.linalg.inv(femur.to_world).T
    local = (world - femur.centre) @ back / femur.bone.radius_mm
    turn = femur.to_world @ inner.frame.turn.T  # neck frame → world
    angle = np.arctan2(turn[1, 0], turn[0, 0])
    if np.linalg.det(turn[:2, :2]) < 0:
        angle = np.pi - np.arctan2(turn[1, 0], -turn[0, 0])
    cos2 = inner.sample(inner.cos2, local).reshape(x.shape)
    sin2 = inner.sample(inner.sin2, local).reshape(x.shape)
    if femur.side == "R":
        sin2, angle = -sin2, np.arctan2(turn[1, 0], -turn[0, 0])
        angle = -angle
    c, s = np.cos(2 * angle), np.sin(2 * angle)
    # y upwards → rows downwards flips the sign of the sine
    image_cos, image_sin = cos2 * c - sin2 * s, -(sin2 * c + cos2 * s)
    rows, columns = beam.shape
    fine_cos, fine_sin = (
        np.repeat(np.repeat(a, step, 0), step, 1)[:rows, :columns].astype(np.float32)
        for a in (image_cos, image_sin)
    )
    pixel_mm = beam.pixel_mm * beam.minify(0.0)
    own = plan.texture
    out = np.zeros(beam.shape, np.float32)
    for amplitude, wave_mm in ((own.fine, own.fine_mm), (own.coarse, own.coarse_mm)):
        wave_px = wave_mm / pixel_mm
        if wave_px > 1.5:  # finer streaks are below the film's resolution
            noise = oriented_noise(fine_cos, fine_sin, wave_px, rng)
            out += np.float32(amplitude) * noise
    return np.clip(out, -0.95, 3)


def _scaled(
    thick: Thickness, plan: HipPlan, case: Hip | None, target: float, pixel_mm: float
) -> tuple[Field, RegionTruth | None]:
    """A femur's mineral, g/cm², so that the neck region's mean is ``target``.

    Trabeculae take what they can within :data:`TRABECULAR_GAIN`; the rest goes to the
    cortex of the regions. Below the lesser trochanter cortex is cortex: nothing but
    the tissue's own density changes it.
    """
    tissue = physics.BONE_MINERAL_G_CM3 * CORTEX_SHARE * plan.state.tissue
    cortex: Field = np.float32(tissue / 10) * thick.cortex_mm
    inside = thick.trabecular_g_cm2
    if case is None:
        return cortex + inside, None
    masks = {
        region: anatomy.mask(polygon, cortex.shape) & (thick.envelope_mm > 0)
        for region, polygon in anatomy.polygons(case.landmarks_xy).items()
    }
    fade = EDGE_MM / pixel_mm
    gain = np.ones(cortex.shape, np.float32)
    around = (masks["trochanter"], masks["intertrochanter"])
    for own, extra in zip(around, plan.regional_gain, strict=True):
        gain += np.float32(extra) * wide_blur(own, fade)
    cortex, inside = cortex * gain, inside * gain
    neck = masks["neck"]
    shell, filling = float(cortex[neck].mean()), float(inside[neck].mean())
    factor = float(np.clip((target - shell) / filling, *TRABECULAR_GAIN))
    everywhere = masks["neck"] | masks["trochanter"] | masks["intertrochanter"]
    near = wide_blur(everywhere, 2 * fade)
    missing = target - shell - factor * filling
    reach = float((cortex * near)[neck].mean())
    mineral = cortex * (1 + np.float32(missing / reach) * near)
    mineral = np.maximum(mineral, 0) + np.float32(factor) * inside
    return mineral, region_truth(masks, mineral, pixel_mm)


def _pelvis(
    person: Person, plan: HipPlan, beam: Beam, bones: Skeleton, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Envelope in mm and mineral in g/cm² of pelvis, sacrum and lower spine."""
    strength = (person.neck_bmd_g_cm2 / 0.72) ** 0.75 * float(
        np.exp(rng.normal(0, 0.1))
    )
    shell = np.full(len(bones.pelvis), PELVIC_CORTEX_MM)
    for femur in bones.femora:
        away = bones.pelvis - femur.centre
        distance = np.linalg.norm(away, axis=1)
        near = 1 - smooth_step((distance - femur.bone.radius_mm - 6) / 6)
        up = away[:, 1] / np.maximum(distance, 1)
        roof = smooth_step((up - 0.45) / 0.4)
        shell = np.maximum(shell, near * (WALL_MM + (ROOF_MM - WALL_MM) * roof))
    shell *= strength * plan.state.cortex**0.5
    density = PELVIC_G_CM3 * strength

    def even(world: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full(len(world), density)

    thick = project(beam, bones.pelvis, bones.pelvis_triangles, shell, even)
    x_mm, y_mm = beam.at_depth(0.0)
    plane = Plane(x_mm, y_mm)
    pixel_mm = plane.step_mm
    grain = np.zeros(beam.shape, np.float32)
    for amplitude, wave_mm in ((0.25, 1.0), (0.2, 2.4)):
        sigma = wave_mm * plan.texture.coarse_mm / 2.7 / 2.5 / pixel_mm
        noise = gaussian_filter(rng.standard_normal(beam.shape, np.float32), sigma)
        grain += np.float32(amplitude) * noise / max(float(noise.std()), 1e-6)
    inside = thick.trabecular_g_cm2 * np.clip(1 + grain, 0.05, 3)
    tissue = np.float32(physics.BONE_MINERAL_G_CM3 * CORTEX_SHARE / 10)
    top = float(bones.pelvis[np.abs(bones.pelvis[:, 0]) < 20, 1].max()) - 12
    column = spine.draw_vertebrae(plane, top, strength, rng)
    mineral = tissue * thick.cortex_mm + inside + column
    return thick.envelope_mm + 45 * np.minimum(column, 0.6), mineral
