"""Numbers are typed with a comma or a point, whatever the system's language is."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QEvent, QLocale, QObject
from qtpy.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from qtpy.QtWidgets import QDoubleSpinBox

SIGNS = (",", ".")


def number_box() -> QDoubleSpinBox:
    """A box for a number."""
    return with_either_sign(QDoubleSpinBox())


def with_either_sign(box: QDoubleSpinBox) -> QDoubleSpinBox:
    """Let a box take both signs for the decimal one, typed and pasted.

    Qt takes the other sign for one that groups thousands, and passes over it: 0,15 mm
    would be 15.
    """
    locale = box.locale()
    locale.setNumberOptions(
        QLocale.NumberOption.RejectGroupSeparator
        | QLocale.NumberOption.OmitGroupSeparator
    )
    box.setLocale(locale)
    box.installEventFilter(_EitherSign(box))
    return box


class _EitherSign(QObject):
    """Puts the sign of the box in the place of the other one."""

    def __init__(self, box: QDoubleSpinBox) -> None:
        super().__init__(box)
        self._box = box

    def eventFilter(self, box: Any, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Called by Qt with what happens to the box."""
        if event.type() != QEvent.Type.KeyPress or box is not self._box:
            return False
        if event.matches(QKeySequence.StandardKey.Paste):
            pasted = QGuiApplication.clipboard().text().strip()
            self._box.lineEdit().insert(self._own(pasted))
            return True
        own = self._own(event.text())
        if own == event.text():
            return False
        key = QKeyEvent(event.type(), ord(own), event.modifiers(), own)
        self._box.keyPressEvent(key)
        return True

    def _own(self, text: str) -> str:
        for sign in SIGNS:
            text = text.replace(sign, self._box.locale().decimalPoint())
        return text
