"""Mouse and keys over the canvas of napari's window."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from napari.utils.interactions import (
    mouse_move_callbacks,
    mouse_press_callbacks,
    mouse_release_callbacks,
)


def canvas_of(viewer: Any) -> Any:
    """Where films are drawn; ``native`` of it is the widget that takes the mouse.

    napari has no public name for it.
    """
    return viewer.window._qt_viewer.canvas


def press_key(viewer: Any, key: str) -> None:
    """A key over the canvas, by the name that it has in napari's key maps."""
    viewer.window._qt_viewer._key_map_handler.press_key(key)


def drag(whom: Any, button: int, *events: dict[str, Any]) -> None:
    """The mouse over a viewer or a layer: where it is pressed, moved, and let go."""
    mouse = SimpleNamespace(
        button=button, modifiers=(), handled=False, is_dragging=True
    )
    steps = (mouse_press_callbacks, mouse_move_callbacks, mouse_release_callbacks)
    names = ("mouse_press", "mouse_move", "mouse_release")
    for name, step, event in zip(names, steps, events, strict=True):
        vars(mouse).update(type=name, **event)
        step(whom, mouse)
