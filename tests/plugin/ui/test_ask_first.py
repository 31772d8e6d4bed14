"""Whoever closes a dock or the window while something runs is asked first."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes.util import find_library
from threading import Event
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QPushButton

from napari_hipbmd.core.errors import Cancelled
from napari_hipbmd.plugin.ui.run_bar import RunBar


class Running:
    """A dock of napari in which something runs until it is told to stop."""

    def __init__(self, viewer: Any, qtbot: Any) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        self.bar = RunBar("go", "Go")
        self.dock = viewer.window.add_dock_widget(self.bar, name="Runs")
        self.finish, self.ended = Event(), Event()
        self.done: list[str] = []
        self.bar.start(self._work, self.done.append)

    def _work(self, run: Any) -> str:
        try:
            while not self.finish.wait(0.01):
                if run.is_cancelled():
                    raise Cancelled
            return "done"
        finally:
            self.ended.set()

    def press_close(self) -> None:
        title = self.dock.titleBarWidget()
        self.click(title.findChild(QPushButton, "QTitleBarCloseButton"))

    def press_cross(self) -> None:
        window = self.bar.window()
        window.show()
        self.wait(lambda: window.windowHandle().isExposed())
        ask_to_close(int(window.winId()))
        self.wait(lambda: self.question() is not None)

    def question(self) -> Any:
        shown = QApplication.topLevelWidgets()
        return next((one for one in shown if one.objectName() == "ask_first"), None)

    def answer(self, text: str) -> None:
        [button] = [one for one in self.question().buttons() if one.text() == text]
        self.click(button)
        self.wait(lambda: self.question() is None)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def click(self, button: Any) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def is_docked(self) -> bool:
        return self.bar.parent() is not None


def ask_to_close(window: int) -> None:
    """What a desktop sends to a window whose cross is pressed (ICCCM 4.2.8.1)."""
    library = ctypes.CDLL(find_library("X11"))
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(library.XOpenDisplay(None))

    def atom(name: bytes) -> int:
        return int(library.XInternAtom(display, name, 0))

    class ClientMessage(ctypes.Structure):
        _fields_ = [
            ("type", ctypes.c_int),
            ("serial", ctypes.c_ulong),
            ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p),
            ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong),
            ("format", ctypes.c_int),
            ("data", ctypes.c_long * 5),
            ("room", ctypes.c_long * 24),
        ]

    client_message = 33
    message = ClientMessage(client_message, window=window, format=32)
    message.message_type = atom(b"WM_PROTOCOLS")
    message.data[0] = atom(b"WM_DELETE_WINDOW")
    library.XSendEvent(
        display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message)
    )
    library.XCloseDisplay(display)


on_x11 = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the cross is pressed by X11 alone"
)


@pytest.fixture
def running(viewer: Any, qtbot: Any) -> Any:
    one = Running(viewer, qtbot)
    yield one
    one.finish.set()
    assert one.ended.wait(300)


def test_a_dock_that_is_closed_during_a_run_asks_and_can_stay(running: Running) -> None:
    running.press_close()
    assert "Go is still running" in running.question().text()
    running.answer("Stay")
    assert running.is_docked() and running.bar.is_running
    running.finish.set()
    running.wait(lambda: running.done == ["done"])
    running.press_close()
    assert running.question() is None and not running.is_docked()


def test_a_run_is_really_cancelled_before_its_dock_is_closed(running: Running) -> None:
    running.press_close()
    running.answer("Cancel and close")
    running.wait(lambda: not running.is_docked())
    assert running.ended.is_set() and not running.bar.is_running
    assert running.done == []


def test_a_run_that_ends_while_one_is_asked_takes_the_question_away(
    running: Running,
) -> None:
    running.press_close()
    assert running.question() is not None
    running.finish.set()
    running.wait(lambda: running.question() is None)
    assert running.is_docked() and running.done == ["done"]


@on_x11
def test_the_cross_of_the_window_asks_during_a_run_and_can_be_taken_back(
    running: Running,
) -> None:
    running.press_cross()
    running.answer("Stay")
    assert running.bar.window().isVisible() and running.bar.is_running


@on_x11
def test_the_cross_closes_the_window_once_the_run_has_really_ended(
    make_napari_viewer: Any, qtbot: Any
) -> None:
    running, closed = Running(make_napari_viewer(), qtbot), []
    running.bar.window().destroyed.connect(
        lambda: closed.append(running.ended.is_set())
    )
    running.press_cross()
    running.answer("Cancel and close")
    running.wait(lambda: bool(closed))
    assert closed == [True] and running.done == []
    del running.viewer.window._qt_window  # or napari's fixture would close it again


def test_a_window_that_a_program_closes_cancels_what_runs_and_is_let_go(
    make_napari_viewer: Any, qtbot: Any
) -> None:
    """napari's fixture looks whether the window leaked."""
    running = Running(make_napari_viewer(), qtbot)
    running.viewer.close()
    running.wait(running.ended.is_set)
    assert running.done == []
