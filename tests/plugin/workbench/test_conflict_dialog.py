"""Labels changed in two places are shown side by side, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QComboBox, QPushButton, QTableWidget

from napari_hipbmd.plugin.workbench.opened import conflict_dialog
from napari_hipbmd.plugin.workbench.opened.conflict_dialog import THEIRS, ConflictDialog
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.queue import Queue

from .conftest import Bench


@pytest.fixture
def dialog(bench: Bench) -> Any:
    """What is seen after another window moved N2, and this one moved N5."""
    bench.press("accept_all")
    with bench.study.open_case("anna", bench.widget.work.case_id) as elsewhere:
        elsewhere.apply(edits.place(elsewhere.state, "N2", (44, 55), "anna"))
    bench.editor.place((77, 88), "N5")
    found = bench.widget.conflicts.dialog
    assert isinstance(found, ConflictDialog) and not found.isHidden()
    return found


def test_both_are_shown_and_nothing_is_written(
    bench: Bench, dialog: ConflictDialog
) -> None:
    table = dialog.findChild(QTableWidget, "differences")
    assert [table.item(i, 0).text() for i in range(table.rowCount())] == ["N2", "N5"]
    assert table.item(0, 3).text().endswith("mm")
    on_disk = bench.study.labels("anna", bench.widget.work.case_id)
    assert on_disk.landmarks["N2"].xy == (44, 55)
    assert on_disk.landmarks["N5"].xy != (77, 88)


def test_what_is_kept_of_each_landmark_can_be_read(
    bench: Bench, dialog: ConflictDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = "dieses Fenster, und noch etwas mehr"
    monkeypatch.setattr(conflict_dialog, "MINE", longest)
    conflict = bench.editor.case.conflict
    assert conflict is not None
    other = ConflictDialog(conflict, bench.layer("film"), bench.widget)
    with bench.qtbot.waitExposed(other):
        other.show()
    choice = other.findChild(QComboBox, "keep_N2")
    assert choice.width() > choice.fontMetrics().horizontalAdvance(longest)
    other.deleteLater()


@pytest.mark.parametrize(
    ("button", "n2", "n5"),
    [("keep_mine", False, True), ("keep_theirs", True, False),
     ("keep_chosen", True, True)],
)  # fmt: skip
def test_what_is_chosen_is_kept_and_the_other_can_be_had_back(
    bench: Bench, dialog: ConflictDialog, button: str, n2: bool, n5: bool
) -> None:
    dialog.findChild(QComboBox, "keep_N2").setCurrentText(THEIRS)
    dialog.findChild(QPushButton, button).click()
    assert (bench.labels.landmarks["N2"].xy == (44, 55)) is n2
    assert (bench.labels.landmarks["N5"].xy == (77, 88)) is n5
    assert bench.editor.case.conflict is None
    on_disk = bench.study.labels("anna", bench.widget.work.case_id)
    assert on_disk.landmarks == bench.labels.landmarks
    assert bench.editor.case.can_undo


def test_what_was_chosen_so_far_is_there_when_one_comes_back_from_elsewhere(
    bench: Bench, dialog: ConflictDialog
) -> None:
    dialog.findChild(QComboBox, "keep_N2").setCurrentText(THEIRS)
    active = Qt.ApplicationState.ApplicationActive
    QGuiApplication.instance().applicationStateChanged.emit(active)
    assert bench.widget.conflicts.dialog is dialog
    dialog.reject()
    QGuiApplication.instance().applicationStateChanged.emit(active)
    assert not bench.widget.conflicts.dialog.isHidden(), "who put it off is asked again"


def test_who_puts_the_choice_off_is_told_that_nothing_is_kept_until_then(
    bench: Bench, dialog: ConflictDialog
) -> None:
    dialog.reject()
    assert "your last change is not kept" in bench.message
    bench.editor.place((66, 77), "N6")
    assert not bench.widget.conflicts.dialog.isHidden()


def test_a_conflict_that_is_left_is_shown_again_and_nobody_is_overwritten(
    bench: Bench, dialog: ConflictDialog
) -> None:
    case_id = bench.widget.work.case_id
    bench.press("next_case")
    assert bench.widget.conflicts.dialog is None
    on_disk = bench.study.labels("anna", case_id)
    assert on_disk.landmarks["N2"].xy == (44, 55)


def come_to_front(bench: Bench) -> None:
    """From another window of the same program."""
    window = bench.widget.window()
    window.winId()
    QGuiApplication.instance().focusWindowChanged.emit(window.windowHandle())


def test_who_comes_from_another_window_of_the_program_is_asked_once(
    bench: Bench,
) -> None:
    with bench.study.open_case("anna", bench.widget.work.case_id) as elsewhere:
        elsewhere.apply(edits.place(elsewhere.state, "N2", (44, 55), "anna"))
    come_to_front(bench)
    dialog = bench.widget.conflicts.dialog
    assert isinstance(dialog, ConflictDialog)
    dialog.reject()
    come_to_front(bench)
    assert dialog.isHidden(), "putting it off brings the window to the front"
    bench.editor.look_at_disk()
    bench.widget.conflicts.dialog.findChild(QPushButton, "keep_theirs").click()
    assert bench.labels.landmarks["N2"].xy == (44, 55)


def test_what_is_marked_in_another_window_is_seen_when_this_one_comes_to_the_front(
    bench: Bench,
) -> None:
    assert bench.find(QTableWidget, "queue").item(1, 1).text() != "done"
    other = bench.study.cases[1].case_id
    Queue(bench.study, "anna").set_status(other, "done")
    come_to_front(bench)
    assert bench.find(QTableWidget, "queue").item(1, 1).text() == "done"
