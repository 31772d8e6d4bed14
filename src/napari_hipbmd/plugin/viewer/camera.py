"""Where to look: at the film, or at the hip when it is a small part of the film."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.measurement import Measurement
from .place import Place

SMALL_PART = 0.5
"""Of the film's area: a hip box below it is brought nearer."""


def frame_hip(viewer: Any, place: Place, measurement: Measurement) -> None:
    """Fill the canvas with a film, whatever else is in the viewer, or with its hip."""
    viewer.reset_view()
    if measurement.film is None or viewer.dims.ndisplay != 2:
        return
    part = whole = measurement.film.whole_box()
    box = measurement.box
    if box is not None:
        share = box.width * box.height / (whole.width * whole.height)
        part = box if share < SMALL_PART else whole
    scale, origin = np.array(place.scale), np.array(place.translate)
    everything = np.ptp(viewer.layers.extent.world, axis=0)[-2:]
    seen = np.array([part.height, part.width]) * scale
    # napari 0.9 keeps the camera in the scene.
    camera = getattr(viewer, "scene", viewer).camera
    camera.center = tuple(origin + scale * part.centre_xy[::-1])
    camera.zoom *= float(np.min(everything / seen))
