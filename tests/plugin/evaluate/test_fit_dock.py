"""The dock *Fit BMD*, as a person uses it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from napari.components import ViewerModel
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QProgressBar,
    QPushButton,
)

from napari_hipbmd.bmd import BmdModel
from napari_hipbmd.core.anatomy import SITES
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.plugin.evaluate.fit_dock import FitWidget

from ..conftest import StandIn
from ..controls import PLUGIN, Controls


class Dock(Controls):
    def fit(self) -> None:
        self.click("fit_bmd")
        self.wait(lambda: not self.find(QPushButton, "cancel_fit_bmd").isEnabled())


@pytest.fixture
def docked(viewer: Any, qtbot: Any) -> Dock:
    """In a window."""
    return Dock(viewer, qtbot, "Fit BMD")


@pytest.fixture
def dock(qtbot: Any) -> Dock:
    """With a viewer's layers but without its window, which takes its time."""
    viewer = ViewerModel()
    return Dock(viewer, qtbot, FitWidget(viewer))


def test_without_a_study_it_says_what_to_choose(
    dock: Dock, tmp_path: Path, stand_in: StandIn
) -> None:
    button = dock.find(QPushButton, "fit_bmd")
    assert not button.isEnabled() and "folder of a study" in button.toolTip()
    dock.widget.study.choose(tmp_path)
    assert "cases.csv" in dock.text("note")
    assert not button.isEnabled()
    dock.widget.study.choose(stand_in.folder)
    assert button.isEnabled() and "40 films, 40 with a DXA" in dock.text("study_name")
    for site in SITES:
        dock.find(QCheckBox, f"target_{site}").setChecked(False)
    assert not button.isEnabled() and "target" in button.toolTip()


def test_a_fit_is_shown_saved_and_measured_with(
    docked: Dock, stand_in: StandIn
) -> None:
    dock = docked
    _, measure = dock.viewer.window.add_plugin_dock_widget(PLUGIN, "Measure BMD")
    dock.session.choose_study(stand_in.folder)
    dock.find(QCheckBox, "target_trochanter").click()
    dock.find(QAbstractSpinBox, "folds").setValue(4)
    dock.fit()
    out = stand_in.folder / "models"
    model = BmdModel.from_json((out / "bmd.json").read_text("utf-8"))
    assert list(model.with_biology) == ["neck", "intertrochanter", "total"]
    quality, *coefficients = dock.widget.tables.tables
    neck = quality.cells()[0]
    assert neck[0] == "femoral neck" and neck[1] == "39"
    assert float(neck[3]) == pytest.approx(model.with_biology["neck"].r, abs=6e-4)
    assert float(neck[2]) >= float(neck[3])
    assert len(coefficients) == 3
    errors = model.with_biology["neck"].uncertainty
    assert errors is not None
    for i, (name, _, error, inflation) in enumerate(coefficients[0].cells()):
        assert name
        assert float(error) == pytest.approx(errors.standard_errors[i], abs=6e-5)
        assert float(inflation) == pytest.approx(errors.variance_inflation[i], abs=0.06)
    assert "hip-03: It is a spine" in dock.text("fit_notes")
    assert not dock.find(QLabel, "warning").isVisibleTo(dock.widget)
    assert "cannot rule out low BMD" in dock.text("research_use")
    assert dock.session.models_folder == out
    assert "39 films of the study" in measure.findChild(QLabel, "models").text()


def test_the_choices_are_those_that_are_fitted(dock: Dock, stand_in: StandIn) -> None:
    dock.session.choose_study(stand_in.folder)
    dock.choose("preset", "paper")
    assert not dock.find(QCheckBox, "covariate_sex").isChecked()
    assert dock.find(QComboBox, "fit").currentData() == "ols"
    dock.find(QCheckBox, "covariate_height_cm").click()
    assert dock.find(QComboBox, "preset").currentText() == "own choice"
    dock.choose("image", "raw")
    dock.choose("landmarks", "truth")
    for site in SITES[1:]:
        dock.find(QCheckBox, f"target_{site}").click()
    dock.find(QCheckBox, "use_fitted").setChecked(False)
    dock.find(QAbstractSpinBox, "folds").setValue(5)
    dock.fit()
    text = (stand_in.folder / "models" / "bmd.json").read_text("utf-8")
    model = BmdModel.from_json(text)
    assert (model.image, model.preset.kind) == ("raw", "ols")
    assert model.preset.covariates == ("age_years", "weight_kg")
    assert model.provenance["landmarks"] == "truth"
    assert "--covariates age_years,weight_kg --folds 5" in model.created_by
    assert dock.session.models_folder is None


def test_cancel_keeps_what_was_measured_and_fit_goes_on(
    dock: Dock, stand_in: StandIn
) -> None:
    dock.session.choose_study(stand_in.folder)
    stand_in.hold_at = 12
    dock.click("fit_bmd")
    dock.wait(stand_in.waits.is_set)
    bar = dock.find(QProgressBar, "progress")
    dock.wait(lambda: bar.value() == 12)
    assert bar.maximum() == 40 and "hip-12" in bar.text()
    assert not dock.find(QComboBox, "preset").isEnabled()
    dock.click("cancel_fit_bmd")
    stand_in.go_on.set()
    dock.wait(lambda: "Stopped" in dock.text("note"))
    assert not (stand_in.folder / "models" / "bmd.json").exists()
    stand_in.hold_at = None
    dock.fit()
    assert (stand_in.folder / "models" / "bmd.json").exists()
    assert len(stand_in.measured) == len(set(stand_in.measured)) == 40


def test_closing_the_dock_stops_the_fit(docked: Dock, stand_in: StandIn) -> None:
    dock = docked
    dock.session.choose_study(stand_in.folder)
    stand_in.hold_at = 5
    dock.click("fit_bmd")
    dock.wait(stand_in.waits.is_set)
    dock.viewer.window.remove_dock_widget("all")
    stand_in.hold_at = None
    stand_in.go_on.set()
    dock.qtbot.wait(1000)
    assert len(stand_in.measured) < 40
    assert not (stand_in.folder / "models" / "bmd.json").exists()


BAD = {
    "no DXA readings": {"dxa": {}},
    "age_years of cases.csv is 70 in all 40 cases": {
        "patient": Patient("F", 70, 160, 60)
    },
    "are of one patient: column 'group'": {"group": "one person"},
}


@pytest.mark.parametrize("sentence", BAD)
def test_bad_input_is_one_sentence_in_the_dock(
    dock: Dock, stand_in: StandIn, sentence: str
) -> None:
    stand_in.change(**BAD[sentence])
    dock.session.choose_study(stand_in.folder)
    dock.click("fit_bmd")
    dock.wait(lambda: sentence in dock.text("note"))
    assert not stand_in.measured and not (stand_in.folder / "models").exists()
    assert dock.find(QPushButton, "fit_bmd").isEnabled()


def test_readings_in_other_units_are_named_by_column_and_case(
    dock: Dock, stand_in: StandIn
) -> None:
    stand_in.change(dxa=dict.fromkeys(SITES, 812.0))
    dock.session.choose_study(stand_in.folder)
    assert "hip-00" in dock.text("note") and "bmd_neck" in dock.text("note")
    assert not dock.find(QPushButton, "fit_bmd").isEnabled()


def test_twelve_films_are_too_few(dock: Dock, stand_in: StandIn) -> None:
    table = stand_in.folder / "cases.csv"
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:13]), "utf-8")
    dock.session.choose_study(stand_in.folder)
    dock.click("fit_bmd")
    dock.wait(lambda: "the study has 12" in dock.text("note"))


def test_what_is_fitted_to_digital_hips_is_not_for_patients(
    dock: Dock, stand_in: StandIn
) -> None:
    stand_in.change(extra={"family": "train"})
    dock.session.choose_study(stand_in.folder)
    dock.find(QAbstractSpinBox, "folds").setValue(4)
    dock.fit()
    warning = dock.find(QLabel, "warning")
    assert warning.isVisibleTo(dock.widget)
    assert "digital hips" in warning.text() and "not valid for patients" in (
        warning.text()
    )


def test_a_folder_that_cannot_be_written_is_told(
    dock: Dock, stand_in: StandIn, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    shutil.copy(stand_in.folder / "cases.csv", blocked)
    dock.session.choose_study(stand_in.folder)
    dock.widget.form.out.choose(blocked)
    dock.click("fit_bmd")
    dock.wait(lambda: "choose another folder" in dock.text("note"))
