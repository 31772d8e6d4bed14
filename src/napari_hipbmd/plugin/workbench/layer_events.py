"""What napari tells of a layer that a person edits, and how its points are changed."""

from __future__ import annotations

from typing import Any

from napari.layers import Points


def is_over(event: Any) -> bool:
    """Whether a person has ended what they do, and not only begun."""
    action = getattr(event, "action", None)
    return str(getattr(action, "value", action)) in ("changed", "added", "removed")


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
