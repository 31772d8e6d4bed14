"""What napari tells of a layer that a person edits, and how its points are changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from napari.layers import Points

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


def show_points(layer: Points, arguments: dict[str, Any]) -> None:
    """Show other points; every attribute has as many entries as there are points."""
    layer.data = arguments["data"]
    if not layer.visible:
        # napari slices a hidden layer when it is shown, but lays out its words now.
        layer.set_view_slice()
    layer.features = arguments["features"]
    layer.selected_data = set()
    if len(arguments["data"]):
        for name in ("size", "symbol", "face_color", "border_color"):
            if name in arguments:
                setattr(layer, name, arguments[name])
    layer.refresh()
