"""Layers for what a person draws round on a film."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import ref

from napari.layers import Layer, Shapes

from .identity import LayerKind, tag
from .layers import LINE_MM, pixel_mm
from .place import Place


def drawn_on(
    film_layer: Layer,
    kind: LayerKind,
    title: str,
    colour: str,
    words: Mapping[str, Any],
    features: Mapping[str, Any],
    edited: Callable[[Any, Any], None],
) -> Shapes:
    """An empty layer where the film lies, whose shapes have words beside them.

    Parameters
    ----------
    words
        napari's text without colour and place.
    features
        Columns of no length.
    edited
        Called with the film's layer, None when it has gone, and napari's event.
    """
    place = Place.of(film_layer)
    layer = Shapes(
        ndim=2,
        name=f"{film_layer.name}: {title}",
        edge_color=colour,
        face_color="transparent",
        edge_width=LINE_MM / pixel_mm(place),
        features=features,
        text={**words, "color": colour, "anchor": "upper_left"},
        metadata=tag(kind, film_id=str(film_layer.unique_id)),
        **place.arguments(),
    )
    film = ref(film_layer)
    layer.events.data.connect(lambda event: edited(film(), event))
    return layer
