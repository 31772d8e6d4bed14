"""Sentences in labels: plain text within a little markup."""

from __future__ import annotations

import re
from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

LONG_WORD = re.compile(r"[^\s<>&;]{24}(?=[^\s<>&;])")


def plain(text: str) -> str:
    """Text that means itself wherever markup is read."""
    return escape(text, quote=False)


def breakable(text: str) -> str:
    """The text, with places to end a line in words too long for one, as of a file.

    A label would else make its dock, and the window, as wide as its longest word.
    """
    return LONG_WORD.sub("\\g<0>\N{ZERO WIDTH SPACE}", text)


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
