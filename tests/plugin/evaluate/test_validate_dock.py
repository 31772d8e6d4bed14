"""The dock *Validate*, as a person uses it."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QProgressBar,
    QPushButton,
)

from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.evaluation.row_result import ROWS
from napari_hipbmd.plugin.evaluate.validate_dock import ValidateWidget
from napari_hipbmd.plugin.ui.figure_view import FigureView
from napari_hipbmd.plugin.viewer.identity import facts_of, kind_of
from napari_hipbmd.runs.collecting import collect
from napari_hipbmd.runs.networks import networks_fingerprint
from napari_hipbmd.study import Study

from ..conftest import StandIn
from ..controls import Controls


class Dock(Controls):
    def quick(self, *rows: str) -> None:
        """Few folds and samples, and these rows of the table alone."""
        for name in ROWS:
            if rows and name not in rows:
                self.find(QCheckBox, f"row_{name}").click()
        self.find(QAbstractSpinBox, "folds").setValue(4)
        self.find(QAbstractSpinBox, "samples").setValue(100)
        preset = self.find(QComboBox, "preset")
        preset.setCurrentIndex(preset.findData("default"))

    def validate(self) -> None:
        self.click("validate")
        self.wait(lambda: not self.find(QPushButton, "cancel_validate").isEnabled())

    def show(self, tab: str) -> FigureView:
        names = ["options", *self.widget.tabs.views, "tables"]
        self.widget.tabs.setCurrentIndex(names.index(tab))
        view = self.widget.tabs.views.get(tab)
        self.wait(lambda: self.widget.tabs.is_drawn(tab))
        return view

    def points(self, view: FigureView, row: str) -> Any:
        """The first scatter of a row."""
        view.canvas.draw()
        return next(
            artist
            for axes in view.canvas.figure.axes
            for artist in axes.collections
            if artist.get_gid() == row
        )

    def press_point(self, view: FigureView, row: str, case_id: str) -> None:
        """Move the mouse to a case's point, and click it."""
        artist = self.points(view, row)
        i = list(artist.get_urls()).index(case_id)
        x, y = artist.get_offset_transform().transform(artist.get_offsets()[i])
        canvas = view.canvas
        from matplotlib.backend_bases import MouseEvent

        for name, button in (("motion_notify_event", None), ("button_press_event", 1)):
            canvas.callbacks.process(name, MouseEvent(name, canvas, x, y, button))


@pytest.fixture
def dock(qtbot: Any) -> Dock:
    """With a viewer's layers but without its window, which takes its time."""
    viewer = ViewerModel()
    dock = Dock(viewer, qtbot, ValidateWidget(viewer))
    dock.widget.resize(600, 800)
    return dock


@pytest.mark.slow
def test_a_click_on_a_point_opens_its_film(
    viewer: Any, qtbot: Any, stand_in: StandIn, sample_study: Study
) -> None:
    dock = Dock(viewer, qtbot, "Validate")
    dock.widget.resize(600, 800)
    (stand_in.folder / "images").mkdir()
    for name in ("hip-07", "hip-20"):
        film = stand_in.folder / "images" / f"{name}.dcm"
        shutil.copy(sample_study.cases[0].image, film)
    dock.session.choose_study(stand_in.folder)
    dock.quick("raw", "enhanced")
    dock.validate()
    view = dock.show("fig7")
    dock.press_point(view, "enhanced", "hip-07")
    dock.wait(lambda: "Its film is shown" in dock.text("point"))
    (film,) = [layer for layer in dock.viewer.layers if kind_of(layer) == "film"]
    assert facts_of(film)["case_id"] == film.name == "hip-07"
    found = dock.widget.tabs.validation
    result = found.result("enhanced", "neck")
    i = result.case_ids.index("hip-07")
    assert f"DXA {result.reading[i]:.3f}" in dock.text("point")
    assert f"estimate {result.estimate[i]:.3f}" in dock.text("point")

    dock.press_point(dock.show("bland_altman"), "raw", "hip-20")
    dock.wait(lambda: len(dock.viewer.layers) == 2)
    shown = [layer.name for layer in dock.viewer.layers if layer.visible]
    assert shown == ["hip-20"]
    dock.press_point(dock.show("fig9"), "enhanced", "hip-07")
    dock.wait(lambda: [x.name for x in dock.viewer.layers if x.visible] == ["hip-07"])
    assert len(dock.viewer.layers) == 2, "a film that is open is shown again"
    dock.press_point(dock.show("fig7"), "raw", "hip-11")
    dock.wait(lambda: dock.text("point").startswith("hip-11: "))
    assert len(dock.viewer.layers) == 2, "its film is not there, and that is said"

    folds = dock.points(dock.show("fig8"), "enhanced")
    worst = [
        np.abs(result.estimate - result.reading)[result.folds[0] == k].max()
        for k in range(4)
    ]
    errors = dict(
        zip(result.case_ids, np.abs(result.estimate - result.reading), strict=True)
    )
    assert [errors[name] for name in folds.get_urls()] == pytest.approx(worst)


def test_tables_and_files_hold_what_was_found(dock: Dock, stand_in: StandIn) -> None:
    fitted = stand_in.folder / "models" / "features.csv"
    networks = networks_fingerprint(None, weights_dir())
    collect(Study.open(stand_in.folder), fitted, stand_in, made_with=networks)
    dock.session.choose_study(stand_in.folder)
    report = dock.find(QPushButton, "open_report")
    assert not report.isEnabled() and "first" in report.toolTip()
    dock.quick()
    dock.find(QCheckBox, "row_ring").click()
    dock.find(QAbstractSpinBox, "repeats").setValue(2)
    dock.validate()
    assert len(stand_in.measured) == 40, "nothing is measured that Fit has measured"
    out = stand_in.folder / "validation"
    for name in ("validation.html", "table.csv", "points.csv", "fig7_scatter.png"):
        assert (out / name).is_file()
    assert report.isEnabled()
    assert "4 folds by patient, repeated 2 times" in dock.text("note")
    assert "hip-03" in dock.text("note")
    dock.show("tables")
    people, close = dock.widget.tabs.tables.tables[:2]
    assert people.cells()[0][:2] == ["hips", "39"]
    found = dock.widget.tabs.validation
    raw = found.result("raw", "neck").agreement
    cells = {row[0]: row[1:] for row in close.cells()}
    assert set(cells) == {
        "biology only", "raw film", "enhanced", "calibrated", "exact STO",
        "exact STO + exact gain",
    }  # fmt: skip
    assert float(cells["raw film"][0]) == pytest.approx(raw.r, abs=6e-4)
    heads = [close.horizontalHeaderItem(i).text() for i in range(close.columnCount())]
    assert {"r", "MAE", "RMSE", "R²", "ICC", "CCC", "95 % interval"} <= set(heads)
    site = dock.find(QComboBox, "site")
    site.setCurrentIndex(site.findData("total"))
    dock.wait(lambda: dock.widget.tabs.is_drawn("tables"))
    total = found.result("raw", "total").agreement.r
    cells = {row[0]: row[1:] for row in dock.widget.tabs.tables.tables[1].cells()}
    assert float(cells["raw film"][0]) == pytest.approx(total, abs=6e-4)


def test_figures_fill_in_and_a_stopped_validation_goes_on(
    dock: Dock, stand_in: StandIn
) -> None:
    dock.session.choose_study(stand_in.folder)
    dock.quick("raw")
    stand_in.hold_at = 30
    dock.click("validate")
    dock.wait(stand_in.waits.is_set)
    bar = dock.find(QProgressBar, "progress")
    dock.wait(lambda: bar.value() == 30 and bar.maximum() == 40)
    view = dock.widget.tabs.views["fig7"]
    dock.wait(lambda: view.canvas is not None)
    so_far = len(dock.points(view, "raw").get_offsets())
    assert 20 <= so_far < 39
    dock.show("tables")
    assert "so far" in dock.text("title")
    dock.click("cancel_validate")
    stand_in.go_on.set()
    dock.wait(lambda: "Stopped" in dock.text("note"))
    assert not (stand_in.folder / "validation" / "table.csv").exists()
    stand_in.hold_at = None
    dock.validate()
    assert len(stand_in.measured) == len(set(stand_in.measured)) == 40
    view = dock.show("fig7")
    assert len(dock.points(view, "raw").get_offsets()) == 39


def test_bad_input_is_one_sentence_in_the_dock(dock: Dock, stand_in: StandIn) -> None:
    stand_in.change(dxa={})
    dock.session.choose_study(stand_in.folder)
    dock.click("validate")
    dock.wait(lambda: "no DXA readings" in dock.text("note"))
    for name in ROWS:
        dock.find(QCheckBox, f"row_{name}").click()
    button = dock.find(QPushButton, "validate")
    assert not button.isEnabled() and "row" in button.toolTip()
