"""The windows that a film offers, to choose from."""

from __future__ import annotations

from typing import Any

import numpy as np
from qtpy.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from ..ui.translation import tr
from ..viewer.identity import facts_of

BY_HAND = tr("set by hand")
FULL, CONTENT = tr("full range"), tr("all of the content")
NO_FILM = tr("Open a radiograph first.")
HINT = tr(
    "Drag the right mouse button on the film: to the side for a wider or narrower"
    " window, up and down for brightness. Choose a window to have it back."
)
_ROUGHLY = {
    "SIGMOID": tr("This window is a sigmoid: its steepest part is drawn."),
    "LUT": tr("This window is a table: the range in which it changes is drawn."),
}


class WindowChoice(QWidget):
    """Choose one of a film's windows; follows the limits that a person drags."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._film: Any = None
        self._setup_ui()
        self.show_film(None)

    def show_film(self, film_layer: Any) -> None:
        """Offer the windows of this film, or none."""
        if self._film is not None:
            self._film.events.contrast_limits.disconnect(self._on_limits_changed)
        self._film = film_layer
        if film_layer is not None:
            film_layer.events.contrast_limits.connect(self._on_limits_changed)
        self._fill()

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.choice = QComboBox()
        self.choice.setObjectName("window")
        self.note = QLabel()
        self.note.setObjectName("window_note")
        self.note.setWordWrap(True)
        column.addWidget(self.choice)
        column.addWidget(self.note)
        # `activated` and not `currentIndexChanged`: the same window chosen again
        # takes a dragged one back.
        self.choice.activated.connect(lambda _: self._on_window_chosen())

    def _fill(self) -> None:
        self.choice.clear()
        film = self._film
        self.choice.setEnabled(film is not None)
        self.choice.setToolTip(HINT if film is not None else NO_FILM)
        if film is None:
            self.note.setText(NO_FILM)
            return
        facts = facts_of(film)
        for window in facts.get("windows", ()):
            text = f"{window.name}  ({window.centre:g} / {window.width:g})"
            self.choice.addItem(text, (window.limits, _ROUGHLY.get(window.function)))
        first = facts.get("contrast_limits")
        if first is not None and not facts.get("windows"):
            self.choice.addItem(CONTENT, (first, None))
        full = facts.get("contrast_limits_range", film.contrast_limits_range)
        self.choice.addItem(FULL, (full, None))
        self._show_choice()

    def _on_window_chosen(self) -> None:
        data = self.choice.currentData()
        if data is not None and self._film is not None:
            self._film.contrast_limits = _inside(data[0], self._film)
            self._show_choice()

    def _on_limits_changed(self, event: Any = None) -> None:
        self._show_choice()

    def _show_choice(self) -> None:
        """Name the window that is drawn, or say that a person has set it."""
        limits = self._film.contrast_limits
        by_hand = self.choice.findText(BY_HAND)
        if by_hand >= 0:
            self.choice.removeItem(by_hand)
        for i in range(self.choice.count()):
            if np.allclose(_inside(self.choice.itemData(i)[0], self._film), limits):
                # Two windows may be drawn alike: the one that was chosen stays.
                chosen = self.choice.currentData()
                if chosen is None or not np.allclose(
                    _inside(chosen[0], self._film), limits
                ):
                    self.choice.setCurrentIndex(i)
                self.note.setText(self.choice.currentData()[1] or HINT)
                return
        low, high = limits
        self.choice.addItem(BY_HAND, None)
        self.choice.setCurrentIndex(self.choice.count() - 1)
        self.note.setText(
            tr("Drawn from {low:.5g} to {high:.5g}. {hint}").format(
                low=low, high=high, hint=HINT
            )
        )


def _inside(limits: tuple[float, float], film: Any) -> tuple[float, float]:
    """Limits within the slider's range: beyond it napari would widen the slider."""
    full = facts_of(film).get("contrast_limits_range", film.contrast_limits_range)
    low, high = (float(np.clip(end, *full)) for end in limits)
    return (low, high) if high > low else (float(full[0]), float(full[1]))
