"""The full range of a film's contrast slider.

A reader can set the contrast limits of a layer but not the range of their slider,
which napari then narrows to the limits; so it is set when the layer is in the viewer.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from .identity import facts_of
from .window_level import allow_dragging

_watched: WeakSet[Any] = WeakSet()


def widen_when_inserted(viewer: Any = None) -> None:
    """Give films that are put into a viewer their full range, from now on.

    The right mouse button then sets their window.

    Parameters
    ----------
    viewer
        By default the viewer in front; without one nothing happens.
    """
    if viewer is None:
        from napari import current_viewer

        viewer = current_viewer()
    layers = getattr(viewer, "layers", None)
    if layers is None or viewer in _watched:
        return
    _watched.add(viewer)
    layers.events.inserted.connect(_on_inserted)
    allow_dragging(viewer)


def widen(layer: Any) -> None:
    """Set the full range of one film; its limits stay."""
    full = facts_of(layer).get("contrast_limits_range")
    if full is not None:
        layer.contrast_limits_range = full


def _on_inserted(event: Any) -> None:
    widen(event.value)
