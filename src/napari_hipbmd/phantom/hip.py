"""One digital film: from a seed to a radiograph whose every layer is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core import anatomy
from ..core.anatomy import LANDMARK_IDS, Points, Region, Site
from ..core.radiograph import Side
from .bone.skeleton import Skeleton
from .bones import BoneLayers, Hip, lay_bones
from .cohort import Person
from .exposure import attenuate, coarse_grid
from .families import Family
from .family import HipPlan
from .finish import display, looks
from .geometry import Field
from .layout import Layout, lay_out
from .things import implants
from .tissue import calcifications, soft_tissue


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
    neck_turn_deg, abduction_deg
        How far its neck points out of the film's plane, positive when the leg is
        turned outwards; how far the leg is lifted sideways.
    detector_mm, magnification
        Pixel spacing in the detector plane, and detector / bone plane.
    box
        A loose hip box on a film of a whole pelvis: left, top, right, bottom pixels;
        None where the film shows one hip.
    """

    person: Person
    plan: HipPlan
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
    neck_turn_deg: float
    abduction_deg: float
    box: tuple[float, float, float, float] | None = None

    @property
    def occluded(self) -> tuple[str, ...]:
        """The landmarks that do not show."""
        pairs = zip(LANDMARK_IDS, self.states, strict=True)
        return tuple(name for name, state in pairs if state == "occluded")


def render(
    seed: int, family: Family, pixels: int = 900, side: Side | None = None,
    person: Person | None = None, plan: HipPlan | None = None,
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
        If no plausible hip comes out of :data:`layout.ATTEMPTS` draws.
    """
    return _expose(lay_out(seed, family, pixels, "hip", side, person, plan))[0]


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
    left, right = _expose(lay_out(seed, family, pixels, "pelvis", person=person))
    return left, right


def _expose(laid: Layout) -> tuple[DigitalHip, ...]:
    person, plan, beam, bones = laid.person, laid.plan, laid.beam, laid.bones
    of_bone, of_metal, of_soft, of_noise, of_box = laid.streams[1:]
    pixel_mm = beam.pixel_mm * beam.minify(0.0)
    layers = lay_bones(person, plan, beam, bones, laid.hips, of_bone)
    x_mm, y_mm = beam.at_depth(0.0)
    left, right = ((float(f.centre[0]), float(f.centre[1])) for f in bones.femora)
    heads = (left, right)
    soft = soft_tissue.draw_soft_tissue(
        coarse_grid(x_mm, pixel_mm), coarse_grid(y_mm, pixel_mm), person,
        plan.film_type, plan.family, of_soft, heads,
    )  # fmt: skip
    metal = calcifications.draw_calcifications(
        x_mm, y_mm, person.age_years, person.head_radius_mm, of_metal, heads
    )
    metal = metal + _metal(plan, bones, x_mm, y_mm, of_metal)
    log_film, log_sto, bone_log = attenuate(
        soft, plan.setup, pixel_mm, layers.mineral, layers.envelope_mm, metal, of_noise
    )
    shown = display.Display.fit(log_film, plan.curve, pixel_mm)
    film, sto = shown(log_film), shown(log_sto)
    mirrored = plan.view == "hip" and anatomy.is_mirrored(plan.side)
    if mirrored:
        film, sto, bone_log = (a[:, ::-1].copy() for a in (film, sto, bone_log))
    film, sto = looks.apply(
        plan.look, film, sto, pixel_mm, plan.side, plan.view == "pelvis"
    )
    return tuple(
        _case(laid, film, sto, bone_log, hip, layers, i, mirrored, of_box)
        for i, hip in enumerate(laid.hips)
    )


def _metal(
    plan: HipPlan,
    bones: Skeleton,
    x_mm: NDArray[np.float32],
    y_mm: NDArray[np.float32],
    rng: np.random.Generator,
) -> Field:
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
            _direction(neck),
            _direction(shaft),
            other.bone.radius_mm,
        )
        out += implants.draw_metal(x_mm, y_mm, plan.metal, axes, rng)
    if plan.spine_metal:
        top = float(bones.pelvis[:, 1].max()) - 30
        out += implants.draw_spine(x_mm, y_mm, top, rng)
    return out


def _direction(away: NDArray[np.float64]) -> tuple[float, float]:
    x, y = away[:2] / np.linalg.norm(away[:2])
    return float(x), float(y)


def _case(
    laid: Layout, film: Field, sto: Field, bone_log: Field, hip: Hip,
    layers: BoneLayers, index: int, mirrored: bool, rng: np.random.Generator,
) -> DigitalHip:  # fmt: skip
    plan, beam = laid.plan, laid.beam
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
        person=laid.person,
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
        neck_turn_deg=hip.femur.neck_turn_deg,
        abduction_deg=hip.femur.abduction_deg,
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
