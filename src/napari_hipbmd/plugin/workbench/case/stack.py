"""The layers of an open case: made once, and used again for the next film.

napari needs some 0.3 s to make a layer and to take it away again; other data in the
same layer is there at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Image, Layer, Points, Shapes, Vectors

from ...ui.translation import tr
from ...ui.turn import let_window_draw
from ...viewer.identity import KEY, LayerKind, facts_of, tag
from ...viewer.layers import BOX_COLOUR, LayerData
from ...viewer.origins import remember_origin
from ...viewer.place import Place
from ...viewer.session import Session
from .layers import OTHER_COLOUR, label_offset, line_width

OWNER = "workbench"
ORDER: tuple[LayerKind, ...] = (
    "film",
    "box",
    "label_regions",
    "predictions",
    "differences",
    "other",
    "labels",
)
"""From the lowest to the highest."""

MARK_SIZE, ANY_SIZE = (4, 22), (2, 10_000)
"""Least and most screen pixels of a point."""

NAMES: dict[LayerKind, str] = {
    "box": tr("hip box"),
    "label_regions": tr("regions"),
    "predictions": tr("predictions"),
    "differences": tr("differences"),
    "other": tr("other observer"),
    "labels": tr("landmarks"),
}


class LayerStack:
    """The workbench's layers in one viewer.

    Parameters
    ----------
    session
        Of the viewer.
    on_made
        Called with every layer that is new, before it is put into the viewer.
    """

    def __init__(self, session: Session, on_made: Callable[[Any], None]) -> None:
        self._session = session
        self._on_made = on_made
        self.place = Place()

    def layer(self, kind: str) -> Any:
        """The layer with one part of the case, or None."""
        for layer in self._session.layers:
            facts = facts_of(layer)
            if facts.get("kind") == kind and facts.get("owner") == OWNER:
                return layer
        return None

    def show_film(self, film: LayerData, image: Path) -> None:
        """Show another film, of that file, and put every layer where it lies."""
        data, arguments, _ = film
        arguments["metadata"][KEY]["owner"] = OWNER
        layer = self.layer("film")
        if layer is None:
            layer = Layer.create(*film)
            remember_origin(layer, image)
            self._on_made(layer)
            self._session.layers.append(layer)
        else:
            remember_origin(layer, image)
            _exchange(layer, data, arguments)
            self._session.film_exchanged(layer)
        self.place = Place.of(layer)
        self.complete()

    def complete(self) -> None:
        """Make the layers that are missing, and put all of them on the film."""
        film = self.layer("film")
        if film is None:
            return
        for i, kind in enumerate(ORDER[1:], 1):
            layer = self.layer(kind)
            if layer is None:
                layer = self._made(kind)
                self._on_made(layer)
                self._session.layers.insert(self._above(ORDER[:i]), layer)
                let_window_draw()
            self.place.put(layer)
            if kind == "box":
                facts_of(layer)["film_id"] = str(film.unique_id)
            if hasattr(layer, "text"):
                layer.text.translation = np.array(words_offset(kind, self.place))

    def clear(self) -> None:
        """Take every layer of ours out of the viewer."""
        film = self.layer("film")
        if film is not None:
            self._session.forget(film)
        for kind in ORDER:
            layer = self.layer(kind)
            if layer is not None:
                self._session.layers.remove(layer)

    def _above(self, kinds: tuple[LayerKind, ...]) -> int:
        """The place in the list above those of these layers that are there."""
        layers = list(self._session.layers)
        return 1 + max(
            layers.index(layer)
            for kind in kinds
            if (layer := self.layer(kind)) is not None
        )

    def _made(self, kind: LayerKind) -> Layer:
        arguments: dict[str, Any] = {
            "ndim": 2,
            "name": NAMES[kind],
            "metadata": tag(kind, owner=OWNER),
            **self.place.arguments(),
        }
        if kind == "differences":
            return Vectors(
                np.zeros((0, 2, 2)),
                edge_color=OTHER_COLOUR,
                edge_width=line_width(self.place),
                vector_style="line",
                visible=False,
                **arguments,
            )
        if kind in ("box", "label_regions"):
            return Shapes(
                edge_color=BOX_COLOUR,
                face_color="transparent",
                edge_width=line_width(self.place),
                **arguments,
            )
        return Points(
            np.zeros((0, 2)),
            features={"id": np.array([], str), "label": np.array([], str)},
            border_width=0.05 if kind == "predictions" else 0.1,
            # A prediction's circle is its expected error, however large it is shown.
            canvas_size_limits=ANY_SIZE if kind == "predictions" else MARK_SIZE,
            text={
                "string": "label",
                "color": OTHER_COLOUR if kind == "other" else "white",
                "size": 10,
                # Others' words end left of their points: mine begin right of them.
                "anchor": "lower_right" if kind == "other" else "lower_left",
                "translation": words_offset(kind, self.place),
            },
            symbol="cross" if kind == "other" else "disc",
            visible=kind != "other",
            **arguments,
        )


def words_offset(kind: LayerKind, place: Place) -> tuple[float, float]:
    """How far below and right of its point a word begins, or left of it ends."""
    below, right = label_offset(place)
    return (below, -right) if kind == "other" else (below, right)


def _exchange(layer: Image, data: Any, arguments: dict[str, Any]) -> None:
    """Another film in the same layer."""
    metadata = arguments["metadata"]
    layer.data = data
    layer.name = arguments["name"]
    layer.metadata = metadata
    if layer.colormap.name != arguments["colormap"]:
        layer.colormap = arguments["colormap"]
    wide = metadata[KEY].get("contrast_limits_range", arguments["contrast_limits"])
    layer.contrast_limits_range = wide
    layer.contrast_limits = arguments["contrast_limits"]
    # A layer of one pixel: one of the whole film would take as long as all the rest.
    Place.of(Layer.create(data[:1, :1], arguments, "image")).put(layer)
