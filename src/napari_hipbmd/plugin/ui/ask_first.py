"""A dock or window that is closed while something runs: it asks first."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, Qt, QTimer
from qtpy.QtWidgets import QDockWidget, QMessageBox, QPushButton, QWidget

from .run import is_there
from .translation import tr

CLOSE_BUTTON = "QTitleBarCloseButton"
"""What napari calls the button that closes a dock."""
PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
QUESTION = tr("{} is still running.")
MORE = tr("Cancel it and close, or stay and wait?")
STAY, CLOSE = tr("Stay"), tr("Cancel and close")


class AskFirst(QObject):
    """Asks before the dock of a widget, or its window, is closed by a person.

    What runs is cancelled only if the person says so, and what was to be closed is
    closed once it has ended. A window that a program closes cancels without asking.

    Parameters
    ----------
    widget
        In the dock.
    cancel
        Asks what runs to stop.
    """

    def __init__(self, widget: QWidget, cancel: Callable[[], object]) -> None:
        super().__init__(widget)
        self._widget, self._cancel = widget, cancel
        self._what = ""
        self._dock: QDockWidget | None = None
        self._box: QMessageBox | None = None
        self._then: Callable[[], object] | None = None

    def begin(self, what: str) -> None:
        """Something runs from now on; ``what`` says it in a few words."""
        if not self._what:
            self._watch()
        self._what = what

    def end(self) -> None:
        """Nothing runs any more: close what a person wanted to close."""
        self._what = ""
        self._unwatch()
        if self._box is not None:
            self._box.reject()
        then, self._then = self._then, None
        if then is not None:
            QTimer.singleShot(0, then)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Hold back what would close the dock or the window."""
        if not self._what:
            return False
        if isinstance(watched, QPushButton):
            if _presses(event):
                self._ask(watched.click)
                return True
        elif isinstance(watched, QWidget) and event.type() == QEvent.Type.Close:
            if event.spontaneous():
                event.ignore()
                self._ask(watched.close)
                return True
            self._cancel()
        return False

    def _ask(self, then: Callable[[], object]) -> None:
        if self._box is not None:
            return
        box = self._box = QMessageBox(self._widget.window())
        box.setObjectName("ask_first")
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(QUESTION.format(self._what))
        box.setInformativeText(MORE)
        stay = box.addButton(STAY, QMessageBox.ButtonRole.RejectRole)
        close = box.addButton(CLOSE, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        close.clicked.connect(lambda: self._on_close(then))
        box.finished.connect(lambda _: self._on_answered())
        box.open()

    def _on_close(self, then: Callable[[], object]) -> None:
        self._then = then
        self._cancel()

    def _on_answered(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
            self._box = None

    def _watch(self) -> None:
        dock = _dock_of(self._widget)
        if dock is not None and dock is not self._dock:
            self._dock = dock
            # napari makes another title bar for another place.
            for moved in (dock.dockLocationChanged, dock.topLevelChanged):
                moved.connect(lambda _: QTimer.singleShot(0, self._again))
        for each in self._closers():
            each.installEventFilter(self)

    def _closers(self) -> list[QObject]:
        """The window and the buttons that close it or the dock, as they are now.

        They are not kept: a window that is closed during a run would not be let go.
        """
        dock = _dock_of(self._widget)
        # One that floats is a window of its own, and is only hidden when closed.
        inside = self._widget if dock is None else dock.parentWidget() or dock
        title = None if dock is None else dock.titleBarWidget() or dock
        buttons = [] if title is None else title.findChildren(QPushButton, CLOSE_BUTTON)
        return [inside.window(), *buttons]

    def _again(self) -> None:
        if is_there(self) and self._what:
            self._watch()

    def _unwatch(self) -> None:
        for each in self._closers():
            each.removeEventFilter(self)


def _dock_of(widget: QWidget) -> QDockWidget | None:
    parent: QWidget | None = widget
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parentWidget()
    return parent


def _presses(event: QEvent) -> bool:
    if event.type() == QEvent.Type.KeyPress:
        return event.key() in PRESSES  # type: ignore[attr-defined]
    return event.type() == QEvent.Type.MouseButtonPress
