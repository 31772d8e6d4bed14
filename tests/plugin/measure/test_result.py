"""The dock after a measurement: its numbers, its words, its report."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QTableWidget,
)

from napari_hipbmd.plugin.viewer.identity import facts_of

from ..conftest import (
    FakePipeline,
    as_on_a_new_computer,
    at_once,
    empty,
    made_up_film,
)
from .measure_dock import Dock, dock_with


@pytest.fixture(scope="module")
def pipeline() -> Iterator[FakePipeline]:
    with at_once() as fake:
        yield fake


@pytest.fixture(scope="module")
def dock(
    window: Any,
    request: pytest.FixtureRequest,
    pipeline: FakePipeline,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Dock]:
    """A film was measured once, for all tests of this file; none changes it."""
    with as_on_a_new_computer(tmp_path_factory.mktemp("settings")):
        dock = dock_with(made_up_film(), window, QtBot(request))
        button = dock.find(QPushButton, "save_report")
        assert not button.isEnabled() and "Measure" in button.toolTip()
        dock.measure()
        yield dock
        empty(window)


def test_numbers_flags_and_the_research_use_are_shown(dock: Dock) -> None:
    assert dock.cell(0, 0) == "0.586"
    assert dock.cell(1, 3) == "0.49–0.69"
    assert [dock.cell(2, column) for column in range(4)] == ["−2.5", "–", "–", "−1.0"]
    assert dock.cell(4, 1) == "1.1000"
    assert dock.cell(4, 3) == "–"
    assert "There is metal &lt;in> the film." in dock.text("flags")
    assert "Research use" in dock.text("research_use")
    assert "1.2 s" in dock.text("result_title")


def test_the_work_is_done_off_the_main_thread(
    dock: Dock, pipeline: FakePipeline
) -> None:
    assert pipeline.thread is not None
    assert pipeline.thread is not threading.main_thread()


def test_selecting_a_point_measures_nothing(dock: Dock, pipeline: FakePipeline) -> None:
    before = pipeline.remeasured
    dock.layer("landmarks").selected_data = {3}
    dock.qtbot.wait(50)
    assert pipeline.remeasured == before


def test_another_age_changes_the_numbers_without_measuring_again(
    dock: Dock, pipeline: FakePipeline
) -> None:
    dock.find(QDoubleSpinBox, "age").setValue(90)
    assert dock.cell(0, 0) == "0.606"
    dock.find(QDoubleSpinBox, "age").setValue(70)
    assert dock.cell(0, 0) == "0.586"
    assert len(pipeline.calls) == 1


def test_reasons_for_caution_stand_above_the_numbers(dock: Dock) -> None:
    flags = dock.find(QLabel, "flags")
    table = dock.find(QTableWidget, "results")
    assert flags.isVisibleTo(dock.widget)
    layout = flags.parentWidget().layout()
    assert layout.indexOf(flags) < layout.indexOf(table)


@pytest.mark.parametrize("ending", ["html", "json", "csv"])
def test_a_report_is_saved_where_a_person_says(
    dock: Dock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    button = dock.find(QPushButton, "save_report")
    path = tmp_path / f"hip.{ending}"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *args, **kw: (str(path), "")
    )
    button.click()
    dock.wait(path.exists)
    assert "hip_1" in path.read_text("utf-8")
    dock.wait(button.isEnabled)


def test_a_report_of_an_unknown_kind_is_refused_in_a_sentence(
    dock: Dock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hip.docx"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *args, **kw: (str(path), "")
    )
    dock.find(QPushButton, "save_report").click()
    dock.wait(lambda: ".html" in dock.text("flags"))
    assert not path.exists()


def test_nothing_about_the_person_is_on_any_layer(dock: Dock) -> None:
    for layer in dock.viewer.layers:
        assert "name" not in facts_of(layer)
        assert layer.name.startswith("hip_1")
