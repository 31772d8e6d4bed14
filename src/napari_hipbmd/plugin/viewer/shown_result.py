"""A film's result in the viewer: put there, renewed in place, taken out."""

from __future__ import annotations

from typing import Any

import numpy as np
from napari.layers import Layer, Points, Shapes

from ...core.anatomy import INDEX
from ...core.measurement import Measurement
from ..ui.turn import let_window_draw
from .edits import drawn_once, show_points, show_shapes
from .identity import KEY, RESULTS, belongs_to, kind_of
from .layers import landmark_states, landmark_style, result_layers
from .place import PARTS, Place
from .polygons import move_polygons


def result_of(layers: Any, film_layer: Layer, kind: str) -> Layer | None:
    """The layer with one part of a film's result, or None."""
    for layer in layers:
        if kind_of(layer) == kind and belongs_to(layer, film_layer):
            return layer
    return None


def show_result(layers: Any, film_layer: Layer, measurement: Measurement) -> None:
    """Put layers above the film; those of an earlier result show the new one.

    What a person has changed of such a layer stays: whether it is seen, its window.
    """
    place = Place.of(film_layer)
    wanted = {
        arguments["metadata"][KEY]["kind"]: (data, arguments, kind)
        for data, arguments, kind in result_layers(
            measurement, place, film_layer.name, str(film_layer.unique_id)
        )
    }
    for part, (data, arguments, kind) in wanted.items():
        layer = result_of(layers, film_layer, part)
        if layer is None:
            layer = Layer.create(data, arguments, kind)
            layers.insert(_above(layers, film_layer), layer)
        else:
            _renew(layer, data, arguments)
        let_window_draw()  # napari takes nearly a tenth of a second for each layer
    for old in _result(layers, film_layer):  # last: nothing is drawn between
        if kind_of(old) not in wanted:
            layers.remove(old)


def remove_result(layers: Any, film_layer: Layer) -> None:
    """Take a film's result out."""
    for layer in _result(layers, film_layer):
        layers.remove(layer)


def _result(layers: Any, film_layer: Layer) -> list[Layer]:
    """The layers of a film's result."""
    return [one for kind in RESULTS if (one := result_of(layers, film_layer, kind))]


def _renew(layer: Any, data: Any, arguments: dict[str, Any]) -> None:
    """Show a newer result: to make a layer takes napari ten times as long."""
    Place(*(tuple(arguments[name]) for name in PARTS)).put(layer)
    if isinstance(layer, Points):
        layer.text.translation = np.array(arguments["text"]["translation"])
        show_points(layer, {**arguments, "data": data})
    elif isinstance(layer, Shapes):
        style = ("edge_width", "edge_color", "face_color")
        shown = {name: arguments[name] for name in style}
        outlines, features = data, arguments.get("features")
        show_shapes(layer, arguments["shape_type"], outlines, features, **shown)
    else:
        layer.data = data


def renew_regions(
    layers: Any, film_layer: Layer, before: Measurement, after: Measurement
) -> None:
    """Draw those regions anew that are others than before."""
    layer = result_of(layers, film_layer, "regions")
    if layer is not None:
        changed = [
            i
            for i, region in enumerate(after.regions)
            if after.regions[region] is not before.regions.get(region)
        ]
        move_polygons(layer, after.regions, changed)


def renew_landmarks(layers: Any, film_layer: Layer, measurement: Measurement) -> None:
    """Show how sure each is: one that a person moved has no prediction's error."""
    points = result_of(layers, film_layer, "landmarks")
    if points is None or measurement.landmarks is None:
        return
    rows = [INDEX[name] for name in points.features["id"]]
    sigma = measurement.landmarks.sigma_mm[rows]
    states = landmark_states(sigma)
    if states == list(points.features["state"]):
        return
    # In place: a new table would be announced, and its defaults with it.
    points.features["sigma_mm"] = sigma
    points.features["state"] = states
    with drawn_once(points):
        for name, value in landmark_style(sigma, Place.of(film_layer)).items():
            setattr(points, name, value)


def lock_derived(layers: Any, film_layer: Layer) -> None:
    """Keep what follows from the landmarks from being drawn on.

    napari unlocks a layer on new data.
    """
    for kind in ("regions", "found_box"):
        layer = result_of(layers, film_layer, kind)
        if layer is not None:
            layer.editable = False


def below_regions(layers: Any, film_layer: Layer) -> int:
    """The place in the list right under a film's regions and landmarks."""
    for kind in ("regions", "landmarks"):
        layer = result_of(layers, film_layer, kind)
        if layer is not None:
            return int(layers.index(layer))
    return int(layers.index(film_layer)) + 1


def _above(layers: Any, film_layer: Layer) -> int:
    """The place in the list right above a film and what belongs to it."""
    mine = [
        i
        for i, layer in enumerate(layers)
        if layer is film_layer
        or (kind_of(layer) in RESULTS and belongs_to(layer, film_layer))
    ]
    return max(mine) + 1
