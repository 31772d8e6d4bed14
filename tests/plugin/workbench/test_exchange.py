"""Labels leave the window as files, and come in again, with all that cannot be said."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
)

from napari_hipbmd.core.errors import Cancelled

from .conftest import Bench


def choose(bench: Bench, form: str) -> None:
    combo = bench.find(QComboBox, "label_format")
    combo.setCurrentIndex(combo.findData(form))


def text(bench: Bench, name: str) -> str:
    return bench.find(QLabel, name).text()


def done(bench: Bench) -> str:
    bench.wait(lambda: bool(text(bench, "exchange_outcome")))
    return text(bench, "exchange_outcome")


def folder_is(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_, **__: str(folder)
    )


def file_is(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_, **__: (str(path), "")
    )


def test_the_window_says_what_a_format_cannot_hold(bench: Bench) -> None:
    choose(bench, "pts")
    assert "cannot hold: occluded, uncertain, absent; outlines" in text(bench, "held")
    choose(bench, "coco")
    assert "cannot hold" not in text(bench, "held")


def test_labels_are_exported_to_a_new_folder(bench: Bench, monkeypatch) -> None:
    bench.place_all()
    choose(bench, "pts")
    folder_is(monkeypatch, bench.folder.parent)
    bench.press("export_labels")
    assert "Cases written to study-pts: 1 by anna." in done(bench)
    assert "Not in .pts: where each landmark came from" in done(bench)
    case = bench.widget.work.case_id
    out = bench.folder.parent / "study-pts"
    assert (out / "anna" / f"{case}.pts").read_text().startswith("version: 1")
    assert bench.find(QProgressBar, "exchange_progress").isHidden()
    bench.press("export_labels")
    bench.wait(lambda: (bench.folder.parent / "study-pts-2").exists())
    done(bench)


def test_imported_labels_are_shown_and_undone(bench: Bench, monkeypatch) -> None:
    bench.place_all()
    before = dict(bench.labels.landmarks)
    choose(bench, "coco")
    folder_is(monkeypatch, bench.folder.parent)
    bench.press("export_labels")
    done(bench)
    bench.widget.studies.annotator.setEditText("bert")
    bench.open()
    assert not bench.labels.landmarks
    shutil.rmtree(bench.folder / "predictions")  # they know another spacing
    file_is(monkeypatch, bench.folder.parent / "study-coco" / "anna.json")
    bench.press("import_labels")
    assert "16 landmarks and 0 outlines of 1 cases imported" in done(bench)
    assert bench.labels.annotator == "bert"
    assert dict(bench.labels.landmarks) == before
    assert bench.editor.case.history.undo_text == "imported from coco by bert"
    bench.key("Control-Z")
    assert not bench.labels.landmarks


def test_other_labels_stay_unless_replacing_is_asked_for(
    bench: Bench, monkeypatch
) -> None:
    bench.place_all()
    choose(bench, "csv")
    folder_is(monkeypatch, bench.folder.parent)
    bench.press("export_labels")
    done(bench)
    x, y = bench.labels.landmarks["N2"].xy
    bench.editor.place((x + 7, y), "N2")
    file_is(monkeypatch, bench.folder.parent / "study-csv" / "anna.csv")
    bench.press("import_labels")
    assert "anna has other labels of" in done(bench)
    assert bench.labels.landmarks["N2"].xy == (x + 7, y)
    bench.find(QCheckBox, "replace_labels").setChecked(True)
    bench.press("import_labels")
    assert "1 landmarks and 0 outlines" in done(bench)
    assert bench.labels.landmarks["N2"].xy == (x, y)
    bench.find(QCheckBox, "replace_labels").setChecked(False)


def test_a_damaged_file_is_told_and_the_case_stays_open(
    bench: Bench, monkeypatch, tmp_path
) -> None:
    (tmp_path / "bad.json").write_text('{"images": [')
    choose(bench, "coco")
    file_is(monkeypatch, tmp_path / "bad.json")
    case = bench.widget.work.case_id
    bench.press("import_labels")
    assert "not whole JSON" in done(bench)
    assert bench.widget.work.case_id == case and bench.editor is not None


def test_who_closes_the_dock_during_an_import_is_asked_and_cancel_is_answered(
    bench: Bench, monkeypatch
) -> None:
    go_on = Event()

    def wait(*given: Any) -> None:
        given[-2]("written", 1, 3)
        go_on.wait(60)
        raise Cancelled

    monkeypatch.setattr("napari_hipbmd.plugin.workbench.exchange.import_labels", wait)
    file_is(monkeypatch, bench.folder)
    bar = bench.find(QProgressBar, "exchange_progress")
    bar.setRange(0, 3)
    bar.setValue(3)
    bench.press("import_labels")
    assert bar.maximum() == 0, "nothing is known of it yet"
    bench.wait(lambda: bar.text() == "1 of 3 written")
    title = bench.dock.titleBarWidget()
    cross = title.findChild(QPushButton, "QTitleBarCloseButton")
    bench.qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    box = question()
    assert box.text() == "Import is still running."
    next(one for one in box.buttons() if one.text() == "Stay").click()
    bench.press("cancel_exchange")
    assert bar.text() == "Stopping …"
    go_on.set()
    assert done(bench) == "Stopped; nothing was changed."
    assert bench.editor is not None


def question() -> Any:
    shown = QApplication.topLevelWidgets()
    return next((one for one in shown if one.objectName() == "ask_first"), None)
