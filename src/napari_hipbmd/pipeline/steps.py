"""The steps of the flowchart, one after the other, each reported when it is done."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from .. import quality
from ..core.anatomy import Points
from ..core.canvas import Canvas, make_canvas
from ..core.errors import Cancelled
from ..core.hip_images import HipImages, LandmarkSet
from ..core.measurement import Measurement
from ..core.radiograph import HipBox, Patient, Radiograph, Side
from ..core.threads import one_thread
from .contradictions import told_flags
from .hip import SeenHip, box_around, enhance_hip
from .models import Models, Networks, load_models
from .prepared import PreparedHip
from .values import values_of
from .way_round import look_at_hip

Made = SeenHip | HipImages | LandmarkSet | Measurement
"""What a step gives: the hip on its film, its images, its landmarks, the whole."""

StepReport = Callable[[str, Made], None]


def measure(
    film: Radiograph,
    *,
    image: str = "",
    patient: Patient | None = None,
    side: Side | None = None,
    box: HipBox | None = None,
    landmarks_xy: Points | None = None,
    models: Models | None = None,
    report: StepReport | None = None,
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
    landmarks_xy
        ``(16, 2)`` film pixels that somebody placed; the networks find them when
        absent.
    models
        The bundled ones by default.
    report
        Called after each step with its name and what it gave: ``"locate"`` the hip on
        its film, ``"enhance"`` its images, ``"landmarks"``, ``"measure"`` the whole.
    cancelled
        Asked between the steps.

    Raises
    ------
    Refused
        If the box lies outside the film, or a placed landmark is missing.
    Cancelled
        If asked to stop.
    """
    models = models or load_models()
    started = perf_counter()
    hip = prepare(
        film,
        models,
        image=image,
        patient=patient,
        side=side,
        box=box,
        landmarks_xy=landmarks_xy,
        report=report,
        cancelled=cancelled,
    )
    t = perf_counter()
    values = values_of(hip, models)
    now = perf_counter()
    found = Measurement(
        hip.film.case_id,
        hip.image,
        hip.side,
        film_flags=hip.film_flags,
        hip_flags=hip.hip_flags,
        spacing_mm=hip.film.spacing_mm,
        spacing_source=hip.film.spacing_source,
        film=hip.film,
        box=hip.box,
        box_source=hip.box_source,
        images=hip.images,
        borders=hip.borders,
        found=hip.found,
        seconds={**hip.seconds, "measure": now - t, "total": now - started},
        **values,
    )
    if report:
        report("measure", found)
    return found


def _outside(film: Radiograph, canvas: Canvas) -> NDArray[np.bool_] | None:
    """What of a canvas lies beyond the film's shutter."""
    if film.outside is None:
        return None
    hidden = film.outside.astype(np.float32)
    seen = make_canvas(
        hidden, canvas.square, canvas.mirrored, pixel_aspect=film.pixel_aspect
    )
    return seen.grey > 0.01


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
    Refused
        If the box lies outside the film.
    """
    with one_thread():
        film, seen = look_at_hip(film, networks, side, box)
        found = networks.finder.find(seen.canvas, film.spacing_mm)
    return found, seen.side, seen.box


def prepare(
    film: Radiograph,
    networks: Networks,
    *,
    image: str = "",
    patient: Patient | None = None,
    side: Side | None = None,
    box: HipBox | None = None,
    landmarks_xy: Points | None = None,
    report: StepReport | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PreparedHip:
    """Images and landmarks of one hip: all that comes before a regression.

    Parameters
    ----------
    film, image, patient, side, box, landmarks_xy, report, cancelled
        As of :func:`measure`.

    Raises
    ------
    Refused
        If the box lies outside the film, or a placed landmark is missing.
    Cancelled
        If asked to stop.
    """
    seconds: dict[str, float] = {}

    def step_done(name: str, since: float, made: Made, counts_as: str = "") -> None:
        spent = counts_as or name
        seconds[spent] = seconds.get(spent, 0.0) + perf_counter() - since
        if report:
            report(name, made)
        if cancelled is not None and cancelled():
            raise Cancelled

    doubts = told_flags(film, patient, side)
    patient = (patient or Patient()).or_else(film.patient)

    t = perf_counter()
    around = None
    if landmarks_xy is not None and box is None:
        around = box_around(landmarks_xy, film)
    with one_thread():
        film, seen = look_at_hip(film, networks, side or film.side, box or around)
    step_done("locate", t, seen, counts_as="landmarks")

    t = perf_counter()
    with one_thread():
        images = enhance_hip(seen, networks)
    step_done("enhance", t, images)

    t = perf_counter()
    with one_thread():
        marks = found = networks.finder.find(seen.canvas, film.spacing_mm)
    if landmarks_xy is not None:
        marks = LandmarkSet(landmarks_xy, np.zeros(len(landmarks_xy)))
    metal = quality.metal(seen.canvas, marks.xy, _outside(film, seen.canvas))
    borders = quality.borders(seen.grey)
    step_done("landmarks", t, marks)
    return PreparedHip(
        film,
        image or film.case_id,
        seen.side,
        patient,
        seen.box,
        seen.box_source if around is None else "about the landmarks",
        doubts,
        seen.flags + metal,
        images,
        marks,
        borders,
        seconds,
        found=found,
    )
