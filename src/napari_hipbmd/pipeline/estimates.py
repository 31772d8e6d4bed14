"""aBMD and T-scores from the features of a hip, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import bmd
from ..bmd import BmdModel
from ..core.anatomy import REGIONS, Region, Site
from ..core.caveats import DIGITAL
from ..core.measurement import Estimate, RegionMeasurement
from ..core.radiograph import Flag, Patient
from .gain import FilmGain

NO_SPACING = (
    "The film has no trusted pixel spacing, so areas and BMD are not given:"
    " supply the spacing in mm."
)


@dataclass(frozen=True, eq=False)
class Estimates:
    """aBMD with intervals and T-scores; None where ``reason`` says why."""

    bmd_g_cm2: dict[Site, Estimate] | None
    t_score: dict[str, float] | None
    reason: str | None = None
    flags: tuple[Flag, ...] = ()


def estimate(
    model: BmdModel,
    regions: Mapping[Region, RegionMeasurement],
    gain: FilmGain,
    patient: Patient,
    spacing_mm: tuple[float, float] | None,
) -> Estimates:
    """What a regression makes of the regions of a film."""
    if spacing_mm is None:
        return Estimates(None, None, NO_SPACING)
    vector = _inputs(model, regions, gain)
    if not np.isfinite(vector).all():
        outside = "A region lies outside the film: move the landmarks or the hip box."
        unread = model.image == "calibrated" and gain.grey_scale is None
        return Estimates(None, None, gain.reason if unread else outside)
    found = model.predict(vector, patient)
    values: dict[Site, float] = {site: e.value for site, e in found.items()}
    if min(values.values()) <= 0:
        return Estimates(
            None,
            None,
            "The grey values give an aBMD below zero, so none is shown: this is"
            " not a film that the regression knows.",
        )
    flags = _flags(model, vector, patient) + bmd.implausible(values)
    scores = {} if model.other_scales else bmd.t_scores(values)
    return Estimates(found, scores, flags=flags)


def _inputs(
    model: BmdModel, regions: Mapping[Region, RegionMeasurement], gain: FilmGain
) -> NDArray[np.float64]:
    """What the regression takes of a film; NaN where a feature or the gain is not."""
    vector = bmd.feature_vector(regions)
    if model.image != "calibrated":
        return vector
    scale = gain.grey_scale
    known = (
        (np.nan, np.nan)
        if scale is None
        else (scale.gain_per_g_cm2, scale.relative_error)
    )
    minerals = np.array([[regions[region].mineral_g_cm2 for region in REGIONS]])
    row: NDArray[np.float64] = bmd.in_both_units(
        vector[None], np.array([known]), minerals
    )[0]
    return row


def _flags(
    model: BmdModel, vector: NDArray[np.float64], patient: Patient
) -> tuple[Flag, ...]:
    flags: tuple[Flag, ...] = ()
    if model.lacks_biology(patient):
        flags += (
            Flag(
                "biology",
                "Sex, age, height or weight is missing: the model without them is"
                " used.",
            ),
        )
    if unlike := model.unlike_fitted(vector, patient):
        flags += (
            Flag(
                "extrapolation",
                f"Far outside what the regression was fitted to: {', '.join(unlike)}."
                " The aBMD is not to be trusted.",
            ),
        )
    if others := model.other_scales:
        flags += (
            Flag(
                "other-scale",
                f"The regression is fitted to readings of {', '.join(others)}: the aBMD"
                " is on that scale, and no T-score is given, as the reference is"
                " Hologic's.",
            ),
        )
    if DIGITAL in model.calibrated_on:
        flags += (
            Flag(
                "calibration",
                "The regression is fitted to digital hips and not calibrated for this"
                " X-ray machine: the aBMD shows the chain working, no more.",
            ),
        )
    return flags
