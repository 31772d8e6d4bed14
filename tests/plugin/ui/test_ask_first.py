"""Whoever closes a dock or the window while something runs is asked first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QPushButton

from napari_hipbmd.core.radiograph import Cancelled
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

    def question(self) -> Any:
        shown = QApplication.topLevelWidgets()
        return next((one for one in shown if one.objectName() == "ask_first"), None)

    def answer(self, text: str) -> None:
        [button] = [one for one in self.question().buttons() if one.text() == text]
        self.click(button)
        self.wait(lambda: self.question() is None)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=300_000)

    def click(self, button: Any) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def is_docked(self) -> bool:
        return self.bar.parent() is not None


@pytest.fixture
def running(make_napari_viewer_proxy: Any, qtbot: Any) -> Any:
    one = Running(make_napari_viewer_proxy(), qtbot)
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
