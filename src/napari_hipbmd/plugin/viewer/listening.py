"""Docks that hear what happens in the viewer, as long as they are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QWidget

from ..ui.narrow import NarrowDock

Heard = list[tuple[Any, Callable[..., None]]]


class ListeningWidget(NarrowDock):
    """Connects what :meth:`_heard` lists when it is docked, and leaves when closed.

    A subclass calls :meth:`_listen` when it is set up.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listening = False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Stop listening when the dock is closed: napari then takes its parent away."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange:
            if self.parent() is None:
                self._leave()
            else:
                self._listen()

    def _heard(self) -> Heard:
        """Events and what they call."""
        return []

    def _on_listening(self) -> None:
        """Catch up with what happened unheard."""

    def _on_left(self) -> None:
        """End what should not outlive the dock; nothing is heard any more."""

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            for event, callback in self._heard():
                event.connect(callback)
            self._on_listening()

    def _leave(self) -> None:
        if self._listening:
            self._listening = False
            for event, callback in self._heard():
                event.disconnect(callback)
            self._on_left()
