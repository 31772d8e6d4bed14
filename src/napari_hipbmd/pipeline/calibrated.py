"""The step between the landmarks and the features: what the grey steps are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.measurement import Measurement
from ..core.radiograph import FilmRefused, Flag
from ..grey_scale import RULERS, Calibration, RulerReading, read_objects, read_signs

NO_CALIBRATION = "The models hold no calibration of the grey scale."


def with_grey_scale(
    state: Measurement,
    calibration: Calibration | None,
    moving: bool = False,
) -> tuple[Measurement, tuple[Flag, ...]]:
    """The film's gain, and a flag where its shaft could not be read.

    What was read before is taken over as far as it rests on the same landmarks.

    Parameters
    ----------
    state
        Has images and landmarks.
    moving
        Take over all that was read before, wherever the landmarks are.
    """
    film, images, marks = state.film, state.images, state.landmarks
    assert film is not None and images is not None and marks is not None
    if calibration is None:
        return _unread(state, NO_CALIBRATION), ()
    patient, wanted = state.patient.or_else(film.patient), state.rulers
    before = (
        state.ruler_reading if isinstance(state.ruler_reading, RulerReading) else None
    )
    try:
        if moving and before is not None:
            reading = before
        else:
            reading = read_signs(
                images,
                marks.xy,
                film.spacing_mm,
                patient,
                film.kvp,
                wanted.levels_mm,
                before,
            )
    except FilmRefused as error:
        flag = Flag("no-ruler", f"{error} Grey values stay as they are.")
        return _unread(state, str(error)), (flag,)
    found = calibration.read(reading, RULERS if wanted.use is None else wanted.use)
    flags: tuple[Flag, ...] = ()
    if wanted.objects and film.spacing_mm is not None:
        drawn, reasons = read_objects(
            film.grey(), wanted.objects, float(np.mean(film.spacing_mm)), film.kvp
        )
        found = found if drawn is None else found.with_ruler(drawn)
        flags = tuple(Flag("no-ruler", reason) for reason in reasons)
    if reading.shaft_reason is not None:
        flags += (
            Flag(
                "no-ruler",
                f"{reading.shaft_reason} The film's contrast is judged without it, and"
                " less surely.",
            ),
        )
    return (
        replace(state, grey_scale=found, grey_scale_reason=None, ruler_reading=reading),
        flags,
    )


def _unread(state: Measurement, reason: str) -> Measurement:
    return replace(state, grey_scale=None, grey_scale_reason=reason, ruler_reading=None)
