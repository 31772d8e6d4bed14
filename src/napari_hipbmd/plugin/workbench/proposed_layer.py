"""The layer with the hip boxes that are proposed and that nobody has agreed to yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Shapes

from ...core.radiograph import HipBox, Side
from ..ui.translation import tr
from ..viewer.box_sides import HIPS
from ..viewer.identity import tag
from ..viewer.layers import box_corners
from .case.layers import line_width

if TYPE_CHECKING:
    from .case.view import CaseView

COLOUR = "#c58cff"
NAME = tr("proposed hips")


class ProposedLayer:
    """Shows proposed boxes on the open film, and goes when there are none."""

    def __init__(self, case_view: CaseView) -> None:
        self._case_view = case_view
        self._layer: Any = None

    def show(self, boxes: Mapping[Side, HipBox]) -> None:
        """Show these boxes in place of the ones before."""
        viewer = self._case_view.viewer
        if viewer is None:
            return
        self._case_view.whole = bool(boxes)
        if self._layer is not None and self._layer in viewer.layers:
            viewer.layers.remove(self._layer)
        self._layer = None
        film = self._case_view.film
        if not boxes or film is None:
            return
        place = self._case_view.place
        self._layer = Shapes(
            [box_corners(box) for box in boxes.values()],
            shape_type="rectangle",
            edge_color=COLOUR,
            face_color="transparent",
            edge_width=line_width(place),
            features={"side": np.array([f"{HIPS[side]}?" for side in boxes])},
            text={
                "string": "{side}",
                "color": COLOUR,
                "size": 12,
                "anchor": "upper_left",
            },
            name=NAME,
            metadata=tag("found_box"),
            **place.arguments(),
        )
        viewer.layers.insert(list(viewer.layers).index(film) + 1, self._layer)
        self._layer.editable = False  # napari unlocks a layer that is new
        self._case_view.activate()
        self._case_view.fit_again()
