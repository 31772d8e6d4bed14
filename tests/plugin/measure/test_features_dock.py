"""The dock *Features and thresholds*: what it shows is what was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QPushButton,
    QTableWidget,
)

from napari_hipbmd.core.anatomy import INDEX, REGIONS, mask
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.pipeline import remeasure
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.measure.histograms import RegionHistograms
from napari_hipbmd.plugin.viewer.identity import kind_of

from ...made_up_study import raw_regression
from ..controls import Controls

NAME = "Features and thresholds"


class Features(Controls):
    def cell(self, region: str, pair: int, column: int) -> str:
        table = self.find(QTableWidget, "features")
        return table.item(3 * REGIONS.index(region) + pair, column).text()

    def number(self, region: str, pair: int, column: int) -> float:
        return float(self.cell(region, pair, column).strip("%").replace("−", "-"))

    @property
    def measurement(self) -> Measurement:
        return self.session.measurement(self.session.films()[0])


@pytest.fixture
def dock(viewer: Any, qtbot: Any, really_measured: Measurement) -> Features:
    show_measurement(viewer, really_measured)
    return Features(viewer, qtbot, NAME)


def test_without_a_measured_film_it_says_what_to_do(viewer: Any, qtbot: Any) -> None:
    dock = Features(viewer, qtbot, NAME)
    assert "Measure a film first" in dock.text("features_title")
    box = dock.find(QCheckBox, "show_clipped")
    assert not box.isEnabled() and "Measure" in box.toolTip()
    assert dock.cell("neck", 0, 0) == "–"


def test_the_table_is_what_was_measured(dock: Features) -> None:
    for region, part in dock.measurement.regions.items():
        for pair in range(3):
            shown = [dock.number(region, pair, column) for column in range(3)]
            expected = [*part.thresholds[pair], part.features[pair]]
            np.testing.assert_allclose(shown, expected, atol=6e-5)
    assert "aBMD neck" in dock.text("features_title")
    assert "digital hips" in dock.text("features_title")


def test_the_layers_lie_on_the_regions_and_agree_with_the_table(
    dock: Features,
) -> None:
    dock.find(QComboBox, "shown_pair").setCurrentIndex(2)
    dock.find(QCheckBox, "show_normalised").setChecked(True)
    dock.find(QCheckBox, "show_clipped").setChecked(True)
    (picture,), (labels,) = dock.layers("normalised"), dock.layers("clipped")
    film = dock.session.films()[0]
    corner = np.round(film.world_to_data(picture.data_to_world((0, 0)))).astype(int)
    np.testing.assert_allclose(labels.translate, picture.translate)
    assert [str(unit) for unit in picture.units] == ["millimeter"] * 2
    everywhere = np.zeros(film.data.shape, bool)
    for region, part in dock.measurement.regions.items():
        inside = mask(part.polygon_xy, film.data.shape)
        everywhere |= inside
        window = tuple(
            slice(at, at + size)
            for at, size in zip(corner, picture.data.shape, strict=True)
        )
        there = inside[window]
        for label, column in ((1, 3), (2, 4)):
            share = 100 * np.mean(labels.data[there] == label)
            # Predicted regions overlap by a few pixels, which show the upper one.
            assert dock.number(region, 2, column) == pytest.approx(share, abs=2)
        values = picture.data[there]
        assert np.nanmin(values) == 0 and np.nanmax(values) == pytest.approx(1)
        np.testing.assert_array_equal(labels.data[there] == 1, values == 0)
    assert np.isnan(picture.data[~everywhere[window]]).mean() > 0.98
    kinds = [kind_of(layer) for layer in dock.viewer.layers]
    assert kinds.index("normalised") < kinds.index("regions")
    assert dock.viewer.layers.selection.active is not picture


def test_other_multipliers_are_an_exploration_and_give_no_abmd(
    dock: Features,
) -> None:
    before = dock.measurement
    feature = dock.cell("neck", 0, 2)
    dock.find(QDoubleSpinBox, "below_1").setValue(0.5)
    assert "Exploration" in dock.text("threshold_note")
    assert "no aBMD" in dock.text("features_title")
    assert dock.cell("neck", 0, 2) != feature
    part = before.regions["neck"]
    mean = part.thresholds[1].mean()
    sd = (part.thresholds[1][1] - mean) / 1.96
    assert dock.number("neck", 0, 0) == pytest.approx(mean - 0.5 * sd, abs=6e-5)
    assert dock.measurement is before, "the measurement is not explored"
    reset = dock.find(QPushButton, "reset_thresholds")
    assert reset.isEnabled()
    reset.click()
    assert dock.cell("neck", 0, 2) == feature
    assert "paper" in dock.text("threshold_note") and not reset.isEnabled()
    assert "aBMD neck" in dock.text("features_title")


def test_a_regression_fitted_to_raw_films_shows_the_film(
    viewer: Any, qtbot: Any, really_measured: Measurement
) -> None:
    models = load_models()
    raw = replace(models, bmd=raw_regression())
    assert really_measured.landmarks is not None
    measured = remeasure(really_measured, really_measured.landmarks.xy, models=raw)
    show_measurement(viewer, measured)
    dock = Features(viewer, qtbot, NAME)
    assert "the film itself" in dock.text("features_title")
    part = dock.measurement.regions["neck"]
    assert dock.number("neck", 0, 2) == pytest.approx(part.features[0], abs=6e-5)
    dock.find(QCheckBox, "show_normalised").setChecked(True)
    (picture,), film = dock.layers("normalised"), dock.measurement.film
    assert film is not None
    corner = np.round(
        dock.session.films()[0].world_to_data(picture.data_to_world((0, 0)))
    ).astype(int)
    window = tuple(
        slice(at, at + size)
        for at, size in zip(corner, picture.data.shape, strict=True)
    )
    inside = mask(part.polygon_xy, film.shape)[window]
    t1, t2 = part.thresholds[0]
    expected = (np.clip(film.grey()[window], t1, t2) - t1) / (t2 - t1)
    close = np.isclose(picture.data[inside], expected[inside], atol=1e-4)
    assert close.mean() > 0.98, "overlapping pixels show the upper region"


def test_a_dragged_landmark_takes_table_and_histogram_along(dock: Features) -> None:
    dock.find(QCheckBox, "show_clipped").setChecked(True)
    points = dock.session.result(dock.session.films()[0], "landmarks")
    before = dock.cell("neck", 0, 2), dock.cell("trochanter", 0, 2)
    labels = dock.layers("clipped")[0].data
    points.data[INDEX["N2"]] += (12, 4)
    points.events.features()
    dock.qtbot.waitUntil(lambda: dock.cell("neck", 0, 2) != before[0])
    assert dock.cell("trochanter", 0, 2) == before[1]
    histograms = dock.find(RegionHistograms, "histograms")
    expected = dock.measurement.regions["neck"].thresholds
    dock.qtbot.waitUntil(
        lambda: np.allclose(histograms.shown_thresholds("neck"), expected)
    )
    dock.qtbot.waitUntil(lambda: dock.layers("clipped")[0].data is not labels)


def test_its_layers_go_with_it(dock: Features) -> None:
    dock.find(QCheckBox, "show_normalised").setChecked(True)
    dock.find(QCheckBox, "show_clipped").setChecked(True)
    assert dock.layers("clipped")
    dock.viewer.window.remove_dock_widget("all")
    dock.qtbot.wait(50)
    assert not dock.layers("clipped") and not dock.layers("normalised")
    points = dock.session.result(dock.session.films()[0], "landmarks")
    points.data[0] += 3
    points.events.features()
    dock.qtbot.wait(50)


def test_a_layer_that_a_person_deletes_is_unticked(dock: Features) -> None:
    dock.find(QCheckBox, "show_clipped").setChecked(True)
    dock.viewer.layers.remove(dock.layers("clipped")[0])
    assert not dock.find(QCheckBox, "show_clipped").isChecked()


def test_a_film_that_is_removed_is_forgotten(dock: Features) -> None:
    dock.find(QCheckBox, "show_clipped").setChecked(True)
    dock.viewer.layers.remove(dock.session.films()[0])
    assert "Measure a film first" in dock.text("features_title")
    assert not dock.layers("clipped")
