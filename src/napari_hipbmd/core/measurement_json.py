"""A measurement as JSON: the command line's contract, and what results are kept as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple
from typing import Any

import numpy as np

from .anatomy import (
    LANDMARK_IDS,
    REGIONS,
    SITES,
    Region,
    Site,
    head_diameter_mm,
    polygons,
)
from .bounded_json import as_type
from .errors import Refused
from .hip_images import LandmarkSet
from .measurement import Estimate, Measurement, RegionMeasurement
from .radiograph import Flag, HipBox
from .stored_measurement import StoredEstimate, StoredMeasurement


def measurement_as_json(m: Measurement) -> dict[str, Any]:
    """The command line's contract: plain numbers, no NaN, no identifiers."""
    marks = m.landmarks
    return {
        "case_id": m.case_id,
        "image": m.image,
        "side": m.side,
        "status": m.status,
        "reason": m.reason,
        "flags": [
            {"code": f.code, "text": f.text, "sites": list(f.sites)} for f in m.flags
        ],
        "spacing_mm": None if m.spacing_mm is None else list(m.spacing_mm),
        "spacing_source": m.spacing_source,
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
        else _number(head_diameter_mm(marks.xy, m.spacing_mm), 1),
        "regions": {
            region: {
                "area_cm2": _number(m.regions[region].area_cm2, 4),
                "features": [_number(v, 6) for v in m.regions[region].features],
                "features_g_cm2": _features_g_cm2(m, region),
                "mineral_g_cm2": _number(m.regions[region].mineral_g_cm2, 5),
                "mean": _number(m.regions[region].mean, 6),
                "sd": _number(m.regions[region].sd, 6),
                "thresholds": [
                    [_number(t, 6) for t in pair]
                    for pair in m.regions[region].thresholds
                ],
            }
            for region in REGIONS
            if region in m.regions
        },
        "bmd_g_cm2": None
        if m.bmd_g_cm2 is None
        else {
            site: None if site in m.withheld else _estimate(m, site) for site in SITES
        },
        "t_score": None
        if m.t_score is None
        else {site: _number(t, 2) for site, t in m.t_score.items()},
        "withheld": {
            site: [flag.code for flag in flags] for site, flags in m.withheld.items()
        },
        "policy": m.policy,
        "seconds": {step: round(s, 4) for step, s in m.seconds.items()},
        "model": {"name": m.model_name, "calibrated_on": m.calibrated_on},
        "not_fitted": list(m.not_fitted),
        "grey_scale": None if m.grey_scale is None else m.grey_scale.to_json(),
        "grey_scale_reason": m.grey_scale_reason,
        "box": None if m.box is None else list(astuple(m.box)),
        "box_source": m.box_source,
        "patient": asdict(m.patient),
        "measured_on": m.measured_on,
        "made_with": dict(m.made_with),
    }


def measurement_from_json(data: Mapping[str, Any]) -> Measurement:
    """What :func:`measurement_as_json` wrote, without pictures.

    Raises
    ------
    Refused
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
    return Measurement(
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
                mineral_g_cm2=_not_a_number(one.mineral_g_cm2),
            )
            for region, one in stored.regions.items()
        },
        bmd_g_cm2=None
        if values is None
        else {
            site: _estimate_of(site, one)
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


def _features_g_cm2(m: Measurement, region: Region) -> list[float | None] | None:
    if m.grey_scale is None or m.measured_on != "enhanced":
        return None
    gain = round(m.grey_scale.gain_per_g_cm2, 5)  # both as they stand beside it
    return [
        None if value is None else _number(value / gain, 5)
        for value in (_number(v, 6) for v in m.regions[region].features)
    ]


def _estimate(m: Measurement, site: Site) -> dict[str, float | None] | None:
    found = (m.bmd_g_cm2 or {}).get(site)
    if found is None:
        return None
    return {name: _number(getattr(found, name), 4) for name in ("value", "low", "high")}


def _estimate_of(site: Site, stored: StoredEstimate) -> Estimate:
    """An estimate as it was kept; nobody's value lies outside of its own interval."""
    found = Estimate(*(_not_a_number(v) for v in astuple(stored)))
    if found.value < found.low or found.value > found.high:
        raise Refused(f"bmd_g_cm2.{site} has a value outside of its interval")
    return found


def _not_a_number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _number(value: float | None, digits: int) -> float | None:
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), digits)
