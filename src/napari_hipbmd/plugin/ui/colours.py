"""Colours of letters that can be read on light docks and on dark ones."""

from __future__ import annotations

from functools import cache

from qtpy.QtGui import QColor, QPalette
from qtpy.QtWidgets import QWidget

LIGHT = "#dddad8"
"""A darker tone of napari's light theme; letters are read on it and on lighter ones."""
CONTRAST = 4.5
"""Least contrast of letters to what is behind them (WCAG 2.1, level AA)."""


def readable(colour: str, widget: QWidget) -> str:
    """A colour made for dark docks, darkened where the widget's letters are dark."""
    widget.ensurePolished()
    letters = widget.palette().color(QPalette.ColorRole.WindowText)
    return darkened(colour) if letters.lightnessF() < 0.5 else colour


@cache
def darkened(colour: str) -> str:
    """The same hue, as dark as a light dock needs it."""
    found = QColor(colour)
    while contrast(found.name(), LIGHT) < CONTRAST:
        found = found.darker(105)
    return str(found.name())


def contrast(one: str, other: str) -> float:
    """How two colours differ in luminance, from 1 to 21 (WCAG 2.1)."""
    dark, light = sorted((_luminance(QColor(one)), _luminance(QColor(other))))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
