"""STO boxes and hip mask of one film as napari's layers, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from napari.layers import Labels, Shapes
from numpy.typing import NDArray

from ...core.radiograph import HipBox
from ...study.film_marks import FilmMarks
from ...synthesis import check_sto_box, sto_box
from ..ui.translation import tr
from ..viewer.edits import OwnHand, action_of, is_over
from ..viewer.identity import belongs_to, tag
from ..viewer.layers import LINE_MM, box_corners, pixel_mm
from ..viewer.place import Place

STO_COLOUR, FLAG_COLOUR, MASK_COLOUR = "#4aa8ff", "#ff6b5e", "#ffe14d"
BRUSH_MM = 6.0


class MarkLayers:
    """The marks of one film in a viewer; ``edited`` is called when one was changed."""

    def __init__(
        self, layers: Any, film_layer: Any, marks: FilmMarks, edited: Callable[[], None]
    ) -> None:
        self.film_layer = film_layer
        self._layers = layers
        self._edited = edited
        self._drawing = OwnHand()
        place = Place.of(film_layer)
        painted = np.zeros(marks.shape, np.uint8) if marks.mask is None else marks.mask
        self.mask = Labels(
            painted.astype(np.uint8),
            name=tr("{name}: hip mask").format(name=film_layer.name),
            opacity=0.35,
            colormap={1: MASK_COLOUR, None: "transparent"},
            metadata=self._tag("hip_mask"),
            **place.arguments(),
        )
        self.mask.brush_size = max(3, round(BRUSH_MM / pixel_mm(place)))
        self.tissue = Shapes(
            [box_corners(box) for box in marks.sto_boxes] or None,
            ndim=2,
            shape_type="rectangle",
            name=tr("{name}: STO boxes").format(name=film_layer.name),
            edge_color=STO_COLOUR,
            face_color="transparent",
            edge_width=LINE_MM / pixel_mm(place),
            metadata=self._tag("sto_boxes"),
            **place.arguments(),
        )
        self.tissue.current_edge_color = STO_COLOUR
        self.tissue.current_face_color = "transparent"
        self.tissue.current_edge_width = LINE_MM / pixel_mm(place)
        for layer in (self.mask, self.tissue):
            layers.append(layer)
        self.mask.events.paint.connect(self._on_edited)
        self.mask.events.data.connect(self._on_edited)
        self.mask.events.set_data.connect(self._on_edited)  # undo tells nothing else
        self.tissue.events.data.connect(self._on_edited)

    def remove(self) -> None:
        """Take them and their film out of the viewer."""
        mine = [each for each in self._layers if self.owns(each)]
        for layer in (*mine, self.film_layer):
            if layer in self._layers:
                self._layers.remove(layer)

    def owns(self, layer: Any) -> bool:
        """Whether a layer belongs to this film."""
        return belongs_to(layer, self.film_layer)

    def is_there(self) -> bool:
        """Whether nobody has taken one of the layers out of the viewer."""
        mine = (self.film_layer, self.mask, self.tissue)
        return all(layer in self._layers for layer in mine)

    def sto_boxes(self) -> tuple[HipBox, ...]:
        """The blue boxes.

        Raises
        ------
        Refused
            If one is too small, or reaches outside the film.
        """
        found = []
        for corners in self.tissue.data:
            (y0, x0), (y1, x1) = corners.min(axis=0), corners.max(axis=0)
            box = sto_box(float(x0), float(y0), float(x1), float(y1))
            check_sto_box(box, self.mask.data.shape)
            found.append(box)
        return tuple(found)

    def add_boxes(self, boxes: Sequence[HipBox]) -> None:
        """Put more STO boxes beside those that are there."""
        if boxes:
            self.tissue.add_rectangles([box_corners(box) for box in boxes])

    def bone(self) -> NDArray[np.bool_]:
        """The painted mask, ``(rows, columns)`` bool."""
        return np.asarray(self.mask.data) > 0

    def put_mask(self, mask: NDArray[np.bool_]) -> None:
        """Put another mask in place of what is painted; Ctrl+Z brings that back."""
        changed = np.nonzero(self.bone() != mask)
        if len(changed[0]):
            self.mask.data_setitem(changed, mask[changed].astype(np.uint8))
        self._on_edited()

    def flag(self, flagged: Sequence[bool]) -> None:
        """Draw STO boxes that overlap bone in another colour."""
        if len(flagged) == len(self.tissue.data) and len(flagged):
            with self._drawing:
                self.tissue.edge_color = [
                    FLAG_COLOUR if one else STO_COLOUR for one in flagged
                ]

    def draw_on(self, layer: Any, mode: str) -> None:
        """Let a person draw: the layer in front, its tool in the hand."""
        layer.visible = True
        self._layers.selection.active = layer
        if layer is self.mask:
            layer.selected_label = 1
        layer.mode = mode

    def _tag(self, kind: Any) -> dict[str, Any]:
        return tag(kind, film_id=str(self.film_layer.unique_id))

    def _on_edited(self, event: Any = None) -> None:
        over = not action_of(event) or is_over(event)
        if over and not self._drawing:
            self._edited()
