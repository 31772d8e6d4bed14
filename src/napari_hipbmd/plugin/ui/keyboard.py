"""Where the keys that are pressed go."""

from __future__ import annotations

from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QMainWindow, QWidget


def has_keyboard(widget: QWidget) -> bool:
    """Whether keys go to a widget, or to something in it, while its window has them."""
    holder = widget.window().focusWidget()
    return holder is not None and (holder is widget or widget.isAncestorOf(holder))


def let_film_have_keyboard(dock: QWidget) -> None:
    """Let keys go to the canvas of the window that a dock is part of."""
    window = dock.window()
    while (above := window.parentWidget()) is not None:  # a dock that floats
        window = above.window()
    central = window.centralWidget() if isinstance(window, QMainWindow) else None
    canvas = None if central is None else central.findChild(QOpenGLWidget)
    if canvas is not None:
        window.activateWindow()
        canvas.setFocus()
