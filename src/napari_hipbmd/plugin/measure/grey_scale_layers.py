"""The ruler's levels and the mineral map, drawn on the film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from napari.layers import Image, Layer, Shapes

from ...core.measurement import Measurement
from ...core.shaft import shaft_frame
from ...pipeline.gain import reading_of
from ..ui.translation import tr
from ..viewer.edits import OwnHand, is_over
from ..viewer.identity import belongs_to, kind_of, tag
from ..viewer.place import Place
from ..viewer.session import Session

GreyScaleKind = Literal["levels", "mineral"]
NAMES: dict[GreyScaleKind, str] = {
    "levels": "ruler",
    "mineral": tr("bone mineral, g/cm²"),
}
HIGHEST_G_CM2 = 2.0
LEVEL_COLOUR, LINE_MM = "#ffe14d", 0.4


class GreyScaleLayers:
    """Makes, follows and removes them; they belong to one film.

    Parameters
    ----------
    on_levels
        Called with where the levels lie, mm below the distal cut, when a person has
        dragged one along the shaft or taken it away.
    """

    def __init__(
        self, session: Session, on_levels: Callable[[tuple[float, ...]], None]
    ) -> None:
        self._session = session
        self._on_levels = on_levels
        self._drawing = OwnHand()
        self._made_of: dict[GreyScaleKind, tuple[object, ...]] = {}

    def find(
        self, kind: GreyScaleKind, film_layer: Layer | None = None
    ) -> Layer | None:
        """The layer of a kind, of this film or of any."""
        for layer in self._session.layers:
            mine = film_layer is None or belongs_to(layer, film_layer)
            if kind_of(layer) == kind and mine:
                return layer
        return None

    def show(
        self, kind: GreyScaleKind, film_layer: Layer, measurement: Measurement
    ) -> None:
        """Make or renew one layer; none where the film does not tell it.

        While a landmark is dragged the rulers rest, and so does what they show.
        """
        make = _levels if kind == "levels" else _mineral
        place = Place.of(film_layer)
        layer = self.find(kind, film_layer)
        made_of = (
            measurement.images,
            measurement.ruler_reading,
            measurement.grey_scale,
        )
        before = self._made_of.get(kind, (None,) * len(made_of))
        same = all(a is b for a, b in zip(before, made_of, strict=True))
        if layer is not None and same:
            return
        self._made_of[kind] = made_of
        data, arguments = make(measurement, place)
        if data is None:
            self.remove(kind)
            return
        if layer is not None:
            with self._drawing:
                layer.data = data
            return
        self.remove(kind)
        facts: dict[str, Any] = tag(kind, film_id=str(film_layer.unique_id))
        made = Shapes if kind == "levels" else Image
        layer = made(
            data, name=f"{film_layer.name}: {NAMES[kind]}", metadata=facts, **arguments
        )
        self._session.layers.insert(self._session.below_regions(film_layer), layer)
        if kind == "levels":
            layer.mode = "select"
            layer.events.data.connect(lambda event: self._moved(film_layer, event))
        else:
            layer.colorbar.visible = True

    def remove(self, kind: GreyScaleKind) -> None:
        """Take a layer of this kind out, whatever its film."""
        layer = self.find(kind)
        if layer is not None:
            self._session.layers.remove(layer)

    def _moved(self, film_layer: Layer, event: Any) -> None:
        """A person dragged a level, or took one away."""
        over = is_over(event, ("changed", "removed"))
        measurement = self._session.measurement(film_layer)
        layer = self.find("levels", film_layer)
        if not over or self._drawing or measurement is None or layer is None:
            return
        marks, spacing = measurement.landmarks, measurement.spacing_mm
        assert marks is not None and spacing is not None
        frame = shaft_frame(marks.xy, spacing)
        middles = np.array([np.mean(line, axis=0)[::-1] for line in layer.data])
        below = frame.below_mm(middles.reshape(-1, 2))
        self._on_levels(tuple(round(float(mm), 2) for mm in np.sort(below)))


def _levels(measurement: Measurement, place: Place) -> tuple[Any, dict[str, Any]]:
    """A line a level, in the film's pixels."""
    reading = reading_of(measurement)
    if reading is None or reading.shaft is None:
        return None, {}
    lines = [
        level.ends_xy[:, ::-1]
        for stretch in reading.shaft.stretches
        for level in stretch.levels
    ]
    width = LINE_MM if not place.in_pixels else 1.0
    return lines, {
        **place.arguments(),
        "shape_type": "line",
        "edge_color": LEVEL_COLOUR,
        "edge_width": width / place.scale[0],
        "opacity": 0.8,
    }


def _mineral(measurement: Measurement, place: Place) -> tuple[Any, dict[str, Any]]:
    mineral, images = measurement.mineral_g_cm2, measurement.images
    if mineral is None or images is None:
        return None, {}
    where = place.arguments(images.corner_row_col)
    placed = replace(place, translate=where["translate"])
    return np.asarray(mineral), {
        **placed.arguments(),
        "colormap": "viridis",
        "contrast_limits": (0.0, HIGHEST_G_CM2),
        "opacity": 0.75,
    }
