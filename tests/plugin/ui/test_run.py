"""Work that outlives the window that it was begun in."""

from threading import Event

import pytest
from qtpy.QtCore import QObject

from napari_hipbmd.plugin.ui.run import NOTHING_LOADS, Run, while_there

shiboken6 = pytest.importorskip("shiboken6")


def test_a_run_says_nothing_to_a_window_that_is_gone(qtbot):
    owner, heard = QObject(), []
    run = Run()
    run.stopped.connect(while_there(owner, lambda: heard.append("stopped")))
    run.stopped.emit()
    shiboken6.delete(owner)
    run.stopped.emit()
    assert heard == ["stopped"]


def test_a_window_that_is_closed_during_work_ends_it_in_silence(window, qtbot, capfd):
    going, closed, ended = Event(), Event(), Event()

    def work(run):
        try:
            going.set()
            closed.wait(10)
            run.stepped.emit((1, 2))
        finally:
            ended.set()

    run = Run()
    with qtbot.capture_exceptions() as exceptions:
        run.start(work)
        assert going.wait(10)
        shiboken6.delete(run)
        closed.set()
        assert ended.wait(10)
        qtbot.wait(200)
    assert not exceptions
    assert "Traceback" not in "".join(capfd.readouterr())


def test_work_waits_while_torch_is_loaded_and_can_be_stopped_meanwhile(qtbot):
    begun, ended = Event(), []
    NOTHING_LOADS.clear()
    try:
        waiting, given_up = Run(), Run()
        waiting.done.connect(lambda _: ended.append("done"))
        given_up.stopped.connect(lambda: ended.append("stopped"))
        waiting.start(lambda run: begun.set())
        given_up.start(lambda run: begun.set())
        given_up.cancel()
        qtbot.waitUntil(lambda: ended == ["stopped"])
        assert not begun.is_set()
    finally:
        NOTHING_LOADS.set()
    qtbot.waitUntil(lambda: ended == ["stopped", "done"])
    assert begun.is_set()


def test_a_window_that_is_behind_hears_the_newest_step_and_not_all(qtbot):
    told, heard, run = Event(), [], Run()
    run.stepped.connect(lambda step: heard.append(step.done))

    def work(run):
        for done in range(1, 1001):
            run.tell_newest(done, 1000, "", None)
        told.set()

    with qtbot.waitSignal(run.done, timeout=60_000):
        run.start(work)
        assert told.wait(60)  # the window does something else meanwhile
    assert heard == [1000]
