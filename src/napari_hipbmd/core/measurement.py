"""What measuring one hip gives, with every intermediate kept.

Everything that is in film pixels is in pixels of the *original* image, whatever
side the hip is on and wherever the hip box lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .anatomy import Points, Region, Site
from .grey_scale import GreyScale
from .hip_images import Border, HipImages, LandmarkSet
from .mineral_map import MineralMap
from .radiograph import Flag, FloatImage, HipBox, Patient, Radiograph, Side
from .ruler_choice import RulerChoice
from .stored_measurement import MeasurementStatus


@dataclass(frozen=True)
class Estimate:
    """Radiograph-estimated aBMD in g/cm² with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class RegionMeasurement:
    """One region: its polygon, thresholds ``(3, 2)`` and features ``(3,)``.

    ``share`` is the part of it that lies inside the image, ``burnt_share`` the part of
    its pixels that the film shows saturated, ``covered_share`` the part of them under a
    collimated border, ``marked_share`` the part that burnt-in marks hide; all 0 … 1.
    ``mean`` and ``sd`` are of its grey values, 0 … 1: the thresholds are made of them.
    ``mineral_g_cm2`` is the mean of the mineral map, NaN where there is none.
    """

    polygon_xy: Points
    thresholds: NDArray[np.float64]
    features: NDArray[np.float64]
    area_cm2: float | None
    share: float = 1.0
    burnt_share: float = 0.0
    covered_share: float = 0.0
    marked_share: float = 0.0
    mean: float = float("nan")
    sd: float = float("nan")
    mineral_g_cm2: float = float("nan")


@dataclass(frozen=True, eq=False)
class Measurement:
    """The result for one hip. Absent parts are None; ``reason`` says why.

    Attributes
    ----------
    film_flags, hip_flags, region_flags
        Reasons for doubt, by what they follow from: the film and what was told about
        it; where the hip was found and what lies over it; landmarks, regions and
        values. The last are made anew when landmarks move. All of a stored result are
        its film's.
    bmd_g_cm2, t_score
        By site; one whose value is withheld, or that the regression was not fitted
        for, is not in them.
    not_fitted
        Sites that the regression has no coefficients for.
    withheld
        Site → the flags that took its value away.
    policy
        Name of the policy that decided so.
    borders
        Collimated sides of the film.
    grey_scale, grey_scale_reason
        What the film's grey steps are worth, or why no ruler could be read.
    ruler_reading
        What the rulers read, for who shows it or measures again; in no file.
    mineral_map
        What the network of the gain drew; in no file.
    found
        Where the networks find the landmarks, which a person may have placed
        elsewhere; in no file.
    rulers
        What a person wants of them.
    box_source
        Where the hip box came from, in words for people.
    made_with
        All else that the numbers depend on, as plain JSON: film, software, models and
        what was told; empty where a film was measured in a window.
    """

    case_id: str
    image: str
    side: Side | None
    status: MeasurementStatus
    reason: str | None = None
    film_flags: tuple[Flag, ...] = ()
    hip_flags: tuple[Flag, ...] = ()
    region_flags: tuple[Flag, ...] = ()
    spacing_mm: tuple[float, float] | None = None
    spacing_source: str = "none"
    patient: Patient = field(default_factory=Patient)
    film: Radiograph | None = None
    box: HipBox | None = None
    images: HipImages | None = None
    landmarks: LandmarkSet | None = None
    regions: dict[Region, RegionMeasurement] = field(default_factory=dict)
    bmd_g_cm2: dict[Site, Estimate] | None = None
    t_score: dict[str, float] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    model_name: str = ""
    calibrated_on: str = ""
    measured_on: Literal["raw", "enhanced"] = "enhanced"
    withheld: dict[Site, tuple[Flag, ...]] = field(default_factory=dict)
    policy: str = "none"
    borders: tuple[Border, ...] = ()
    not_fitted: tuple[Site, ...] = ()
    grey_scale: GreyScale | None = None
    grey_scale_reason: str | None = None
    ruler_reading: object | None = None
    mineral_map: MineralMap | None = None
    rulers: RulerChoice = field(default_factory=RulerChoice)
    box_source: str = ""
    made_with: Mapping[str, Any] = field(default_factory=dict)
    found: LandmarkSet | None = None

    @property
    def flags(self) -> tuple[Flag, ...]:
        """All reasons for doubt."""
        return self.film_flags + self.hip_flags + self.region_flags

    def flags_of(self, site: Site) -> tuple[Flag, ...]:
        """The flags that concern a site; one about a region concerns the total too."""
        return tuple(
            flag
            for flag in self.flags
            if not flag.sites or site == "total" or site in flag.sites
        )

    def why_withheld(self, site: Site) -> str | None:
        """Why a site's value is withheld, in a sentence or more; None when it is not.

        The sentences of its flags, for people.
        """
        flags = self.withheld.get(site, ())
        return " ".join(flag.text for flag in flags) if flags else None

    @property
    def mineral_g_cm2(self) -> FloatImage | None:
        """The mineral map at the film's resolution, g/cm² a pixel.

        Without a network that draws it, the bone image over the film's gain.
        """
        if self.images is None or self.grey_scale is None:
            return None
        bone, gain = self.images.bone, self.grey_scale.gain_per_g_cm2
        if self.mineral_map is None:
            return bone / np.float32(gain)
        return self.mineral_map.on(bone, self.images.corner_row_col, gain)
