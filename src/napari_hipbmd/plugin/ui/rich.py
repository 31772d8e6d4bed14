"""Sentences in labels: plain text within a little markup."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel


def plain(text: str) -> str:
    """Text that means itself wherever markup is read."""
    return escape(text, quote=False)


def sentence(name: str, text: str = "") -> QLabel:
    """A label for a sentence or two with markup, which can be selected.

    Qt would else guess from each text whether it holds markup.
    """
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
