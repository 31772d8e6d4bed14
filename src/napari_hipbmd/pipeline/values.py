"""The last step: regions, features and BMD of a hip whose landmarks are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import numpy as np

from ..bmd import Grey
from ..core.anatomy import SITES, Points, Site
from ..core.grey_scale import GreyScale
from ..core.hip_images import LandmarkSet
from ..core.measurement import Estimate, Measurement
from ..core.mineral_map import MineralMap
from ..core.radiograph import Flag, Patient
from ..core.ruler_choice import RulerChoice
from ..core.stored_measurement import MeasurementStatus
from ..grey_scale import RulerReading
from .contradictions import told_flags
from .estimates import estimate
from .gain import FilmGain, read_gain, reading_of
from .models import Models, load_models
from .prepared import PreparedHip
from .regions import Regions, measure_regions, region_flags, with_mineral

ALL_RULERS = RulerChoice()


class HipValues(TypedDict):
    """The fields of a measurement that follow from a hip's landmarks."""

    status: MeasurementStatus
    reason: str | None
    patient: Patient
    landmarks: LandmarkSet
    region_flags: tuple[Flag, ...]
    regions: Regions
    measured_on: Grey
    bmd_g_cm2: dict[Site, Estimate] | None
    t_score: dict[str, float] | None
    model_name: str
    calibrated_on: str
    not_fitted: tuple[Site, ...]
    grey_scale: GreyScale | None
    grey_scale_reason: str | None
    ruler_reading: RulerReading | None
    mineral_map: MineralMap | None
    rulers: RulerChoice


def values_of(
    hip: PreparedHip,
    models: Models,
    rulers: RulerChoice = ALL_RULERS,
    before: Measurement | None = None,
    moving: bool = False,
) -> HipValues:
    """All of a measurement that follows from a hip's landmarks.

    Parameters
    ----------
    rulers
        What a person wants of them.
    before
        An earlier measurement of the same film: what rests on the same landmarks is
        taken over.
    moving
        A landmark is under way: the film's gain and what is said of the landmarks'
        shape stay as they were before, too.
    """
    model = models.bmd
    known = before.regions if before and before.measured_on == model.grey else {}
    regions = measure_regions(hip, model.grey, known)
    resting = before if moving else None
    if resting is not None and resting.rulers == rulers:
        gain = FilmGain.of(resting)
    else:
        read = None if before is None else reading_of(before)
        gain = read_gain(hip, models.grey_scale, models.gain, rulers, read)
    drawn = None if gain.reading is None else gain.reading.mineral
    same_map = before is not None and before.mineral_map is drawn
    regions = with_mineral(regions, drawn, known if same_map else {})
    found = estimate(model, regions, gain, hip.patient, hip.film.spacing_mm)
    return {
        "status": "partial" if found.bmd_g_cm2 is None else "measured",
        "reason": found.reason,
        "patient": hip.patient,
        "landmarks": hip.landmarks,
        "region_flags": region_flags(
            hip, regions, None if resting is None else resting.region_flags
        )
        + gain.flags
        + found.flags,
        "regions": regions,
        "measured_on": model.grey,
        "bmd_g_cm2": found.bmd_g_cm2,
        "t_score": found.t_score,
        "model_name": model.name,
        "calibrated_on": model.calibrated_on,
        "not_fitted": tuple(s for s in SITES if s not in model.features_only),
        "grey_scale": gain.grey_scale,
        "grey_scale_reason": gain.reason,
        "ruler_reading": gain.reading,
        "mineral_map": drawn,
        "rulers": rulers,
    }


def remeasure(
    measurement: Measurement,
    landmarks_xy: Points,
    patient: Patient | None = None,
    models: Models | None = None,
    rulers: RulerChoice | None = None,
    moving: bool = False,
) -> Measurement:
    """The last step again, after a person moved landmarks or changed the biology.

    Only regions whose polygon has changed are read from the film again; the rest is
    taken over, so the result equals that of measuring everything anew.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels.
    rulers
        What is wanted of the film's rulers from now on; as before when absent.
    moving
        A landmark is still under way: the film's gain and the doubts about the
        landmarks' shape stay as they were, which is many times faster. Call once more
        without it when it has come to rest.

    Raises
    ------
    ValueError
        If the measurement has no pictures, such as one that was read from a file.
    """
    before = measurement.landmarks
    sigma = (
        np.full(len(landmarks_xy), np.nan) if before is None else before.sigma_mm.copy()
    )
    if before is not None:
        sigma[np.any(before.xy != landmarks_xy, axis=1)] = 0.0
    marks = LandmarkSet(np.asarray(landmarks_xy, float), sigma)
    hip = PreparedHip.of(measurement, marks, patient or measurement.patient)
    values = values_of(
        hip,
        models or load_models(),
        rulers or measurement.rulers,
        measurement,
        moving,
    )
    if patient is not None and measurement.film is not None:
        flags = told_flags(measurement.film, patient, measurement.side)
        measurement = replace(measurement, film_flags=flags)
    return replace(measurement, **values)
