"""A line that a person draws on a film, followed while it is dragged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np
from napari.layers import Shapes

from ...core.hip_images import HipImages
from ..ui.translation import tr
from ..ui.turn import OncePerTurn
from ..viewer.identity import tag
from ..viewer.place import Place
from ..viewer.session import Session

KIND = "profile_line"
COLOUR = "#ff9df2"
WIDTH = 1 / 120  # of the film's longer side: seen also when the whole film is
Ends = tuple[tuple[float, float], tuple[float, float]]


class ProfileLine(OncePerTurn):
    """Makes the layer, and tells when its line was moved; the last one counts."""

    def __init__(self, session: Session, moved: Callable[[], None]) -> None:
        super().__init__()
        self._session, self._moved = session, moved
        self._seen: Any = lambda: None

    def layer(self, film_layer: Any) -> Any:
        """The film's layer for lines, or None."""
        return None if film_layer is None else self._session.result(film_layer, KIND)

    def draw(self, film_layer: Any, images: HipImages | None) -> Any:
        """Let a person draw on this film; a line lies across the hip right away."""
        layer = self.layer(film_layer)
        if layer is None:
            layer = self._add(film_layer, images)
        layer.visible = True
        self._session.layers.selection.active = layer
        layer.mode = "direct"
        return layer

    def follow(self, film_layer: Any) -> None:
        """Listen to this film's line, and to no other."""
        layer, before = self.layer(film_layer), self._seen()
        if layer is before:
            return
        for old, act in ((before, "disconnect"), (layer, "connect")):
            if old is not None:
                getattr(old.events.data, act)(self._on_event)
                getattr(old.events.set_data, act)(self._on_event)
        self._seen = (lambda: None) if layer is None else ref(layer)

    def ends(self, film_layer: Any) -> Ends | None:
        """Both ends in pixels of the film, row and column; None without a line."""
        layer = self.layer(film_layer)
        if layer is None or not len(layer.data):
            return None
        line = layer.data[-1]
        world = [layer.data_to_world(at) for at in (line[0], line[-1])]
        first, last = (film_layer.world_to_data(at) for at in world)
        return (float(first[-2]), float(first[-1])), (float(last[-2]), float(last[-1]))

    def forget(self, film_layer: Any) -> None:
        """Take away the line of a film that leaves."""
        layer = self.layer(film_layer)
        if layer is not None:
            self._session.layers.remove(layer)

    def _add(self, film_layer: Any, images: HipImages | None) -> Any:
        place = Place.of(film_layer)
        corner, shape = (0, 0), film_layer.data.shape
        if images is not None:
            corner, shape = images.corner_row_col, images.sto.shape
        line = np.array(corner) + np.array([(0.5, 0.25), (0.5, 0.75)]) * shape
        layer = Shapes(
            [line],
            shape_type="line",
            **place.arguments(),
            name=tr("{name}: profile").format(name=film_layer.name),
            edge_color=COLOUR,
            edge_width=WIDTH * max(film_layer.data.shape),
            opacity=1.0,
            metadata=tag(KIND, film_id=str(film_layer.unique_id)),
        )
        self._session.layers.append(layer)
        return layer

    def _on_event(self, event: Any = None) -> None:
        self._ask()

    def _on_turn(self) -> None:
        self._moved()
