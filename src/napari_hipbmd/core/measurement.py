"""What measuring one hip gives, with every intermediate kept.

Everything that is in film pixels is in pixels of the *original* image, whatever
side the hip is on and wherever the hip box lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .anatomy import (
    LANDMARK_IDS,
    REGIONS,
    SITES,
    Points,
    Region,
    Site,
    head_diameter_mm,
    polygons,
)
from .bounded_json import as_type
from .grey_scale import GreyScale
from .radiograph import Flag, FloatImage, HipBox, Patient, Radiograph, Side
from .ruler_choice import RulerChoice
from .stored_measurement import Status as Status
from .stored_measurement import StoredMeasurement

CANNOT_RULE_OUT = "Research use: an estimate from a radiograph cannot rule out low BMD."
RESEARCH_USE = (
    f"{CANNOT_RULE_OUT} The bundled regression is fitted to digital hips and is not"
    " calibrated for any real X-ray machine."
)
DIGITAL = "digital hips"


def research_use(measurements: Iterable[Measurement]) -> str:
    """What the numbers of these hips may not be used for, by the regression in use."""
    regressions = dict.fromkeys(
        (m.model_name, m.calibrated_on) for m in measurements if m.model_name
    )
    told = [
        f"The regression '{name}' is fitted to {DIGITAL} and is not calibrated for any"
        " real X-ray machine."
        if DIGITAL in films
        else f"The regression '{name}' is fitted to {films or 'films not named'} and"
        " holds for such films alone."
        for name, films in regressions
    ]
    return " ".join([CANNOT_RULE_OUT, *told]) if told else RESEARCH_USE


@dataclass(frozen=True)
class Estimate:
    """Radiograph-estimated aBMD in g/cm² with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class HipImages:
    """Enhancement of one hip box at full resolution.

    Attributes
    ----------
    corner_row_col
        Integer position, in the film, of pixel ``[0, 0]`` of the arrays.
    film, sto
        ``(rows, columns)`` float32 on the film's fixed 0 … 1 grey range.
    """

    corner_row_col: tuple[int, int]
    film: FloatImage
    sto: FloatImage

    @property
    def bone(self) -> FloatImage:
        """Bone image = film − STO; negatives are kept (paper 3.2)."""
        return self.film - self.sto

    def bone_in(self, window: tuple[slice, slice]) -> FloatImage:
        """The bone image of a part; the whole of it is not made."""
        part: FloatImage = self.film[window] - self.sto[window]
        return part

    def grey_in(
        self, window: tuple[slice, slice], image: Literal["raw", "enhanced"]
    ) -> FloatImage:
        """A part of what a regression reads: film (``"raw"``) or bone image."""
        return self.film[window] if image == "raw" else self.bone_in(window)


@dataclass(frozen=True)
class Border:
    """A collimated side: ``normal_xy · (x, y) > offset`` lies under the collimator.

    In film pixels; the normal has length 1 and points out of the exposed field.
    """

    normal_xy: tuple[float, float]
    offset: float

    def covers(self, xy: Points) -> NDArray[np.bool_]:
        """Whether points ``(..., 2)`` lie under it."""
        under: NDArray[np.bool_] = xy @ np.array(self.normal_xy) > self.offset
        return under


@dataclass(frozen=True, eq=False)
class LandmarkSet:
    """Sixteen landmarks in the order of :data:`anatomy.LANDMARK_IDS`.

    ``xy`` is ``(16, 2)`` film pixels; ``sigma_mm`` is ``(16,)``, the expected
    radial error in mm (NaN when the spacing is unknown).
    """

    xy: Points
    sigma_mm: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RegionMeasurement:
    """One region: its polygon, thresholds ``(3, 2)`` and features ``(3,)``.

    ``share`` is the part of it that lies inside the image, ``burnt_share`` the part of
    its pixels that the film shows saturated, ``covered_share`` the part of them under a
    collimated border, ``marked_share`` the part that burnt-in marks hide; all 0 … 1.
    ``mean`` and ``sd`` are of its grey values, 0 … 1: the thresholds are made of them.
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
    status: Status
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
    rulers: RulerChoice = field(default_factory=RulerChoice)
    box_source: str = ""
    made_with: Mapping[str, Any] = field(default_factory=dict)

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
    def measured_grey(self) -> FloatImage | None:
        """The image whose grey values the regression takes: film or bone image."""
        if self.images is None:
            return None
        raw = self.measured_on == "raw"
        return self.images.film if raw else self.images.bone

    @property
    def mineral_g_cm2(self) -> FloatImage | None:
        """The mineral map: the bone image over the film's gain, g/cm² a pixel."""
        if self.images is None or self.grey_scale is None:
            return None
        return self.images.bone / np.float32(self.grey_scale.gain_per_g_cm2)

    def _features_g_cm2(self, region: Region) -> list[float | None] | None:
        if self.grey_scale is None or self.measured_on != "enhanced":
            return None
        gain = round(self.grey_scale.gain_per_g_cm2, 5)  # both as they stand beside it
        return [
            None if value is None else _number(value / gain, 5)
            for value in (_number(v, 6) for v in self.regions[region].features)
        ]

    def to_json(self) -> dict[str, Any]:
        """The command line's contract: plain numbers, no NaN, no identifiers."""
        marks = self.landmarks
        return {
            "case_id": self.case_id,
            "image": self.image,
            "side": self.side,
            "status": self.status,
            "reason": self.reason,
            "flags": [
                {"code": f.code, "text": f.text, "sites": list(f.sites)}
                for f in self.flags
            ],
            "spacing_mm": None if self.spacing_mm is None else list(self.spacing_mm),
            "spacing_source": self.spacing_source,
            "landmarks": {}
            if marks is None
            else {
                name: {
                    "xy": [round(float(v), 3) for v in marks.xy[i]],
                    "sigma_mm": _number(marks.sigma_mm[i], 3),
                }
                for i, name in enumerate(LANDMARK_IDS)
            },
            "head_diameter_mm": None
            if marks is None
            else _number(head_diameter_mm(marks.xy, self.spacing_mm), 1),
            "regions": {
                region: {
                    "area_cm2": _number(self.regions[region].area_cm2, 4),
                    "features": [_number(v, 6) for v in self.regions[region].features],
                    "features_g_cm2": self._features_g_cm2(region),
                    "mean": _number(self.regions[region].mean, 6),
                    "sd": _number(self.regions[region].sd, 6),
                    "thresholds": [
                        [_number(t, 6) for t in pair]
                        for pair in self.regions[region].thresholds
                    ],
                }
                for region in REGIONS
                if region in self.regions
            },
            "bmd_g_cm2": None
            if self.bmd_g_cm2 is None
            else {
                site: None if site in self.withheld else self._estimate_json(site)
                for site in SITES
            },
            "t_score": None
            if self.t_score is None
            else {site: _number(t, 2) for site, t in self.t_score.items()},
            "withheld": {
                site: [flag.code for flag in flags]
                for site, flags in self.withheld.items()
            },
            "policy": self.policy,
            "seconds": {step: round(s, 4) for step, s in self.seconds.items()},
            "model": {"name": self.model_name, "calibrated_on": self.calibrated_on},
            "not_fitted": list(self.not_fitted),
            "grey_scale": None
            if self.grey_scale is None
            else self.grey_scale.to_json(),
            "grey_scale_reason": self.grey_scale_reason,
            "box": None if self.box is None else list(astuple(self.box)),
            "box_source": self.box_source,
            "patient": asdict(self.patient),
            "measured_on": self.measured_on,
            "made_with": dict(self.made_with),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Measurement:
        """What :meth:`to_json` wrote, without pictures.

        Raises
        ------
        FilmRefused
            If it is no measurement: a clause, "t_score is not a table".
        """
        stored = as_type(StoredMeasurement, data, "result")
        flags = tuple(Flag(f.code, f.text, f.sites) for f in stored.flags)
        marks, found = stored.landmarks, None
        if marks:
            xy = np.array([marks[name].xy for name in LANDMARK_IDS], float)
            sigma = [_not_a_number(marks[n].sigma_mm) for n in LANDMARK_IDS]
            found = LandmarkSet(xy, np.array(sigma))
        shapes = {} if found is None else polygons(found.xy)
        values, scores = stored.bmd_g_cm2, stored.t_score
        return cls(
            stored.case_id,
            stored.image,
            stored.side,
            stored.status,
            stored.reason,
            flags,
            spacing_mm=stored.spacing_mm,
            spacing_source=stored.spacing_source,
            patient=stored.patient,
            box=None if stored.box is None else HipBox(*stored.box),
            landmarks=found,
            regions={
                region: RegionMeasurement(
                    shapes[region],
                    np.array([list(map(_not_a_number, t)) for t in one.thresholds]),
                    np.array([_not_a_number(v) for v in one.features]),
                    one.area_cm2,
                    mean=_not_a_number(one.mean),
                    sd=_not_a_number(one.sd),
                )
                for region, one in stored.regions.items()
            },
            bmd_g_cm2=None
            if values is None
            else {
                site: Estimate(*(_not_a_number(v) for v in astuple(one)))
                for site, one in values.items()
                if one is not None
            },
            t_score=None
            if scores is None
            else {site: _not_a_number(t) for site, t in scores.items()},
            seconds=stored.seconds,
            model_name=stored.model.name,
            calibrated_on=stored.model.calibrated_on,
            measured_on=stored.measured_on,
            withheld={
                site: tuple(f for f in flags if f.code in codes)
                for site, codes in stored.withheld.items()
            },
            policy=stored.policy,
            not_fitted=stored.not_fitted,
            box_source=stored.box_source,
            made_with=stored.made_with,
            grey_scale=stored.grey_scale,
            grey_scale_reason=stored.grey_scale_reason,
        )

    def _estimate_json(self, site: Site) -> dict[str, float | None] | None:
        found = (self.bmd_g_cm2 or {}).get(site)
        if found is None:
            return None
        return {
            name: _number(getattr(found, name), 4) for name in ("value", "low", "high")
        }


def _not_a_number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _number(value: float | None, digits: int) -> float | None:
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), digits)
