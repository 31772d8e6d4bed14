"""The paper's flowchart: film → STO → bone image → landmarks → features → BMD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from . import bmd, quality
from .anatomy import SITES, Points, Site, area, is_mirrored, polygons
from .canvas import Canvas, make_canvas, normalisation
from .measurement import (
    DIGITAL,
    Border,
    HipImages,
    LandmarkSet,
    Measurement,
    RegionMeasurement,
)
from .models import Models, Networks, load_models
from .radiograph import (
    Cancelled,
    FilmRefused,
    Flag,
    FloatImage,
    HipBox,
    Patient,
    Radiograph,
    Side,
)

Report = Callable[[str, Measurement], None]
MEASURE_CODES = {
    "collimation",
    "region-outside",
    "rotation",
    "saturation",
    "implausible-bmd",
    "implausible-shape",
    "extrapolation",
    "biology",
    "position",
    "landmarks-disagree",
    "landmarks-unsure",
}
EVEN_GREY = 0.01  # of the grey range
NO_SPACING = (
    "The film has no trusted pixel spacing, so areas and BMD are not given:"
    " supply the spacing in mm."
)


def find_landmarks(
    film: Radiograph,
    networks: Networks,
    side: Side | None = None,
    box: HipBox | None = None,
) -> tuple[LandmarkSet, Side, HipBox]:
    """The landmarks of one hip, its side and its box, and nothing else.

    Side and box are taken as :func:`measure` takes them.

    Raises
    ------
    FilmRefused
        If the box lies outside the film.
    """
    seen = see_hip(film, networks, side, box)
    return networks.finder.find(seen.canvas, film.spacing_mm), seen.side, seen.box


@dataclass(frozen=True, eq=False)
class SeenHip:
    """One hip of a film as the networks see it.

    Attributes
    ----------
    grey
        The whole film on its fixed 0 … 1 range.
    flags
        What had to be guessed.
    """

    grey: FloatImage
    canvas: Canvas
    box: HipBox
    side: Side
    flags: tuple[Flag, ...]


def see_hip(
    film: Radiograph,
    networks: Networks,
    side: Side | None = None,
    box: HipBox | None = None,
) -> SeenHip:
    """The hip of a film, its side and box taken as :func:`measure` takes them.

    Raises
    ------
    FilmRefused
        If the box lies outside the film, or shows one even grey.
    """
    grey = film.grey()
    box, found, flags = _place(film, grey, networks, box, side or film.side)
    canvas = make_canvas(grey, box, is_mirrored(found), pixel_aspect=film.pixel_aspect)
    if normalisation(canvas.grey)[1] < EVEN_GREY:
        raise FilmRefused(
            "The film, or its hip box, is one even grey: there is nothing to measure;"
            " check the file, or draw the box on the hip."
        )
    return SeenHip(grey, canvas, box, found, flags)


def measure(
    film: Radiograph,
    *,
    image: str = "",
    patient: Patient | None = None,
    side: Side | None = None,
    box: HipBox | None = None,
    models: Models | None = None,
    report: Report | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Measurement:
    """Measure one hip.

    Parameters
    ----------
    image
        The name shown for the film.
    patient
        Biology; what it lacks is taken from the film.
    side
        Side of the hip; by default what the film says, else the likelier one.
    box
        The hip box; by default the whole film, or on a large one the place where the
        networks are surest.
    models
        The bundled ones by default.
    report
        Called after each step with its name and what is known so far.
    cancelled
        Asked between the steps.

    Raises
    ------
    FilmRefused
        If the box lies outside the film.
    Cancelled
        If asked to stop.
    """
    models = models or load_models()
    started = perf_counter()
    state = prepare(
        film,
        models,
        image=image,
        patient=patient,
        side=side,
        box=box,
        report=report,
        cancelled=cancelled,
    )
    t = perf_counter()
    state = _with_values(state, models)
    now = perf_counter()
    seconds = {**state.seconds, "measure": now - t, "total": now - started}
    state = replace(state, seconds=seconds)
    if report:
        report("measure", state)
    return state


def prepare(
    film: Radiograph,
    networks: Networks,
    *,
    image: str = "",
    patient: Patient | None = None,
    side: Side | None = None,
    box: HipBox | None = None,
    landmarks_xy: Points | None = None,
    report: Report | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Measurement:
    """Images and landmarks of one hip: all that comes before a regression.

    Parameters
    ----------
    film, image, patient, side, box, report, cancelled
        As of :func:`measure`.
    landmarks_xy
        ``(16, 2)`` film pixels that somebody placed; the networks find them when
        absent.

    Raises
    ------
    FilmRefused
        If the box lies outside the film, or a placed landmark is missing.
    Cancelled
        If asked to stop.
    """
    seconds: dict[str, float] = {}
    state = Measurement(
        film.case_id,
        image or film.case_id,
        side or film.side,
        "partial",
        flags=film.flags,
        spacing_mm=film.spacing_mm,
        spacing_source=film.spacing_source,
        patient=(patient or Patient()).or_else(film.patient),
        film=film,
    )

    def step_done(
        name: str, since: float, state: Measurement, counts_as: str = ""
    ) -> Measurement:
        spent = counts_as or name
        seconds[spent] = seconds.get(spent, 0.0) + perf_counter() - since
        if report:
            report(name, state)
        if cancelled is not None and cancelled():
            raise Cancelled
        return state

    t = perf_counter()
    if landmarks_xy is not None and box is None:
        box = _box_around(landmarks_xy, film)
    seen = see_hip(film, networks, state.side, box)
    grey, canvas = seen.grey, seen.canvas
    state = replace(state, box=seen.box, side=seen.side, flags=state.flags + seen.flags)
    state = step_done("locate", t, state, counts_as="landmarks")

    t = perf_counter()
    state = replace(state, images=enhance_hip(seen, networks))
    state = step_done("enhance", t, state)

    t = perf_counter()
    if landmarks_xy is None:
        marks = networks.finder.find(canvas, film.spacing_mm)
    else:
        marks = LandmarkSet(landmarks_xy, np.zeros(len(landmarks_xy)))
    metal = quality.metal(canvas, marks.xy)
    edges = quality.borders(grey)
    state = replace(state, landmarks=marks, flags=state.flags + metal, borders=edges)
    state = step_done("landmarks", t, state)
    return replace(state, seconds=seconds)


def _box_around(landmarks_xy: Points, film: Radiograph) -> HipBox | None:
    """A hip box about placed landmarks on a film that shows more than one hip."""
    from .landmarks.locate import BOX_MM, needs_locating

    if not np.isfinite(landmarks_xy).all():
        raise FilmRefused(
            "A landmark is missing: place all sixteen, or let the networks find them."
        )
    if not needs_locating(film.shape, film.spacing_mm):
        return None
    low, high = landmarks_xy.min(axis=0), landmarks_xy.max(axis=0)
    side = float((high - low).max()) * 2
    if film.spacing_mm is not None:
        side = BOX_MM / float(np.mean(film.spacing_mm))
    x, y = (low + high) / 2
    return HipBox.square((float(x), float(y)), side)


def _place(
    film: Radiograph,
    grey: FloatImage,
    models: Networks,
    box: HipBox | None,
    side: Side | None,
) -> tuple[HipBox, Side, tuple[Flag, ...]]:
    """Hip box and side, and what had to be guessed."""
    from .landmarks.locate import best_side, locate, needs_locating

    flags: list[Flag] = []
    found = side
    if box is None and needs_locating(film.shape, film.spacing_mm):
        place = locate(models.finder, grey, film.spacing_mm, side)
        flags.append(
            Flag(
                "box-guessed",
                "The film shows more than one hip box, and the hip was searched for:"
                " check it, or give the box.",
            )
        )
        box, found = place.box, place.side
    elif box is None and film.spacing_mm is None:
        flags.append(
            Flag(
                "box-assumed",
                "The film does not tell its size and was taken for one hip: if it shows"
                " more, give the hip box.",
            )
        )
    box = box or film.whole_box()
    if found is None:
        found = best_side(models.finder, grey, box, film.pixel_aspect).side
    if side is None:
        word = "left" if found == "L" else "right"
        flags.append(
            Flag(
                "side-guessed",
                f"The film does not say which hip it is; it looks like a {word} one:"
                " check it, or give the side.",
            )
        )
    return box, found, tuple(flags)


def enhance_hip(seen: SeenHip, networks: Networks) -> HipImages:
    """STO and bone image of a hip at full resolution."""
    from .enhancement.apply import enhance

    return enhance(seen.grey, seen.canvas, networks.enhancer.sto_on_grid(seen.canvas))


def remeasure(
    measurement: Measurement,
    landmarks_xy: Points,
    patient: Patient | None = None,
    models: Models | None = None,
) -> Measurement:
    """The last step again, after a person moved landmarks or changed the biology.

    Only regions whose polygon has changed are read from the film again; the rest is
    taken over, so the result equals that of measuring everything anew.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels.
    """
    models = models or load_models()
    before = measurement.landmarks
    sigma = (
        np.full(len(landmarks_xy), np.nan) if before is None else before.sigma_mm.copy()
    )
    if before is not None:
        sigma[np.any(before.xy != landmarks_xy, axis=1)] = 0.0
    return _with_values(
        replace(
            measurement,
            landmarks=LandmarkSet(np.asarray(landmarks_xy, float), sigma),
            patient=patient or measurement.patient,
        ),
        models,
    )


def _with_values(state: Measurement, models: Models) -> Measurement:
    """Regions, features and BMD of a state that has images and landmarks."""
    state = replace(
        state,
        model_name=models.bmd.name,
        calibrated_on=models.bmd.calibrated_on,
        not_fitted=tuple(s for s in SITES if s not in models.bmd.features_only),
    )
    film, images, marks = state.film, state.images, state.landmarks
    assert film is not None and images is not None and marks is not None
    image = models.bmd.image
    known = state.regions if state.measured_on == image else {}
    spacing = film.spacing_mm
    px_cm2 = None if spacing is None else spacing[0] * spacing[1] / 100
    regions = {
        region: _unchanged(known.get(region), polygon)
        or _region(images, polygon, px_cm2, image, state.borders)
        for region, polygon in polygons(marks.xy).items()
    }
    kept = tuple(f for f in state.flags if f.code not in MEASURE_CODES)
    tagged = tuple(f for f in film.flags if f.code == "position")
    seen = quality.position(marks.xy, spacing) or tagged
    seen += quality.agreement(marks.xy, marks.sigma_mm, spacing)
    seen += quality.field(
        marks.xy, film.shape, {region: part.share for region, part in regions.items()}
    )
    seen += quality.collimation(
        {region: part.covered_share for region, part in regions.items()}
    )
    if state.side is not None and not quality.position(marks.xy, spacing):
        seen += quality.rotation(marks.xy, is_mirrored(state.side), spacing)
        seen += _shape(marks.xy, state.side, spacing)
    seen += quality.saturation(
        {region: part.burnt_share for region, part in regions.items()}
    )
    state = replace(state, regions=regions, measured_on=image)
    vector = bmd.feature_vector(regions)
    if spacing is None or not np.isfinite(vector).all():
        reason = (
            NO_SPACING
            if spacing is None
            else "A region lies outside the film: move the landmarks or the hip box."
        )
        return replace(
            state,
            status="partial",
            reason=reason,
            flags=kept + seen,
            bmd_g_cm2=None,
            t_score=None,
        )
    return _with_bmd(replace(state, flags=kept + seen), vector, models)


def _shape(
    landmarks_xy: Points, side: Side, spacing_mm: tuple[float, float] | None
) -> tuple[Flag, ...]:
    """Flag landmarks that make no hip's shape."""
    from .landmarks.shape import shape_doubts

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
    image: bmd.Image,
    borders: tuple[Border, ...],
) -> RegionMeasurement:
    """One region read from the film or the bone image, within its window only."""
    row, column = images.corner_row_col
    pixels = bmd.region_pixels(polygon_xy, images.film.shape, (column, row))
    film = images.film[pixels.window]
    top, left = (part.start for part in pixels.window)
    corner_xy = (column + (left or 0), row + (top or 0))
    grey = images.grey_in(pixels.window, image)
    found = bmd.features_of_values(grey[pixels.inside])
    return RegionMeasurement(
        polygon_xy,
        found.thresholds,
        found.features,
        None if px_cm2 is None else area(polygon_xy) * px_cm2,
        pixels.share,
        quality.burnt_share(film[pixels.inside]),
        quality.covered_share(pixels.inside, corner_xy, borders),
    )


def _with_bmd(state: Measurement, vector: np.ndarray, models: Models) -> Measurement:
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
    kept = tuple(f for f in state.flags if f.code != "calibration")
    return replace(
        state,
        status="measured",
        reason=None,
        flags=kept + flags,
        bmd_g_cm2=estimates,
        t_score=bmd.t_scores(values),
    )
