"""The numbers of the open case, while its landmarks are moved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from qtpy.QtWidgets import QLabel, QTableWidget, QToolButton

from napari_hipbmd.core.anatomy import INDEX
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.plugin.workbench.landmarks.numbers_panel import NumbersPanel
from napari_hipbmd.runs.jobs import Options, jobs_of
from napari_hipbmd.runs.measuring import measure_job

from ..conftest import FakePipeline
from .conftest import Bench


class Numbers:
    """What a person sees of the part *Numbers*."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.heading = bench.find(QToolButton, "numbers")
        self.table = bench.find(QTableWidget, "results")

    @property
    def title(self) -> str:
        return self.bench.find(QLabel, "result_title").text()

    @property
    def total(self) -> str:
        return self.table.item(0, 3).text()

    def column(self, number: int) -> list[str]:
        rows = range(self.table.rowCount())
        return [self.table.item(row, number).text() for row in rows]

    def shown(self) -> None:
        self.bench.wait(lambda: "measured" in self.title)


@pytest.fixture
def numbers(bench: Bench) -> Iterator[Numbers]:
    shown = Numbers(bench)
    yield shown
    shown.heading.setChecked(False)


def test_nothing_is_measured_until_the_numbers_are_wanted(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    numbers.bench.press("accept_all")
    assert numbers.bench.widget.landmarks.numbers.body.isHidden()
    pipeline.hold.clear()
    numbers.bench.press("numbers")
    assert numbers.title == "measuring …"
    numbers.bench.wait(pipeline.started.is_set)
    assert pipeline.thread is not threading.main_thread()
    pipeline.hold.set()
    numbers.shown()
    assert len(pipeline.calls) == 1


def test_landmarks_that_are_missing_are_named_instead_of_guessed(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    numbers.bench.press("numbers")
    numbers.bench.wait(lambda: "16 landmarks have no position" in numbers.title)
    numbers.bench.press("accept_all")
    numbers.shown()
    assert numbers.total != "–"
    numbers.bench.editor.select("N2")
    numbers.bench.press("unplace")
    numbers.bench.wait(lambda: numbers.title.startswith("N2 has no position"))
    assert numbers.total == "–"


def test_the_numbers_follow_a_drag_once_a_turn_and_go_back_with_it(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    bench = numbers.bench
    bench.press("accept_all")
    bench.press("numbers")
    numbers.shown()
    before, count = numbers.total, pipeline.moved
    x, y = bench.labels.landmarks["N1"].xy
    for step in range(1, 6):
        bench.editor.preview("N1", (x + 20 * step, y))
    bench.wait(lambda: numbers.total != before)
    assert pipeline.moved == count + 1
    assert float(numbers.total) == pytest.approx(float(before) + 0.01, abs=0.0011)
    bench.editor.changed.emit()  # let go of without having moved anything
    bench.wait(lambda: numbers.total == before)
    bench.editor.place((x + 100, y), "N1")
    bench.wait(lambda: numbers.total != before)
    bench.press("undo")
    bench.wait(lambda: numbers.total == before)


def test_another_case_stops_the_measurement_of_the_one_before(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    bench = numbers.bench
    pipeline.hold.clear()
    bench.press("numbers")
    bench.wait(pipeline.started.is_set)
    other = bench.study.cases[1].case_id
    bench.widget.work.open_case(other)
    bench.press("accept_all")
    # Nobody lets the first one go on: it has ended because it was asked to.
    bench.wait(lambda: len(pipeline.calls) == 2)
    pipeline.hold.set()
    numbers.shown()
    assert other in numbers.title


def test_a_film_that_cannot_be_measured_is_told_in_a_sentence(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    pipeline.refusal = "The film is one even grey."
    numbers.bench.press("numbers")
    numbers.bench.wait(lambda: numbers.title == pipeline.refusal)


def test_a_box_that_is_drawn_is_measured_in(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    numbers.bench.press("accept_all")
    numbers.bench.press("numbers")
    numbers.shown()
    numbers.bench.press("box")
    corners = np.array([[20, 10], [20, 400], [370, 400], [370, 10]])
    numbers.bench.layer("box").add_rectangles(corners)
    numbers.bench.wait(lambda: len(pipeline.calls) == 2)
    assert pipeline.calls[1]["box"] == HipBox(10, 0, 400, 390)
    numbers.shown()


def test_an_outline_drawn_by_hand_is_told_beside_the_numbers(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    bench = numbers.bench
    bench.press("accept_all")
    bench.press("numbers")
    numbers.shown()
    bench.editor.outline("neck", bench.labels.outlines()["neck"] + 3)
    flags = bench.find(QLabel, "flags")
    bench.wait(lambda: "outline of neck is drawn by hand" in flags.text())


def test_numbers_stay_open_and_fit_into_a_narrow_dock(
    numbers: Numbers, pipeline: FakePipeline
) -> None:
    numbers.bench.press("numbers")
    again = NumbersPanel(session_of(numbers.bench.viewer))
    assert again.is_open
    assert again.minimumSizeHint().width() <= 320


def test_the_numbers_are_those_of_the_command_line(numbers: Numbers) -> None:
    bench = numbers.bench
    bench.press("accept_all")
    bench.press("numbers")
    bench.qtbot.waitUntil(lambda: "measured" in numbers.title)
    bench.editor.save()
    case_id = bench.widget.work.case_id
    (job,) = (
        job
        for job in jobs_of(bench.folder, Options(landmarks="anna"))
        if job.case_id == case_id
    )
    expected: Any = measure_job(job, load_models())
    assert expected.landmarks.xy[INDEX["N1"]].tolist() == list(
        bench.labels.landmarks["N1"].xy or ()
    )
    assert expected.made_with["landmarks"] == "anna"
    assert numbers.total == f"{expected.bmd_g_cm2['total'].value:.3f}"
    features = [f"{v:.4f}" for v in expected.regions["neck"].features]
    assert numbers.column(0)[-3:] == [text.replace("-", "−") for text in features]
    flags = bench.find(QLabel, "flags").text()
    assert all(flag.text.split(":")[0] in flags for flag in expected.flags)
