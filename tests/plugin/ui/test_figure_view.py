"""A figure in the window that was drawn elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from napari_hipbmd.plugin.ui.drawing import DrawnCanvas, draw_figure
from napari_hipbmd.plugin.ui.figure_view import FigureView


def a_figure() -> Figure:
    figure = Figure(figsize=(5, 3), layout="constrained")
    figure.subplots().plot([0, 1], [1, 0])
    return figure


def view_of(qtbot: Any) -> FigureView:
    view = FigureView("fig7")
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_the_window_shows_the_picture_and_does_not_draw_again(qtbot: Any) -> None:
    view = view_of(qtbot)
    drawing = draw_figure(a_figure(), view.room_px)
    view.show_drawing(drawing)
    qtbot.waitUntil(lambda: getattr(view.canvas, "renderer", None) is not None)
    assert view.canvas.renderer is drawing.picture
    seen = np.asarray(view.canvas.buffer_rgba())
    assert seen.min() < seen.max()
    assert seen.shape[:2] == (view.canvas.height(), view.canvas.width())


@pytest.mark.parametrize("ratio", [1.25, 2.0])
def test_a_screen_of_high_resolution_shows_the_picture_too(
    qtbot: Any, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    monkeypatch.setattr(DrawnCanvas, "devicePixelRatioF", lambda _: ratio)
    view = view_of(qtbot)
    drawing = draw_figure(a_figure(), view.room_px, ratio)
    assert drawing.picture.width == int(view.room_px * ratio)
    view.show_drawing(drawing)
    qtbot.waitUntil(lambda: getattr(view.canvas, "renderer", None) is not None)
    assert view.canvas.renderer is drawing.picture
    assert view.canvas.height() == drawing.height_px


def test_in_a_wider_window_it_is_drawn_anew(qtbot: Any) -> None:
    view = view_of(qtbot)
    drawing = draw_figure(a_figure(), view.room_px)
    view.show_drawing(drawing)
    view.resize(700, 400)
    qtbot.waitUntil(lambda: view.canvas.width() > drawing.picture.width + 100)
    view.canvas.draw()
    assert view.canvas.renderer is not drawing.picture
    assert view.canvas.buffer_rgba().shape[1] == view.canvas.width()


def test_nothing_is_shown_where_there_is_no_figure_yet(qtbot: Any) -> None:
    view = view_of(qtbot)
    view.show_drawing(draw_figure(a_figure(), view.room_px))
    view.show_drawing(None)
    assert view.canvas is None
