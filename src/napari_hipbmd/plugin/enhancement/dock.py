"""The dock *Enhancement*: train, apply and compare models of the soft tissue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.layers import Layer
from qtpy.QtWidgets import QScrollArea, QTabWidget, QVBoxLayout, QWidget

from ..ui.translation import tr
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.origins import remember_origin
from ..viewer.session import Session, session_of
from .apply_panel import ApplyPanel
from .compare_panel import ComparePanel
from .many_panel import ManyPanel
from .profile_panel import ProfilePanel
from .train_panel import TrainPanel


class EnhancementWidget(ListeningWidget):
    """One tab for each thing to do; they share a list of models."""

    WIDE = 430

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._session: Session = session_of(napari_viewer)
        self._setup_ui()
        self._connect()
        self._listen()

    def _setup_ui(self) -> None:
        self.apply = ApplyPanel(self._session)
        self.profile = ProfilePanel(self._session, self.apply.shown)
        self.many = ManyPanel()
        self.many.model_folder = self.apply.model.folder
        self.compare = ComparePanel()
        self.train = TrainPanel(self._session)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("enhancement_tabs")
        self.tabs.addTab(_scrolled(self.train), tr("Train"))
        self.tabs.addTab(_scrolled(self.apply, self.profile, self.many), tr("Apply"))
        self.tabs.addTab(_scrolled(self.compare), tr("Compare"))
        self.tabs.setCurrentIndex(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.tabs)
        self._let_shrink()

    def _connect(self) -> None:
        for panel in (self.apply, self.compare):
            panel.model_added.connect(self._on_model_added)
        self.train.trained.connect(self._on_model_added)
        self.train.film_appeared.connect(self._viewer.reset_view)
        self.many.wanted.connect(self._on_film_wanted)
        self.apply.film_shown.connect(self.profile.show_film)

    def _on_model_added(self, folder: Path) -> None:
        """A model that one tab knows is offered in the others, and chosen nowhere."""
        for panel in (self.apply, self.compare):
            panel.offer(folder)

    def _on_film_wanted(self, data: Any, path: Path) -> None:
        """Open a film of many, and show what the model makes of it."""
        layer = Layer.create(*data)
        remember_origin(layer, path)
        for other in self._session.layers:
            other.visible = False
        self._session.layers.append(layer)
        self._viewer.reset_view()
        self.apply.enhance([layer])

    def _heard(self) -> Heard:
        layers = self._session.layers
        return [
            (layers.events.inserted, self._on_layers_changed),
            (layers.events.removed, self._on_removed),
            (layers.events.reordered, self._on_layers_changed),
            (layers.selection.events.active, self._on_active_changed),
            (self._session.film_changed, self._on_film_changed),
            (self._session.measured, self._on_measured),
            (self._viewer.cursor.events.position, self.profile.follow_cursor),
        ]

    def _on_listening(self) -> None:
        self._on_layers_changed()

    def _on_left(self) -> None:
        for panel in (self.train, self.apply, self.many, self.compare):
            panel.stop()

    def _on_layers_changed(self, event: Any = None) -> None:
        self.apply.follow_layers()
        self.profile.follow_layers()

    def _on_removed(self, event: Any) -> None:
        self.apply.forget(event.value)
        self.profile.forget(event.value)
        self._on_layers_changed()

    def _on_active_changed(self, event: Any) -> None:
        if event.value is not None:
            self.apply.follow_active(event.value)

    def _on_measured(self, layer: Any) -> None:
        if layer is self.apply.film_layer():
            self.profile.show_film(layer)

    def _on_film_changed(self, layer: Any) -> None:
        self.apply.forget(layer)
        self.apply.follow_layers()


def _scrolled(*panels: QWidget) -> QScrollArea:
    """Panels below each other, as high as they are."""
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    for panel in panels:
        column.addWidget(panel)
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QScrollArea.Shape.NoFrame)
    scroll.setWidget(inside)
    return scroll
