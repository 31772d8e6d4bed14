"""The last step: regions, features and BMD of a hip whose landmarks are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .. import bmd, quality
from ..core.anatomy import SITES, Points, Site, area, is_mirrored, polygons
from ..core.measurement import (
    DIGITAL,
    HipImages,
    LandmarkSet,
    Measurement,
    RegionMeasurement,
)
from ..core.radiograph import Flag, Patient, Side
from ..core.ruler_choice import RulerChoice
from .calibrated import with_grey_scale
from .models import Models, load_models

NO_SPACING = (
    "The film has no trusted pixel spacing, so areas and BMD are not given:"
    " supply the spacing in mm."
)


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
        A landmark is still under way: the film's gain stays as it was read last, which
        is many times faster. Call once more without it when it has come to rest.
    """
    models = models or load_models()
    before = measurement.landmarks
    sigma = (
        np.full(len(landmarks_xy), np.nan) if before is None else before.sigma_mm.copy()
    )
    if before is not None:
        sigma[np.any(before.xy != landmarks_xy, axis=1)] = 0.0
    return with_values(
        replace(
            measurement,
            landmarks=LandmarkSet(np.asarray(landmarks_xy, float), sigma),
            patient=patient or measurement.patient,
            rulers=rulers or measurement.rulers,
        ),
        models,
        moving,
    )


def with_values(
    state: Measurement, models: Models, moving: bool = False
) -> Measurement:
    """Regions, features and BMD of a state that has images and landmarks."""
    state = replace(
        state,
        model_name=models.bmd.name,
        calibrated_on=models.bmd.calibrated_on,
        not_fitted=tuple(s for s in SITES if s not in models.bmd.features_only),
    )
    film, images, marks = state.film, state.images, state.landmarks
    assert film is not None and images is not None and marks is not None
    image = models.bmd.grey
    known = state.regions if state.measured_on == image else {}
    spacing = film.spacing_mm
    px_cm2 = None if spacing is None else spacing[0] * spacing[1] / 100
    regions = {
        region: _unchanged(known.get(region), polygon)
        or _region(images, polygon, px_cm2, image, state)
        for region, polygon in polygons(marks.xy).items()
    }
    tagged = tuple(f for f in film.flags if f.code == "position")
    seen = quality.position(marks.xy, spacing) or tagged
    seen += quality.agreement(marks.xy, marks.sigma_mm, spacing)
    seen += quality.size(marks.xy, spacing)
    seen += quality.field(
        marks.xy, film.shape, {region: part.share for region, part in regions.items()}
    )
    seen += quality.collimation(
        {region: part.covered_share for region, part in regions.items()}
    )
    if state.side is not None and not quality.position(marks.xy, spacing):
        seen += quality.rotation(marks.xy, is_mirrored(state.side), spacing)
        seen += _shape(marks.xy, state.side, spacing)
    seen += quality.burnt_in({r: part.marked_share for r, part in regions.items()})
    seen += quality.saturation(
        {region: part.burnt_share for region, part in regions.items()}
    )
    state, unread = with_grey_scale(
        replace(state, regions=regions, measured_on=image),
        models.grey_scale,
        models.gain,
        moving,
    )
    seen += unread
    vector = _inputs(state, models)
    if spacing is None or not np.isfinite(vector).all():
        reason = (
            NO_SPACING
            if spacing is None
            else state.grey_scale_reason
            if models.bmd.image == "calibrated" and state.grey_scale is None
            else "A region lies outside the film: move the landmarks or the hip box."
        )
        return replace(
            state,
            status="partial",
            reason=reason,
            region_flags=seen,
            bmd_g_cm2=None,
            t_score=None,
        )
    return _with_bmd(replace(state, region_flags=seen), vector, models)


def _inputs(state: Measurement, models: Models) -> NDArray[np.float64]:
    """What the regression takes of a film; NaN where a feature or the gain is not."""
    vector = bmd.feature_vector(state.regions)
    if models.bmd.image != "calibrated":
        return vector
    gain = state.grey_scale
    known = (
        (np.nan, np.nan) if gain is None else (gain.gain_per_g_cm2, gain.relative_error)
    )
    row: NDArray[np.float64] = bmd.in_both_units(vector[None], np.array([known]))[0]
    return row


def _shape(
    landmarks_xy: Points, side: Side, spacing_mm: tuple[float, float] | None
) -> tuple[Flag, ...]:
    """Flag landmarks that make no hip's shape."""
    from ..landmarks.shape import shape_doubts

    doubts = shape_doubts(landmarks_xy, side, spacing_mm)
    return (Flag("implausible-shape", " ".join(doubts)),) if doubts else ()


def _unchanged(
    before: RegionMeasurement | None, polygon_xy: Points
) -> RegionMeasurement | None:
    """An earlier measurement of the same polygon on the same images, if it is one."""
    if before is not None and np.array_equal(before.polygon_xy, polygon_xy):
        return before
    return None


def _region(
    images: HipImages,
    polygon_xy: Points,
    px_cm2: float | None,
    image: bmd.Grey,
    state: Measurement,
) -> RegionMeasurement:
    """One region read from the film or the bone image, within its window only."""
    row, column = images.corner_row_col
    pixels = bmd.region_pixels(polygon_xy, images.film.shape, (column, row))
    film = images.film[pixels.window]
    top, left = (part.start for part in pixels.window)
    corner_xy = (column + (left or 0), row + (top or 0))
    assert state.film is not None
    here = (pixels.inside, corner_xy)
    grey = images.grey_in(pixels.window, image)
    found = bmd.features_of_values(grey[pixels.inside])
    return RegionMeasurement(
        polygon_xy,
        found.thresholds,
        found.features,
        None if px_cm2 is None else area(polygon_xy) * px_cm2,
        pixels.share,
        quality.burnt_share(film[pixels.inside]),
        max(
            quality.covered_share(*here, state.borders),
            _share_of(state.film.outside, *here),
        ),
        _share_of(state.film.burnt_in, *here),
        found.mean,
        found.sd,
    )


def _share_of(
    hidden: NDArray[np.bool_] | None,
    inside: NDArray[np.bool_],
    corner_xy: tuple[int, int],
) -> float:
    """The part of a region's pixels where a mask of the whole film is set."""
    if hidden is None:
        return 0.0
    (left, top), (rows, columns) = corner_xy, inside.shape
    found = hidden[top : top + rows, left : left + columns][inside]
    return float(found.mean()) if found.size else 0.0


def _with_bmd(
    state: Measurement, vector: NDArray[np.float64], models: Models
) -> Measurement:
    model, patient = models.bmd, state.patient
    estimates = model.predict(vector, patient)
    values: dict[Site, float] = {site: e.value for site, e in estimates.items()}
    if min(values.values()) <= 0:
        return replace(
            state,
            status="partial",
            reason="The grey values give an aBMD below zero, so none is shown: this is"
            " not a film that the regression knows.",
            bmd_g_cm2=None,
            t_score=None,
        )
    flags: tuple[Flag, ...] = ()
    if model.lacks_biology(patient):
        flags += (
            Flag(
                "biology",
                "Sex, age, height or weight is missing: the model without them is"
                " used, and its interval is wider.",
            ),
        )
    if unlike := model.far_from_calibration(vector, patient):
        flags += (
            Flag(
                "extrapolation",
                f"Far outside what the regression was fitted to: {', '.join(unlike)}."
                " The aBMD is not to be trusted.",
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
    flags += bmd.implausible(values)
    return replace(
        state,
        status="measured",
        reason=None,
        region_flags=state.region_flags + flags,
        bmd_g_cm2=estimates,
        t_score=bmd.t_scores(values),
    )
