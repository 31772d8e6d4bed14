"""Where to look: at the film, or at the hip when it is a small part of the film."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.measurement import Measurement
from .layers import box_corners
from .place import Place

SMALL_PART = 0.5
"""Of the film's area: a hip box below it is brought nearer."""


def camera_of(viewer: Any) -> Any:
    """The camera of a viewer."""
    # napari 0.9 keeps the camera in the scene.
    return getattr(viewer, "scene", viewer).camera


def look_at(viewer: Any, place: Place, low: np.ndarray, high: np.ndarray) -> None:
    """Show a part of a film, as large as the window allows.

    Parameters
    ----------
    place
        Where the film lies.
    low, high
        Upper left and lower right, each ``(row, column)`` in pixels of the film.
    """
    scale, origin = np.array(place.scale), np.array(place.translate)
    camera = camera_of(viewer)
    before = camera.center, camera.zoom
    with camera.events.blocker_all():  # the canvas follows one step, not two
        viewer.reset_view()
        everything = np.ptp(viewer.layers.extent.world, axis=0)[-2:]
        zoom = camera.zoom * float(np.min(everything / ((high - low) * scale)))
        camera.center, camera.zoom = before
    camera.center = tuple(origin + scale * (low + high) / 2)
    camera.zoom = zoom


def frame_hip(viewer: Any, place: Place, measurement: Measurement) -> None:
    """Fill the canvas with a film, whatever else is in the viewer, or with its hip."""
    if measurement.film is None or viewer.dims.ndisplay != 2:
        viewer.reset_view()
        return
    part = whole = measurement.film.whole_box()
    box = measurement.box
    if box is not None:
        share = box.width * box.height / (whole.width * whole.height)
        part = box if share < SMALL_PART else whole
    corners = box_corners(part)
    look_at(viewer, place, corners.min(axis=0), corners.max(axis=0))
