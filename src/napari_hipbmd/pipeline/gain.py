"""The step between the landmarks and the features: what the grey steps are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..core.anatomy import is_mirrored
from ..core.errors import Refused
from ..core.grey_scale import GreyScale
from ..core.measurement import Measurement
from ..core.radiograph import Flag
from ..core.ruler_choice import RulerChoice
from ..grey_scale import (
    RULERS,
    Calibration,
    RulerReading,
    SeesGain,
    read_objects,
    read_signs,
)
from .prepared import PreparedHip

NO_RULER = "no-ruler"  # the code of every flag from here
NO_CALIBRATION = "The models hold no calibration of the grey scale."


@dataclass(frozen=True, eq=False)
class FilmGain:
    """A film's gain, or why there is none.

    Attributes
    ----------
    reading
        What the rulers read.
    flags
        One where the shaft, or an object, could not be read.
    """

    grey_scale: GreyScale | None
    reason: str | None = None
    reading: RulerReading | None = None
    flags: tuple[Flag, ...] = ()

    @classmethod
    def of(cls, measurement: Measurement) -> FilmGain:
        """As it was found for an earlier measurement of the same film."""
        return cls(
            measurement.grey_scale,
            measurement.grey_scale_reason,
            reading_of(measurement),
            tuple(f for f in measurement.region_flags if f.code == NO_RULER),
        )


def reading_of(measurement: Measurement) -> RulerReading | None:
    """What the rulers of a film showed when it was measured, where they were read."""
    reading = measurement.ruler_reading
    return reading if isinstance(reading, RulerReading) else None


def with_gain_read(hip: PreparedHip, network: SeesGain | None) -> PreparedHip:
    """With what the rulers of its film show; none where it tells no pixel size."""
    try:
        return replace(hip, reading=_read(hip, network, None, None))
    except Refused:
        return hip


def _read(
    hip: PreparedHip,
    network: SeesGain | None,
    levels_mm: tuple[float, ...] | None,
    before: RulerReading | None,
) -> RulerReading:
    return read_signs(
        hip.images,
        hip.landmarks.xy,
        hip.film.spacing_mm,
        hip.patient.or_else(hip.film.patient),
        hip.film.kvp,
        levels_mm,
        before,
        network=network,
        mirrored=hip.side is not None and is_mirrored(hip.side),
        whole_film=hip.film.grey,
    )


def read_gain(
    hip: PreparedHip,
    calibration: Calibration | None,
    network: SeesGain | None,
    wanted: RulerChoice,
    before: RulerReading | None = None,
) -> FilmGain:
    """The gain of a hip's film by its rulers.

    Parameters
    ----------
    network
        One of the rulers, where there is one.
    wanted
        What a person wants of the rulers.
    before
        What was read of this film: taken over as far as it rests on the same landmarks.
    """
    if calibration is None:
        return FilmGain(None, NO_CALIBRATION)
    film = hip.film
    try:
        reading = _read(hip, network, wanted.levels_mm, before)
    except Refused as error:
        flag = Flag(NO_RULER, f"{error} Grey values stay as they are.")
        return FilmGain(None, str(error), flags=(flag,))
    found = calibration.read(reading, RULERS if wanted.use is None else wanted.use)
    flags: tuple[Flag, ...] = ()
    if wanted.objects and film.spacing_mm is not None:
        drawn, reasons = read_objects(
            film.grey(), wanted.objects, float(np.mean(film.spacing_mm)), film.kvp
        )
        found = found if drawn is None else found.with_ruler(drawn)
        flags = tuple(Flag(NO_RULER, reason) for reason in reasons)
    if reading.shaft_reason is not None:
        flags += (
            Flag(
                NO_RULER,
                f"{reading.shaft_reason} The film's contrast is judged without it, and"
                " less surely.",
            ),
        )
    return FilmGain(found, None, reading, flags)
