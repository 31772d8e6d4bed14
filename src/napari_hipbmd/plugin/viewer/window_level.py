"""Window and level by dragging the right mouse button, as on a workstation.

To the right the window gets wider, up the film gets brighter. It works in any tool and
on any layer of a film, because the viewer is asked before the layer; napari's zoom with
the right button is left out on films.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import exp
from typing import Any
from weakref import WeakSet

from .grey_limits import Limits
from .identity import belongs_to, facts_of, kind_of

RIGHT_BUTTON = 2
PIXELS_PER_E_FOLD = 200.0
PIXELS_PER_WIDTH = 400.0
LEAST_SHARE = 1e-3
"""Of the full range: a window is not narrower."""

_watched: WeakSet[Any] = WeakSet()


def allow_dragging(viewer: Any) -> None:
    """Let the right mouse button set the window of this viewer's films."""
    if viewer not in _watched:
        _watched.add(viewer)
        viewer.mouse_drag_callbacks.append(_on_drag)


def film_in_front(viewer: Any) -> Any:
    """The film that a person is at: the active one or its result's, else the topmost.

    None where the active layer is somebody else's image, or there is no film.
    """
    active = viewer.layers.selection.active
    if active is not None:
        if kind_of(active) == "film":
            return active
        for layer in viewer.layers:
            if kind_of(layer) == "film" and belongs_to(active, layer):
                return layer
        if active._type_string == "image" and kind_of(active) is None:
            return None
    shown = [each for each in viewer.layers if kind_of(each) == "film" and each.visible]
    return shown[-1] if shown else None


def dragged(
    limits: Limits, right_px: float, down_px: float, full: Limits, inverted: bool
) -> Limits:
    """Contrast limits after the mouse has been moved.

    Parameters
    ----------
    limits
        When the button was pressed.
    right_px, down_px
        How far the mouse is from there, in pixels of the screen.
    full
        The slider's range, which is not left.
    inverted
        Whether high values are drawn dark (``gray_r``).
    """
    span = full[1] - full[0]
    before = limits[1] - limits[0]
    bend = max(-50.0, min(50.0, right_px / PIXELS_PER_E_FOLD))
    width = min(span, max(span * LEAST_SHARE, before * exp(bend)))
    darker = -down_px if inverted else down_px
    centre = sum(limits) / 2 + darker * before / PIXELS_PER_WIDTH
    low = min(max(centre - width / 2, full[0]), full[1] - width)
    return low, low + width


def _on_drag(viewer: Any, event: Any) -> Iterator[None]:
    if event.button != RIGHT_BUTTON or event.modifiers:
        return
    film = film_in_front(viewer)
    if film is None:
        return
    start, limits = tuple(event.pos), tuple(film.contrast_limits)
    full = tuple(
        facts_of(film).get("contrast_limits_range", film.contrast_limits_range)
    )
    inverted = film.colormap.name.endswith("_r")
    with _at_rest(viewer.layers.selection.active):
        event.handled = True
        yield
        while event.type == "mouse_move":
            right, down = (float(b - a) for a, b in zip(start, event.pos, strict=True))
            film.contrast_limits = dragged(limits, right, down, full, inverted)
            event.handled = True
            yield
        event.handled = True


@contextmanager
def _at_rest(layer: Any) -> Iterator[None]:
    """Keep the active layer's tool from drawing while the other button is down."""
    mode = getattr(layer, "mode", None)
    if mode is None or str(mode) == "pan_zoom":
        yield
        return
    layer.mode = "pan_zoom"
    try:
        yield
    finally:
        layer.mode = mode
