"""What ``hipbmd demo`` opens: the first film with everything that was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import napari
from napari.layers import Layer
from qtpy.QtCore import QTimer
from qtpy.QtGui import QGuiApplication

from ...core.measurement import Measurement
from ..viewer.camera import frame_hip
from ..viewer.films import radiograph_layer
from ..viewer.place import Place
from ..viewer.session import session_of

DOCK = ("napari-hipbmd", "Measure BMD")
WINDOW = (1600, 1000)
SETTLED_MS = 300


def open_demo(measurements: Sequence[Measurement], *, show: bool = True) -> Any:
    """Open napari on the first measured film and stay until its window is closed.

    Parameters
    ----------
    measurements
        Of several hips; refused ones are passed over.
    show
        False makes the viewer and returns at once, without a window.

    Returns
    -------
    napari.Viewer
        The viewer.
    """
    viewer = napari.Viewer(title="napari-hipbmd", show=show)
    if show:
        fill_screen(viewer)
    measurement = next((m for m in measurements if m.film is not None), None)
    if measurement is not None:
        show_measurement(viewer, measurement)
    if show:
        # Once more when the docks have taken their room from the canvas.
        QTimer.singleShot(SETTLED_MS, lambda: look_again(viewer, measurement))
        napari.run()
    return viewer


def show_measurement(viewer: Any, measurement: Measurement) -> Any:
    """Put a film, its result and the dock into a viewer; gives the dock's widget."""
    if measurement.film is None:
        raise ValueError("the measurement does not hold its film")
    film_layer = Layer.create(*radiograph_layer(measurement.film, measurement.case_id))
    viewer.layers.append(film_layer)
    _, widget = viewer.window.add_plugin_dock_widget(*DOCK)
    session_of(viewer).show(film_layer, measurement)
    show_scale_bar(viewer)
    return widget


def look_again(viewer: Any, measurement: Measurement | None) -> None:
    """Fit the view to the canvas as it is by now."""
    film = next(iter(session_of(viewer).films()), None)
    if film is not None and measurement is not None:
        frame_hip(viewer, Place.of(film), measurement)


def fill_screen(viewer: Any) -> None:
    """Make room for a film, napari's own docks and ours, as far as the screen goes."""
    screen = QGuiApplication.primaryScreen().availableGeometry()
    width, height = WINDOW
    viewer.window.resize(min(width, screen.width()), min(height, screen.height()))


def show_scale_bar(viewer: Any) -> None:
    """Show it; napari 0.9 keeps it in another place than those before."""
    canvas = getattr(viewer, "canvas", None)
    getattr(canvas, "overlays", viewer).scale_bar.visible = True
