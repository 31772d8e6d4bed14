"""The shaft ruler: stretches of the femoral shaft below the lesser trochanter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..core.anatomy import INDEX, Points
from ..core.arrays import Values
from ..core.grey_scale import Cortex
from ..core.hip_images import HipImages
from ..core.radiograph import FloatImage
from ..core.shaft import ShaftFrame, shaft_frame
from .canal import with_canal
from .profiles import STEP_MM, Profile, shaft_profiles
from .tube import TubeFit, fit_tube

STRETCHES_MM = ((0.0, 14.0), (14.0, 26.0), (26.0, 50.0), (50.0, 92.0))
"""Levels are averaged over these; from the distal cut down."""

OF_SHAFT = ("N2", "I2", "I3", "I4")
"""The landmarks that a reading of the shaft rests on."""

LEAST_LEVELS = 2
_LINES = ("bone", "sto")
WORST_FIT = 0.09
"""Residual over the profile's height beyond which a shaft is no tube."""

BURNT = 0.985
BURNT_SHARE = 0.12
NARROWEST_MM, WIDEST_MM = 18.0, 60.0
THINNEST_MM, NARROWEST_CANAL = 1.5, 0.12
"""Of a cortex, and of a canal over its shaft, for which a fit is trusted."""

DORR_BELOW_LESSER_MM = 100.0
DORR_INDEX = {"A": 0.58, "B": 0.50, "C": 0.42}


class NoShaft(Exception):
    """The shaft cannot be read; the text says why, to people."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some levels of the shaft, averaged, and the tube that fits them.

    Attributes
    ----------
    below_mm
        Middle, from the distal cut.
    x_mm, bone, sto
        ``(n,)`` the mean profile, its middle at 0.
    levels
        Those that were averaged.
    fit
        The tube.
    """

    below_mm: float
    x_mm: Values
    bone: Values
    sto: Values
    levels: tuple[Profile, ...]
    fit: TubeFit


@dataclass(frozen=True, eq=False)
class Shaft:
    """All stretches that the film shows, and how wide the shaft is.

    ``cortex`` is None where no stretch shows both borders of its canal.
    """

    stretches: tuple[Stretch, ...]
    width_mm: float
    cortex: Cortex | None


def read_shaft(
    images: HipImages,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float] | None,
    levels_mm: Sequence[float] | None = None,
    whole_film: Callable[[], FloatImage] | None = None,
) -> Shaft:
    """Fit the tube to every stretch of the shaft that the image shows.

    Parameters
    ----------
    levels_mm
        Where it is looked at, mm below the distal cut; everywhere by default.
    whole_film
        Gives the whole film, for the shape of the canal; that is not read without it.

    Raises
    ------
    NoShaft
        If there is no spacing, the film ends too early, the shaft is burnt out or
        holds metal, or looks like no tube.
    """
    if spacing_mm is None:
        raise NoShaft("the film tells no pixel size")
    frame = shaft_frame(landmarks_xy, spacing_mm)
    if not NARROWEST_MM < frame.width_mm < WIDEST_MM:
        raise NoShaft("the landmarks of the distal cut are no shaft's width apart")
    levels = shaft_profiles(
        images.bone, images.sto, frame, images.corner_row_col, levels_mm
    )
    levels = [level for level in levels if np.isfinite(level.bone).mean() > 0.9]
    if len(levels) < LEAST_LEVELS:
        raise NoShaft(
            "the film ends too soon below the lesser trochanter"
            if levels_mm is None
            else "too few of its levels are left"
        )
    kept, burnt, metal = [], 0, 0
    for first, last in STRETCHES_MM:
        among = [level for level in levels if first < level.below_mm <= last]
        if not among:
            continue
        stretch = _stretch(among, frame.width_mm)
        if _is_burnt(among, stretch):
            burnt += 1
        elif stretch is None or stretch.fit.rms > WORST_FIT:
            metal += 1
        else:
            kept.append(stretch)
    if not kept:
        raise NoShaft(
            "the shaft is burnt out, or holds metal"
            if burnt >= metal
            else "the shaft's profile is no tube of bone: metal, a fracture, or"
            " landmarks that are off"
        )
    below_lesser = cut_below_lesser(landmarks_xy, frame)
    cortex = cortex_of(kept, below_lesser)
    if cortex is not None and whole_film is not None:
        cortex = with_canal(cortex, whole_film(), frame, below_lesser)
    return Shaft(tuple(kept), frame.width_mm, cortex)


def cut_below_lesser(landmarks_xy: Points, frame: ShaftFrame) -> float:
    """How far the distal cut lies below the lesser trochanter's apex, mm."""
    return -float(frame.below_mm(landmarks_xy[INDEX["I4"]]))


def cortex_of(
    stretches: Sequence[Stretch], cut_below_lesser_mm: float
) -> Cortex | None:
    """Thicknesses and index at the lowest stretch, with Dorr's type where it shows.

    A fit without a canal, or with a cortex that is thinner than any, tells the gain
    at best: the next stretch above is taken instead.
    """
    readable = [
        stretch
        for stretch in stretches
        if min(stretch.fit.tube.medial, stretch.fit.tube.lateral) > THINNEST_MM
        and stretch.fit.tube.canal > NARROWEST_CANAL * stretch.fit.tube.width
    ]
    if not readable:
        return None
    lowest = readable[-1]
    tube = lowest.fit.tube
    index = 1 - tube.canal / tube.width
    kind = None
    deepest = max(level.below_mm for level in lowest.levels)
    if cut_below_lesser_mm + deepest >= DORR_BELOW_LESSER_MM:
        kind = min(DORR_INDEX, key=lambda name: abs(DORR_INDEX[name] - index))
    return Cortex(tube.medial, tube.lateral, tube.canal, index, lowest.below_mm, kind)


def _stretch(levels: Sequence[Profile], width_mm: float) -> Stretch | None:
    x = levels[0].x_mm - levels[0].x_mm.mean()
    bone, sto = (_mean([getattr(level, name) for level in levels]) for name in _LINES)
    seen = np.isfinite(bone) & np.isfinite(sto)
    bone, sto = (np.interp(x, x[seen], values[seen]) for values in (bone, sto))
    fit = fit_tube(x, bone, width_mm)
    if fit is None:
        return None
    below = float(np.mean([level.below_mm for level in levels]))
    return Stretch(below, x, bone, sto, tuple(levels), fit)


def _mean(lines: Sequence[Values]) -> Values:
    """Of each place over the levels that show it; NaN where none does."""
    known = np.isfinite(lines)
    count = known.sum(axis=0)
    summed = np.where(known, lines, 0.0).sum(axis=0)
    mean: Values = np.where(count > 0, summed / np.maximum(count, 1), np.nan)
    return mean


def _is_burnt(levels: Sequence[Profile], stretch: Stretch | None) -> bool:
    """Whether much of the shaft is as bright as the film can be."""
    share = np.nanmean(
        [(level.bone + level.sto >= BURNT)[np.isfinite(level.bone)].mean()
         for level in levels]
    )  # fmt: skip
    return bool(share > BURNT_SHARE)


SHAPE_AT = np.linspace(-1.2, 1.2, 17)


def shape_signs(stretch: Stretch, width_mm: float) -> dict[str, float] | None:
    """The profile freed of its height and width: what its tube leaves over.

    Returns
    -------
    dict or None
        Logarithms of mean height and half-width, the background beside the bone, the
        steepness of both edges, and the profile at :data:`SHAPE_AT` half-widths over
        its mean. None where no edges are found.
    """
    x, bone = stretch.x_mm, stretch.bone
    soft = gaussian_filter1d(bone, 1 / STEP_MM)
    slope = np.gradient(soft, x)
    left = (x > -0.62 * width_mm) & (x < -0.3 * width_mm)
    right = (x < 0.62 * width_mm) & (x > 0.3 * width_mm)
    if not left.any() or not right.any():
        return None
    a, b = x[left][slope[left].argmax()], x[right][slope[right].argmin()]
    beside = []
    for side in ((x < a - 2) & (x > a - 6), (x > b + 2) & (x < b + 6)):
        if side.any():
            beside.append(float(np.median(bone[side])))
    if not beside:
        return None
    m0, m1 = beside[0], beside[-1]
    half, middle = (b - a) / 2, (a + b) / 2
    values = np.interp(middle + SHAPE_AT * half, x, soft)
    values = values - (m0 + (m1 - m0) * (SHAPE_AT + 1) / 2)
    mean = float(values[np.abs(SHAPE_AT) < 1].mean())
    if mean <= 1e-3:
        return None
    rise, fall = float(slope[left].max()), float(-slope[right].min())
    signs = {
        "height": np.log(mean),
        "half_width": np.log(half),
        "background": np.clip((m0 + m1) / 2 / mean, -2, 2),
        "lean": np.clip((m1 - m0) / mean, -2, 2),
        "rise": np.log(max(rise * half / mean, 0.05)),
        "fall": np.log(max(fall * half / mean, 0.05)),
        "sto": float(stretch.sto.mean()),
    }
    for i, value in enumerate(np.clip(values / mean, -1, 4)):
        signs[f"at_{i}"] = value
    return {name: float(value) for name, value in signs.items()}
