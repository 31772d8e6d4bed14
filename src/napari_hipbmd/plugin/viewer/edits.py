"""What napari tells of a layer that a person edits, and how its points are changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from napari.layers import Points, Shapes

ENDINGS = ("changed", "added", "removed")


def action_of(event: Any) -> str:
    """What a layer's data event is about; empty where it does not say."""
    action = getattr(event, "action", None)
    return "" if action is None else str(getattr(action, "value", action))


def is_over(event: Any, endings: Collection[str] = ENDINGS) -> bool:
    """Whether a person has ended what they do, and not only begun."""
    return action_of(event) in endings


class OwnHand:
    """Entered while the program changes a layer; true meanwhile.

    What layers tell then is not taken for what a person did.
    """

    def __init__(self) -> None:
        self._entered = 0

    def __bool__(self) -> bool:
        return self._entered > 0

    def __enter__(self) -> None:
        self._entered += 1

    def __exit__(self, *_: object) -> None:
        self._entered -= 1


@contextmanager
def drawn_once(layer: Points | Shapes) -> Iterator[None]:
    """Change much of a layer, and let napari draw it once, at the end.

    Otherwise napari slices and draws the layer for each attribute, and asks all layers
    how large the scene is for each set of data. Nobody is told of what is changed.
    """
    shown = layer.visible
    try:
        with layer.events.blocker_all(), layer.text.events.blocker_all():
            layer.visible = False  # napari does not draw a hidden layer
            yield
    finally:
        if shown:
            with layer.events.visible.blocker():
                layer.visible = True
            layer.refresh(thumbnail=False, data_displayed=False, highlight=False)


def show_points(layer: Points, arguments: dict[str, Any]) -> None:
    """Show other points; every attribute has as many entries as there are points."""
    with drawn_once(layer):
        layer.data = arguments["data"]
        layer.set_view_slice()  # colours are drawn at once, even of a hidden layer
        layer.features = arguments["features"]
        layer.selected_data = set()
        if len(arguments["data"]):
            for name in ("size", "symbol", "face_color", "border_color"):
                if name in arguments:
                    setattr(layer, name, arguments[name])


def show_shapes(
    layer: Shapes,
    shape_type: str,
    outlines: Sequence[np.ndarray],
    features: Mapping[str, Sequence[Any]] | None = None,
    **style: Any,
) -> None:
    """Show other shapes; nothing is done where these are shown already.

    Parameters
    ----------
    shape_type
        ``"rectangle"`` or ``"polygon"``.
    outlines
        ``(n, 2)`` each, row and column.
    features
        With an entry a shape.
    style
        ``edge_width``, ``edge_color`` and ``face_color``: of all, or one a shape.
    """
    told = features or {}
    same = len(layer.data) == len(outlines) and all(
        map(np.array_equal, layer.data, outlines)
    )
    named = all(list(layer.features.get(k, ())) == list(told[k]) for k in told)
    if same and named:
        return
    with drawn_once(layer):
        if not same:
            layer.data = []
            if len(outlines):
                layer.add(outlines, shape_type=shape_type, **style)
        if features is not None:
            layer.features = features
