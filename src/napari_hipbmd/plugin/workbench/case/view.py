"""An open case as layers: drawn from the labels, and anew after every change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import ref

import numpy as np
from psygnal import Signal
from qtpy.QtCore import QTimer

from ....core.errors import Refused
from ....core.radiograph import HipBox
from ....study import Labels
from ....study.labelling.label import XY
from ...viewer.camera import camera_of, look_at
from ...viewer.edits import OwnHand, is_over, show_points, show_shapes
from ...viewer.identity import facts_of, kind_of
from ...viewer.layers import BOX, LayerData, box_corners
from ...viewer.place import Place
from ...viewer.session import session_of
from .by_hand import take_box, take_outlines, take_points
from .editor import Editor
from .layers import (
    label_points,
    predicted_points,
    region_shapes,
)
from .line_widths import LineWidths
from .looking import around_hip, whole_film
from .mouse import follow_mouse
from .overlay import Drawn, Overlay, centre_of
from .stack import ORDER, OWNER, LayerStack

ZOOM = 8.0
"""Screen pixels for a pixel of the film, when a landmark is centred."""


class CaseView:
    """The layers of the workbench in one viewer.

    The labels are the truth and the layers a picture of them. What a person does to
    a layer with napari's own tools becomes a change of the labels, or is drawn over.

    Attributes
    ----------
    on_made
        Called with every layer that is new.
    whole
        Whether all of the film is to be seen, not its hip alone.
    lost
        Emitted when somebody deleted the film of the open case.
    """

    lost = Signal()

    def __init__(self, viewer: Any) -> None:
        self._viewer = ref(getattr(viewer, "__wrapped__", viewer))
        self._session = session_of(viewer)
        self._drawing = OwnHand()
        self._stack = LayerStack(self._session, self._on_made)
        self.on_made: Callable[[Any], None] = lambda layer: None
        self.editor: Editor | None = None
        self.zoom = ZOOM
        self._overlay: Drawn | None = None
        self._session.layers.events.removed.connect(self._on_layer_removed)
        self._lines = LineWidths(self)
        self._fitted: tuple[Any, ...] = ()
        self.whole = False
        self._hidden: list[Any] = []

    @property
    def viewer(self) -> Any:
        """The viewer, or None when it is gone."""
        return self._viewer()

    @property
    def film(self) -> Any:
        """The film's layer, or None while no case is open."""
        return None if self.editor is None else self._stack.layer("film")

    @property
    def place(self) -> Place:
        """Where the film lies."""
        return self._stack.place

    def layer(self, kind: str) -> Any:
        """The layer of ours with one part of the open case, or None."""
        return self._stack.layer(kind)

    def open(self, film: LayerData, editor: Editor, image: Path) -> None:
        """Show a case, whose film is in a file, in place of the one before."""
        self.leave()
        self.editor = editor
        self._overlay = None
        self._show_hidden()
        with self._drawing:
            self._stack.show_film(film, image)
        editor.changed.connect(self.redraw)
        editor.previewed.connect(self._draw)
        editor.current_changed.connect(self._on_current_changed)
        self.fit()
        self._lines.follow()
        self.redraw()
        self.show_overlay(None)
        self.activate()
        self._lines.set()

    def leave(self) -> None:
        """Follow the open case no more; its layers wait for the next one."""
        if self.editor is not None:
            self.editor.changed.disconnect(self.redraw)
            self.editor.previewed.disconnect(self._draw)
            self.editor.current_changed.disconnect(self._on_current_changed)
            self._lines.leave()
        self.editor = None

    def end(self) -> None:
        """The window is gone, and nobody can be told: save, and follow no more."""
        editor = self.editor
        self.leave()
        if editor is not None:
            with suppress(Refused, OSError):  # the journal has it
                editor.case.close()

    def hide(self) -> None:
        """Show nothing until the next case: what is there is of the one before."""
        for kind in ORDER:
            layer = self.layer(kind)
            if layer is not None and layer.visible:
                layer.visible = False
                self._hidden.append(layer)

    def _show_hidden(self) -> None:
        for layer in self._hidden:
            layer.visible = True
        self._hidden.clear()

    def close(self) -> None:
        """Take the layers out of the viewer."""
        self.leave()
        with self._drawing:
            self._stack.clear()

    def redraw(self) -> None:
        """Draw the labels as they are."""
        if self.editor is not None:
            self._draw(self.editor.labels)
            self._draw_predictions()
            self._draw_box()

    def show_overlay(self, overlay: Drawn | None) -> None:
        """Lay other people's landmarks over mine, or none."""
        self._overlay = overlay
        for kind in ("other", "differences"):
            layer = self.layer(kind)
            # napari draws anew what is told to be as it is.
            if layer is not None and layer.visible != (overlay is not None):
                layer.visible = overlay is not None
        self._draw_overlay()

    def fit(self) -> None:
        """Show all of the hip: its box, the labels, the predictions or the film."""
        editor, viewer = self.editor, self.viewer
        if editor is None or viewer is None or self.film is None:
            return
        known = (editor.predicted or editor.labels).xy
        known = known[np.isfinite(known).all(axis=1)]
        if self._overlay is not None:
            others = self._overlay(editor.labels).points[:, ::-1]
            known = np.concatenate([known, others])
        shape = self.film.data.shape[-2:]
        part = (
            whole_film(shape) if self.whole else around_hip(shape, self._box(), known)
        )
        look_at(viewer, self.place, *part)
        self._fitted = self._view()

    def fit_again(self) -> None:
        """Show what :meth:`fit` shows now, unless a person has looked elsewhere."""
        if self.editor is not None and self._view() == self._fitted:
            self.fit()

    def _view(self) -> tuple[Any, ...]:
        """Where one looks."""
        camera = camera_of(self.viewer)
        return (tuple(camera.center), camera.zoom)

    def centre(self, name: str) -> None:
        """Bring a landmark, or its prediction, to the middle at the chosen zoom."""
        row_col = self.where(name)
        if row_col is None or self.film is None or self.viewer is None:
            return
        camera = camera_of(self.viewer)
        camera.center = tuple(self.film.data_to_world(row_col))
        camera.zoom = self.zoom / float(np.mean(np.abs(self.film.scale)))

    def middle(self) -> XY:
        """The middle of the view, ``(x, y)`` of the film, or its nearest pixel."""
        film, camera = self.film, camera_of(self.viewer)
        row_col = np.array(film.world_to_data(camera.center[-2:]))
        row, column = np.clip(row_col, 0, np.array(film.data.shape[-2:]) - 1)
        return float(column), float(row)

    def where(self, name: str) -> np.ndarray | None:
        """Where a landmark is, is predicted, or others have it: ``(row, column)``."""
        if self.editor is None:
            return None
        sets = (self.editor.labels, self.editor.predicted)
        for labels in sets:
            if labels is not None:
                label = labels.landmarks.get(name)
                if label is not None and label.xy is not None:
                    return np.array(label.xy[::-1])
        if self._overlay is not None:
            return centre_of(self._overlay(self.editor.labels), name)
        return None

    def activate(self) -> None:
        """Make the landmarks the active layer again, ready to be moved."""
        layer = self.layer("labels")
        if layer is not None:
            layer.mode = "pan_zoom"
            self._session.layers.selection.active = layer

    def toggle(self, *kinds: str) -> None:
        """Show or hide parts of the open case, all as the first one."""
        if self.editor is None:
            return
        layers = [layer for kind in kinds if (layer := self.layer(kind)) is not None]
        for layer in layers[1:]:
            layer.visible = not layers[0].visible
        for layer in layers[:1]:
            layer.visible = not layer.visible

    def edit_outlines(self, on: bool) -> None:
        """Let the corners of regions be dragged, or follow the landmarks again."""
        regions = self.layer("label_regions")
        if regions is None:
            return
        regions.editable = on
        if on:
            self._session.layers.selection.active = regions
            regions.mode = "direct"
        else:
            self.activate()

    def draw_box(self) -> None:
        """Let a person draw the hip box anew."""
        layer = self.layer("box")
        if layer is not None:
            self._session.layers.selection.active = layer
            layer.mode = "add_rectangle"

    # drawing

    def _draw(self, labels: Labels) -> None:
        points, regions = self.layer("labels"), self.layer("label_regions")
        if points is None or regions is None or self.editor is None:
            return
        self._draw_points(labels)
        with self._drawing:
            self._draw_regions(regions, region_shapes(labels))
        self._draw_overlay(labels)

    def _draw_points(self, labels: Labels) -> None:
        points = self.layer("labels")
        if points is None or self.editor is None:
            return
        with self._drawing:
            show_points(points, label_points(labels, self.editor.current, self.place))

    def _draw_regions(self, regions: Any, shapes: dict[str, Any]) -> None:
        """Show other outlines; a person who drags corners goes on with it."""
        show_shapes(regions, "polygon", edge_width=self._lines.now(), **shapes)
        regions.editable = regions.mode == "direct"

    def _draw_predictions(self) -> None:
        layer = self.layer("predictions")
        if layer is None or self.editor is None:
            return
        editor = self.editor
        with self._drawing:
            show_points(
                layer, predicted_points(editor.predicted, editor.labels, self.place)
            )
            layer.editable = False

    def _box(self) -> HipBox | None:
        """The hip box: placed, of the labels, or where a model looked."""
        if self.editor is None:
            return None
        box: HipBox | None = facts_of(self.film).get("box")
        predicted = self.editor.predicted
        found = predicted.film.box if predicted is not None else None
        return box or self.editor.labels.film.box or found

    def _draw_box(self) -> None:
        layer, box = self.layer("box"), self._box()
        if layer is None or self.editor is None:
            return
        shown = [box_corners(box)] if box is not None else []
        with self._drawing:
            show_shapes(layer, "rectangle", shown, edge_width=self._lines.now(), **BOX)

    def _draw_overlay(self, labels: Labels | None = None) -> None:
        points, lines = self.layer("other"), self.layer("differences")
        if self.editor is None or points is None or lines is None:
            return
        if self._overlay is None:
            shown = Overlay()
            if not len(points.data) and not len(lines.data):
                return
        else:
            shown = self._overlay(labels or self.editor.labels)
        with self._drawing:
            lines.data = shown.lines
            show_points(points, shown.arguments(self.place))
            points.editable = lines.editable = False

    # what a person does

    def _on_made(self, layer: Any) -> None:
        """Listen to a layer that is new."""
        heard = {
            "labels": self._on_points_data,
            "label_regions": self._on_regions_data,
            "box": self._on_box_data,
        }
        kind = kind_of(layer)
        if kind in heard:
            layer.events.data.connect(heard[kind])
        if kind in ("labels", "predictions", "other"):
            follow_mouse(layer, self)
        self.on_made(layer)

    def _on_layer_removed(self, event: Any) -> None:
        """Somebody deleted a layer of the open case: its labels are still there."""
        if not self._drawing and facts_of(event.value).get("owner") == OWNER:
            QTimer.singleShot(0, self._restore)

    def _restore(self) -> None:
        if self.editor is None:
            return
        if self._stack.layer("film") is None:
            self.lost.emit()
            return
        with self._drawing:
            self._stack.complete()
        self.redraw()
        self._draw_overlay()

    def _on_current_changed(self, name: str) -> None:
        if self.editor is not None:
            self._draw_points(self.editor.labels)

    def _on_points_data(self, event: Any) -> None:
        if self._is_by_hand(event):
            take_points(self.editor, self.layer("labels"))

    def _on_regions_data(self, event: Any) -> None:
        if self._is_by_hand(event):
            take_outlines(self.editor, self.layer("label_regions"))

    def _on_box_data(self, event: Any) -> None:
        if self._is_by_hand(event) and take_box(
            self.editor, self.film, self.layer("box")
        ):
            self.activate()

    def _is_by_hand(self, event: Any) -> bool:
        """Whether somebody used napari's own tools, and has ended that."""
        return not self._drawing and self.editor is not None and is_over(event)
