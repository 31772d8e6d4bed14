"""What runs says so from its first moment, also before it knows how long it takes."""

from threading import Event
from typing import Any

import pytest

from napari_hipbmd.plugin.ui.run_bar import RunBar


@pytest.fixture
def bar(qtbot: Any) -> RunBar:
    bar = RunBar("write", "Write")
    qtbot.addWidget(bar)
    return bar


def test_the_bar_has_words_before_the_first_step_and_while_it_stops(
    bar: RunBar, qtbot: Any
) -> None:
    go_on = Event()
    bar.start(lambda run: go_on.wait(60), lambda _: None, "Writing pairs")
    assert bar.progress.text() == "Writing pairs …"
    bar.cancel()
    assert bar.progress.text() == "Stopping …"
    go_on.set()
    qtbot.waitUntil(lambda: not bar.is_running)
    assert bar.note.text() == "Stopped."


def test_the_bar_tells_how_far_the_work_is(bar: RunBar, qtbot: Any) -> None:
    told, go_on = Event(), Event()

    def work(run: Any) -> None:
        run.tell(3, 10)
        told.set()
        go_on.wait(60)

    bar.start(work, lambda _: None, "Writing pairs")
    qtbot.waitUntil(lambda: bar.progress.text() == "Writing pairs: 3 of 10")
    go_on.set()
    qtbot.waitUntil(lambda: not bar.is_running)
