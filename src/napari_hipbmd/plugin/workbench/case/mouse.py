"""The mouse on the film: drag a landmark or a prediction, drag the film, click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from napari.layers import Points

from ....study.labelling.label import XY
from ...viewer.camera import camera_of
from .shown_case import ShownCase

REACH = 12.0
"""Screen pixels from a landmark within which a press takes hold of it."""

CLICK = 4.0
"""Screen pixels that a hand may tremble between press and release."""


def follow_mouse(layer: Points, case_view: ShownCase) -> None:
    """Let a layer follow the mouse: a landmark moves, or the film, or one is placed.

    A click close to a placed landmark, but not on it, places the one that is missing:
    on a whole hip N1 and N2 lie a few pixels of the screen apart.

    In napari's own modes a press on nothing draws a selection, and a press in the
    mode that adds points never drags one. Here the mode stays *pan/zoom*.
    """

    def on_press(layer: Points, event: Any) -> Iterator[None]:
        editor = case_view.editor
        if editor is None or event.button != 1 or event.modifiers:
            return
        start = np.array(event.pos, float)
        asked = editor.current if editor.current in editor.labels.missing else ""
        name = nearest(case_view, event.position)
        start_from = None
        if name is not None:
            editor.select(name)
        else:
            start_from = nearest_prediction(case_view, event.position)
        held = name or start_from
        hold = np.zeros(2)
        if held is not None:
            layer.mouse_pan = False
            hold = case_view.where(held) - _row_col(case_view, event.position)
        yield
        far = False
        while event.type == "mouse_move":
            far = far or bool(np.hypot(*(np.array(event.pos) - start)) > CLICK)
            if held is not None and far:
                editor.preview(held, _xy(_row_col(case_view, event.position) + hold))
            yield
        layer.mouse_pan = True
        if case_view.editor is not editor:
            return
        if name is not None and far:
            editor.place(_xy(_row_col(case_view, event.position) + hold), name)
        elif start_from is not None and far:
            there = _xy(_row_col(case_view, event.position) + hold)
            editor.start_from(start_from, there)
        elif not far and (
            name is None or (asked and _on_screen(case_view, hold) > CLICK)
        ):
            if asked:
                editor.select(asked)
            editor.click(_xy(_row_col(case_view, event.position)))

    layer.mouse_drag_callbacks.append(on_press)


def nearest(case_view: ShownCase, position: Any) -> str | None:
    """The placed landmark within reach of a position of the world, or None.

    Of two in the same place it is the current one, if it is among them.
    """
    editor = case_view.editor
    if editor is None:
        return None
    places = {name: label.xy for name, label in editor.labels.landmarks.items()}
    return _nearest(case_view, position, places)


def nearest_prediction(case_view: ShownCase, position: Any) -> str | None:
    """The missing landmark whose prediction is shown within reach, or None."""
    editor, layer = case_view.editor, case_view.layer("predictions")
    if editor is None or editor.predicted is None or layer is None:
        return None
    missing = editor.labels.missing if layer.visible else ()
    known = editor.predicted.landmarks
    places = {name: known[name].xy for name in missing if name in known}
    return _nearest(case_view, position, places)


def _nearest(
    case_view: ShownCase, position: Any, places: Mapping[str, XY | None]
) -> str | None:
    editor = case_view.editor
    if editor is None or case_view.film is None or case_view.viewer is None:
        return None
    at = _row_col(case_view, position)
    found = {
        name: _on_screen(case_view, np.array(xy[::-1]) - at)
        for name, xy in places.items()
        if xy is not None
    }
    if not found:
        return None
    best = min(found, key=lambda name: (round(found[name], 6), name != editor.current))
    return best if found[best] <= REACH else None


def _on_screen(case_view: ShownCase, row_col: np.ndarray) -> float:
    """Length in screen pixels of a step on the film."""
    assert case_view.film is not None and case_view.viewer is not None
    camera = camera_of(case_view.viewer)
    mm = row_col * np.array(case_view.film.scale[-2:])
    return float(np.hypot(*mm)) * camera.zoom


def _row_col(case_view: ShownCase, position: Any) -> np.ndarray:
    film = case_view.film
    return np.array(film.world_to_data(position[-2:]))  # type: ignore[union-attr]


def _xy(row_col: np.ndarray) -> tuple[float, float]:
    return float(row_col[1]), float(row_col[0])
