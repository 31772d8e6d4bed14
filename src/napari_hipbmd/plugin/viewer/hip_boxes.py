"""The hip boxes of a viewer's films: drawn, kept square and on the film, remembered.

What is known of a film's boxes is in :class:`HipBoxes`; the layer is a picture of it.
What a person does to the layer with napari's own tools changes the boxes, or is drawn
over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

import numpy as np
from napari.utils.notifications import show_info
from psygnal import Signal
from qtpy.QtCore import QTimer

from ...core.errors import Refused
from ...core.hip_box import (
    OTHER,
    BoxBySide,
    on_film,
)
from ...core.radiograph import HipBox, Side
from ..ui.annotator import annotator
from ..ui.sentences import said
from ..ui.translation import tr
from .box_sides import boxes_as_drawn, first_place
from .drawn import drawn_on
from .edits import OwnHand, is_over, show_shapes
from .identity import HasLayers, belongs_to, facts_of, kind_of
from .layers import BOX, BOX_COLOUR, LINE_MM, box_corners, box_of_rectangle, pixel_mm
from .origins import origin_of
from .place import Place

if TYPE_CHECKING:
    from ...study import PlacedBox


TWO_HIPS = tr(
    "Both hips of this film have a box: choose the side that is to be measured."
)
NO_FILE = tr("Not kept: this layer was not read from a file that is still there.")
NO_NAME = tr("Not kept yet: say who you are, for each box tells who placed it.")
KEPT = tr("Kept in {}, by film and side.")


class HipBoxes:
    """The hip boxes of one viewer's films.

    Attributes
    ----------
    changed
        Emitted with a film's layer when its boxes are others than before.
    said
        Emitted with a film's layer and a sentence for the person.
    """

    changed = Signal(object)
    said = Signal(object, str)

    def __init__(self, session: HasLayers) -> None:
        self._session = session
        self._boxes: WeakKeyDictionary[Any, dict[Side, HipBox]] = WeakKeyDictionary()
        self._known: WeakKeyDictionary[Any, dict[Side, PlacedBox]] = WeakKeyDictionary()
        self._kept: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self._drawing = OwnHand()
        self._next_side: WeakKeyDictionary[Any, Side] = WeakKeyDictionary()
        session.layers.events.inserted.connect(self._on_inserted)
        for layer in list(session.layers):
            self._look_up(layer)

    # what is there

    def of(self, film_layer: Any) -> dict[Side, HipBox]:
        """The boxes of a film by side."""
        return dict(self._boxes.get(film_layer, {}))

    def placed(self, film_layer: Any) -> dict[Side, PlacedBox]:
        """Those of them that are remembered, with who placed them and when."""
        return dict(self._known.get(film_layer, {}))

    def where_kept(self, film_layer: Any) -> str:
        """Where the boxes are remembered, or why they are not."""
        return self._kept.get(film_layer, "")

    def to_measure(
        self, film_layer: Any, side: Side | None
    ) -> tuple[HipBox | None, Side | None]:
        """The box of the hip of that side, or of the only hip that has one; its side.

        Raises
        ------
        Refused
            If both hips have a box and no side is given.
        """
        workbench = self._workbench_box(film_layer)
        if workbench is not None:
            return workbench, side
        boxes = self.of(film_layer)
        if side is not None:
            return boxes.get(side), side
        if len(boxes) > 1:
            raise Refused(TWO_HIPS)
        for only, box in boxes.items():
            return box, only
        return None, None

    def layer(self, film_layer: Any) -> Any:
        """The layer that shows a film's boxes, or None."""
        for layer in self._session.layers:
            if kind_of(layer) == "box" and belongs_to(layer, film_layer):
                return layer
        return None

    # changing it

    def place(self, film_layer: Any, side: Side, box: HipBox | None = None) -> None:
        """Put a box on the hip of that side, or select the one that is there."""
        boxes = self.of(film_layer)
        if side not in boxes or box is not None:
            shape = film_layer.data.shape[-2:]
            found = box or first_place(film_layer, side, boxes.get(OTHER[side]))
            self._set(film_layer, {**boxes, side: on_film(found, shape)})
        self._select(film_layer, side)

    def place_all(self, film_layer: Any, proposed: BoxBySide) -> None:
        """Put several boxes at once on hips that have none."""
        shape = film_layer.data.shape[-2:]
        new = {side: on_film(box, shape) for side, box in proposed.items()}
        self._set(film_layer, {**new, **self.of(film_layer)})

    def draw(self, film_layer: Any, side: Side | None = None) -> None:
        """Let a person draw a box by dragging; of this side, where one is given."""
        layer = self.layer(film_layer) or self._made(film_layer)
        self._next_side.pop(film_layer, None)
        if facts_of(layer).get("owner") is None and side is not None:
            self._next_side[film_layer] = side
        self._session.layers.selection.active = layer
        layer.mode = "add_rectangle"

    def swap(self, film_layer: Any) -> None:
        """Call the left hip the right one, and the right one the left."""
        before = self.of(film_layer)
        swapped = {OTHER[side]: box for side, box in before.items()}
        self._boxes[film_layer] = swapped
        if not self.remember(film_layer):
            self._boxes[film_layer] = before
        self._draw(film_layer)
        self.changed.emit(film_layer)

    def remove(self, film_layer: Any, side: Side) -> None:
        """Take a box away."""
        boxes = self.of(film_layer)
        boxes.pop(side, None)
        self._set(film_layer, boxes)

    def remember(self, film_layer: Any) -> bool:
        """Keep the boxes with the study or beside the film.

        Returns
        -------
        bool
            False where they were refused; :attr:`said` tells why. BoxBySide of a film
            without a file, or of nobody, are not kept, and :meth:`where_kept` says so.
        """
        origin, who = origin_of(film_layer), annotator()
        if origin is None or not who:
            self._kept[film_layer] = NO_FILE if origin is None else NO_NAME
            return True
        from ...study import BoxesChanged, remember_boxes
        from ...study.boxes import boxes_folder
        from ...study.boxes_file import BOXES

        known = self.placed(film_layer)
        try:
            now = remember_boxes(origin, self.of(film_layer), who, known)
        except BoxesChanged as conflict:
            self._show(film_layer, dict(conflict.theirs))
            self.said.emit(film_layer, said(conflict))
            return True
        except Refused as refusal:
            self._kept[film_layer] = tr("Not kept: {refusal}").format(
                refusal=said(refusal)
            )
            self.said.emit(film_layer, said(refusal))
            return False
        self._known[film_layer] = now
        self._kept[film_layer] = KEPT.format(f"{boxes_folder(origin).name}/{BOXES}")
        return True

    # how

    def _set(self, film_layer: Any, boxes: BoxBySide) -> None:
        if boxes != self.of(film_layer):
            self._boxes[film_layer] = dict(boxes)
            self.remember(film_layer)
        self._draw(film_layer)
        self.changed.emit(film_layer)

    def _show(self, film_layer: Any, known: dict[Side, PlacedBox]) -> None:
        """Show what is remembered."""
        self._known[film_layer] = known
        self._boxes[film_layer] = {side: one.box for side, one in known.items()}

    def _on_inserted(self, event: Any) -> None:
        # Not at once: napari is still telling others of the film.
        film = ref(event.value)
        QTimer.singleShot(0, lambda: self._look_up(film()))

    def _look_up(self, layer: Any) -> None:
        """Show the boxes that are remembered of a film that is new in the viewer."""
        if layer not in self._session.layers or kind_of(layer) != "film":
            return
        origin = origin_of(layer)
        if facts_of(layer).get("owner") or layer in self._boxes or origin is None:
            return
        from ...study import film_boxes
        from ...study.boxes import boxes_folder
        from ...study.boxes_file import BOXES

        try:
            known = film_boxes(origin)
        except Refused as refusal:
            self._kept[layer] = said(refusal)
            show_info(said(refusal))  # no dock may be open yet
            self.said.emit(layer, said(refusal))
            return
        if known:
            self._show(layer, known)
            self._kept[layer] = KEPT.format(f"{boxes_folder(origin).name}/{BOXES}")
            self._draw(layer)
            self.changed.emit(layer)

    def _workbench_box(self, film_layer: Any) -> HipBox | None:
        layer = self.layer(film_layer)
        if layer is None or not facts_of(layer).get("owner") or not layer.data:
            return None
        return box_of_rectangle(layer.data[-1])

    def _made(self, film_layer: Any) -> Any:
        """A new layer for a film's boxes, above the film."""
        layer = drawn_on(
            film_layer,
            "box",
            tr("hip boxes"),
            BOX_COLOUR,
            {"string": "{side}", "size": 14},
            {"side": np.array([], str)},
            self._on_data,
        )
        layer.feature_defaults = {"side": ""}
        layers = self._session.layers
        layers.insert(list(layers).index(film_layer) + 1, layer)
        return layer

    def _draw(self, film_layer: Any) -> None:
        boxes = self.of(film_layer)
        layer = self.layer(film_layer) or (self._made(film_layer) if boxes else None)
        if layer is None or facts_of(layer).get("owner"):
            return
        sides = sorted(boxes)
        shown = [box_corners(boxes[side]) for side in sides]
        with self._drawing:
            selected, mode = set(layer.selected_data), layer.mode
            width = LINE_MM / pixel_mm(Place.of(film_layer))
            features = {"side": np.array(sides, str)}
            show_shapes(layer, "rectangle", shown, features, edge_width=width, **BOX)
            layer.feature_defaults = {"side": ""}
            layer.selected_data = {i for i in selected if i < len(shown)}
            layer.mode = mode

    def _select(self, film_layer: Any, side: Side) -> None:
        layer, sides = self.layer(film_layer), sorted(self.of(film_layer))
        if side in sides:  # somebody else's boxes may have come instead
            self._session.layers.selection.active = layer
            layer.mode = "select"
            layer.selected_data = {sides.index(side)}

    def _on_data(self, film_layer: Any, event: Any) -> None:
        """Somebody used napari's own tools on the boxes."""
        if film_layer is None or self._drawing or not is_over(event):
            return
        layer = self.layer(film_layer)
        try:
            before, wanted = self.of(film_layer), self._next_side.get(film_layer)
            after, drawn = boxes_as_drawn(film_layer, layer, before, wanted)
        except Refused as refusal:
            self._draw(film_layer)
            self.said.emit(film_layer, said(refusal))
            return
        self._set(film_layer, after)
        if drawn is not None:
            self._next_side.pop(film_layer, None)
            self._select(film_layer, drawn)
