"""What a disk does not take is told, and nothing that was there is lost."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from napari.components import ViewerModel
from qtpy.QtWidgets import QLineEdit, QPushButton, QTableWidget
from shiboken6 import delete

from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget
from napari_hipbmd.plugin.workbench.opened.conflict_dialog import ConflictDialog
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.labelling.journal import Journal
from napari_hipbmd.study.labelling.labels import read_labels
from napari_hipbmd.study.queue import Queue

from .conftest import Bench


class FullDisk:
    """A journal's disk that takes nothing more, until it is freed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patched = monkeypatch

    def fill(self) -> None:
        def append(*arguments: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        self._patched.setattr(Journal, "append", append)

    def free(self) -> None:
        self._patched.undo()


@pytest.fixture
def disk() -> Any:
    with pytest.MonkeyPatch.context() as patched:
        yield FullDisk(patched)


def test_undo_and_redo_on_a_full_disk_say_so_and_change_nothing(
    bench: Bench, disk: FullDisk
) -> None:
    bench.editor.place((50, 60), "N2")
    bench.editor.place((70, 80), "N2")
    bench.key("Ctrl+Z")
    for key in ("Ctrl+Z", "Ctrl+Y"):
        disk.fill()
        bench.key(key)
        assert "No space left on device" in bench.message
        assert bench.labels.landmarks["N2"].xy == (50, 60)
        disk.free()
    bench.key("Ctrl+Y")
    assert bench.labels.landmarks["N2"].xy == (70, 80)


def test_a_conflict_that_a_full_disk_keeps_from_being_settled_is_asked_again(
    bench: Bench, disk: FullDisk
) -> None:
    with bench.study.open_case("anna", bench.widget.work.case_id) as elsewhere:
        elsewhere.apply(edits.place(elsewhere.state, "N2", (44, 55), "anna"))
    bench.editor.place((77, 88), "N2")
    disk.fill()
    first = bench.widget.conflicts.dialog
    first.findChild(QPushButton, "keep_mine").click()
    assert "No space left on device" in bench.message
    again = bench.widget.conflicts.dialog
    assert isinstance(again, ConflictDialog) and again is not first
    disk.free()
    again.findChild(QPushButton, "keep_mine").click()
    assert bench.labels.landmarks["N2"].xy == (77, 88)
    on_disk = bench.study.labels("anna", bench.widget.work.case_id)
    assert on_disk.landmarks["N2"].xy == (77, 88)
    bench.key("Ctrl+Z")
    assert bench.labels.landmarks["N2"].xy == (44, 55)


def test_a_mark_that_the_disk_does_not_take_is_told_in_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(bench.folder))

    monkeypatch.setattr(Queue, "_write", refuse)
    bench.press("second_look")
    assert "Read-only file system" in bench.message
    assert "Errno" not in bench.message and str(bench.folder) not in bench.message


def test_a_study_that_was_moved_meanwhile_is_told_and_not_begun_anew_in_its_place(
    bench: Bench, tmp_path: Path
) -> None:
    bench.editor.place((50, 60), "N2")
    bench.folder.rename(tmp_path / "elsewhere")
    bench.editor.place((70, 80), "N2")
    assert "no longer where it was" in bench.message
    assert bench.labels.landmarks["N2"].xy == (50, 60)
    bench.press("second_look")
    assert "no longer where it was" in bench.message
    bench.find(QTableWidget, "queue").item(1, 2).setText("a note")
    assert "no longer where it was" in bench.message
    bench.press("next_case")
    assert not bench.folder.exists()
    (tmp_path / "elsewhere").rename(bench.folder)
    bench.open()
    assert bench.labels.landmarks["N2"].xy == (50, 60)
    bench.find(QLineEdit, "search").clear()


def test_one_line_more_than_a_disk_takes_settles_nothing_of_a_conflict(
    bench: Bench,
) -> None:
    with bench.study.open_case("anna", bench.widget.work.case_id) as elsewhere:
        elsewhere.apply(edits.place(elsewhere.state, "N2", (44, 55), "anna"))
    bench.editor.place((77, 88), "N2")
    lines = []
    append = Journal.append

    def append_one(self: Journal, *arguments: Any) -> None:
        lines.append(arguments)
        if len(lines) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, *arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Journal, "append", append_one)
        bench.widget.conflicts.dialog.findChild(QPushButton, "keep_mine").click()
    again = bench.widget.conflicts.dialog
    assert isinstance(again, ConflictDialog)
    again.findChild(QPushButton, "keep_theirs").click()
    assert bench.labels.landmarks["N2"].xy == (44, 55)
    bench.key("Ctrl+Z")
    assert bench.labels.landmarks["N2"].xy == (77, 88)


def test_a_window_that_is_closed_leaves_the_label_file_with_the_last_change(
    qtbot: Any, study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Predictor, "predict_ahead", lambda self, names: None)
    viewer = ViewerModel()
    dock = WorkbenchWidget(viewer)
    dock.studies.annotator.setEditText("anna")
    dock.open_study(study_folder)
    case_id = dock.work.case_id
    dock.work.editor.place((50, 60), "N2")
    delete(dock)  # as Qt does with what is in a window
    assert read_labels(study_folder, "anna", case_id).landmarks["N2"].xy == (50, 60)


def test_a_queue_that_was_spoilt_elsewhere_is_told_and_the_case_stays(
    bench: Bench,
) -> None:
    bench.press("second_look")
    queue = bench.folder / "labels" / "anna" / "queue.csv"
    queue.write_text("case_id,status,note,changed\nx,perhaps,,\n")
    bench.press("second_look")
    assert "the status of x is 'perhaps'" in bench.message
    assert bench.editor.case.state is not None
