"""Small pieces that docks and panels are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from .shortcuts import BY_ID, current_keys
from .translation import tr
from .wrapping_row import WrappingRow


def button(name: str, text: str, hint: str = "", shortcut: str = "") -> QPushButton:
    """A button with an object name; its tooltip says its key too."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(with_key(hint, shortcut))
    return made


def with_key(hint: str, shortcut: str) -> str:
    """A hint, by default what the shortcut does, and the key that does it."""
    if not shortcut:
        return hint
    keys = tr(" or ").join(current_keys().of(shortcut))
    text = hint or tr(BY_ID[shortcut].does)
    return tr("{text} Key: {keys}").format(text=text, keys=keys) if keys else text


def enable(control: QWidget, on: bool, reason: str, hint: str = "") -> None:
    """Switch a control on or off; when off its tooltip is the reason."""
    control.setEnabled(on)
    control.setToolTip(hint if on else reason)


def note(name: str, text: str = "") -> QLabel:
    """A label for a sentence or two."""
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    return label


def row(*widgets: QWidget) -> WrappingRow:
    """Widgets side by side, of equal width; in several lines where it is narrow."""
    return WrappingRow(widgets)


def scroll_in(widget: QWidget, inside: QWidget) -> QVBoxLayout:
    """Let a widget scroll what is in it; gives its layout, for what stays in sight."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QScrollArea.Shape.NoFrame)
    scroll.setWidget(inside)
    outer = QVBoxLayout(widget)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll, 1)
    return outer


def press(control: QPushButton, action: Callable[[], object]) -> None:
    """Call a function without arguments when a button is clicked."""
    control.clicked.connect(lambda _: action())


def add_greyed(choice: QComboBox, layers: Iterable[tuple[Any, str]]) -> None:
    """List layers that cannot be chosen, greyed, each with the reason."""
    for layer, reason in layers:
        choice.addItem(f"{layer.name}: {reason}")
        at = choice.count() - 1
        choice.setItemData(at, reason, Qt.ItemDataRole.ToolTipRole)
        choice.model().item(at).setEnabled(False)
