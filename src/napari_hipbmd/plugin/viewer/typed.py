"""What a person types of a film, kept as long as the film is in the viewer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ...core.measurement import Measurement
from ...core.radiograph import TYPED, Patient, Radiograph, Side
from .films import LAYER_SCALE, film_of
from .place import MILLIMETRES, Place


class Typed(NamedTuple):
    """What stands in the form; the spacing is the width of a pixel."""

    patient: Patient
    side: Side | None
    spacing_mm: float | None


class TypedSpacings:
    """Films without a spacing, put into mm by one that was typed; and back again.

    The scale of such a layer is no spacing of the film: another one may be typed.
    """

    def __init__(self) -> None:
        self._own: WeakKeyDictionary[Any, Place] = WeakKeyDictionary()
        self._given: WeakKeyDictionary[Any, Place] = WeakKeyDictionary()

    def film_of(self, film_layer: Any) -> Radiograph:
        """The film of a layer, without what was typed of it.

        Raises
        ------
        Refused
            If the layer cannot be a film.
        """
        film, given = film_of(film_layer), self._given.get(film_layer)
        own = film.spacing_source != LAYER_SCALE
        if own or given is None or film.spacing_mm != given.scale:
            return film
        return replace(film, spacing_mm=None, spacing_source="none")

    def put(self, film_layer: Any, box_layer: Any, measurement: Measurement) -> None:
        """Put a film and its boxes into the mm that it was measured in."""
        place, spacing = Place.of(film_layer), measurement.spacing_mm
        typed = measurement.spacing_source == TYPED
        if spacing is not None and (typed or place.in_pixels):
            self._own.setdefault(film_layer, place)
            place = replace(place, scale=spacing, units=MILLIMETRES)
        elif self._given.pop(film_layer, None) == place:
            place = self._own.pop(film_layer)
        for layer in (film_layer, box_layer):
            if layer is not None:
                place.put(layer)
        if film_layer in self._own:
            self._given[film_layer] = Place.of(film_layer)

    def forget(self, film_layer: Any) -> None:
        """A layer shows another film."""
        self._own.pop(film_layer, None)
        self._given.pop(film_layer, None)
