"""Who is at work: one name in all docks, which stands on labels, boxes and marks."""

from __future__ import annotations

from functools import cache

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QLineEdit

from .preferences import read_preference, write_preference

_NAME = "annotator"


class _Docks(QObject):
    chosen = Signal(str)


@cache
def _docks() -> _Docks:
    return _Docks()


def annotator() -> str:
    """The name that was given last; empty before."""
    return str(read_preference(_NAME, ""))


def choose_annotator(name: str) -> None:
    """Remember who is at work, and tell the fields of all docks."""
    write_preference(_NAME, name)
    _docks().chosen.emit(name)


class AnnotatorField(QLineEdit):
    """Shows who is at work; ``followed`` when another dock was told somebody else.

    Whoever reads the field calls :func:`choose_annotator` with what was typed.
    """

    followed = Signal()

    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__(annotator())
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        _docks().chosen.connect(self._on_chosen)

    def _on_chosen(self, name: str) -> None:
        if name != self.text().strip():
            self.setText(name)
            self.followed.emit()
