"""The step between the landmarks and the features: what the grey steps are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.anatomy import is_mirrored
from ..core.measurement import Measurement
from ..core.radiograph import FilmRefused, Flag
from ..grey_scale import (
    RULERS,
    Calibration,
    RulerReading,
    SeesGain,
    read_objects,
    read_signs,
)

NO_CALIBRATION = "The models hold no calibration of the grey scale."


def with_ruler_reading(state: Measurement, network: SeesGain | None) -> Measurement:
    """What the rulers of a film show; none where it tells no pixel size.

    What was read before is taken over as far as it rests on the same landmarks.

    Parameters
    ----------
    state
        Has images and landmarks.
    network
        One of the rulers, where there is one.
    """
    film, images, marks = state.film, state.images, state.landmarks
    assert film is not None and images is not None and marks is not None
    before = state.ruler_reading
    try:
        reading = read_signs(
            images,
            marks.xy,
            film.spacing_mm,
            state.patient.or_else(film.patient),
            film.kvp,
            state.rulers.levels_mm,
            before if isinstance(before, RulerReading) else None,
            network=network,
            mirrored=state.side is not None and is_mirrored(state.side),
        )
    except FilmRefused as error:
        return _unread(state, str(error))
    return replace(state, ruler_reading=reading)


def with_grey_scale(
    state: Measurement,
    calibration: Calibration | None,
    network: SeesGain | None = None,
    moving: bool = False,
) -> tuple[Measurement, tuple[Flag, ...]]:
    """The film's gain, and a flag where its shaft could not be read.

    Parameters
    ----------
    state
        Has images and landmarks.
    moving
        Take over all that was read before, wherever the landmarks are.
    """
    film, wanted = state.film, state.rulers
    assert film is not None
    if calibration is None:
        return _unread(state, NO_CALIBRATION), ()
    if not moving or state.ruler_reading is None:
        state = with_ruler_reading(state, network)
    reading = state.ruler_reading
    if not isinstance(reading, RulerReading):
        why = state.grey_scale_reason or NO_CALIBRATION
        return state, (Flag("no-ruler", f"{why} Grey values stay as they are."),)
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
    return replace(state, grey_scale=found, grey_scale_reason=None), flags


def _unread(state: Measurement, reason: str) -> Measurement:
    return replace(state, grey_scale=None, grey_scale_reason=reason, ruler_reading=None)
