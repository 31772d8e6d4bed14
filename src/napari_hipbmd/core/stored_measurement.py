"""The JSON of a measurement as types: what is read back is checked against them.

What is not there in files of earlier versions has a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .anatomy import LANDMARK_IDS, REGIONS, Region, Site
from .errors import Refused
from .grey_scale import GreyScale
from .radiograph import Patient, Side

MeasurementStatus = Literal["measured", "partial", "refused"]


@dataclass(frozen=True)
class StoredFlag:
    """A reason for caution."""

    code: str
    text: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class StoredMark:
    """A landmark."""

    xy: tuple[float, float]
    sigma_mm: float | None


@dataclass(frozen=True)
class StoredRegion:
    """A region: its features, and what they are made of."""

    area_cm2: float | None
    features: tuple[float | None, float | None, float | None]
    mean: float | None = None
    sd: float | None = None
    mineral_g_cm2: float | None = None
    thresholds: tuple[tuple[float | None, float | None], ...] = ((None, None),) * 3

    def __post_init__(self) -> None:
        if len(self.thresholds) != 3:
            raise Refused("a region has three pairs of thresholds")


@dataclass(frozen=True)
class StoredEstimate:
    """An aBMD with its interval."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class StoredModel:
    """The regression."""

    name: str
    calibrated_on: str


@dataclass(frozen=True)
class StoredMeasurement:
    """One hip."""

    case_id: str
    image: str
    side: Side | None
    status: MeasurementStatus
    reason: str | None
    flags: tuple[StoredFlag, ...]
    spacing_mm: tuple[float, float] | None
    spacing_source: str
    landmarks: dict[str, StoredMark]
    regions: dict[Region, StoredRegion]
    bmd_g_cm2: dict[Site, StoredEstimate | None] | None
    t_score: dict[str, float | None] | None
    withheld: dict[Site, tuple[str, ...]]
    policy: str
    seconds: dict[str, float]
    model: StoredModel
    not_fitted: tuple[Site, ...] = ()
    box: tuple[float, float, float, float] | None = None
    box_source: str = ""
    patient: Patient = field(default_factory=Patient)
    measured_on: Literal["raw", "enhanced"] = "enhanced"
    made_with: dict[str, Any] = field(default_factory=dict)
    grey_scale: GreyScale | None = None
    grey_scale_reason: str | None = None

    def __post_init__(self) -> None:
        if self.landmarks and not self.landmarks.keys() >= set(LANDMARK_IDS):
            raise Refused("it lacks a landmark")
        if self.regions and not self.landmarks:
            raise Refused("it has regions and no landmarks")
        if not self.regions.keys() <= set(REGIONS):
            raise Refused("it has another region")
