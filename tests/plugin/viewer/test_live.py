"""While a landmark is dragged, everything that depends on it follows, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QCoreApplication, QEvent, QObject, Qt
from qtpy.QtWidgets import QLabel, QTableWidget

from napari_hipbmd import pipeline
from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.ui import turn
from napari_hipbmd.plugin.viewer.layers import polygons_row_col, region_table
from napari_hipbmd.plugin.viewer.session import session_of


class Live:
    """A measured film in a viewer, with landmarks that can be pulled."""

    def __init__(self, viewer: Any, measurement: Measurement, qtbot: Any) -> None:
        self.dock = show_measurement(viewer, measurement)
        self.session = session_of(viewer)
        (self.film,) = self.session.films()
        self.points = self.session.result(self.film, "landmarks")
        self.regions = self.session.result(self.film, "regions")
        self._qtbot = qtbot

    @property
    def measurement(self) -> Measurement:
        found = self.session.measurement(self.film)
        assert found is not None
        return found

    def pull(self, landmark: str, by_row_col: Any) -> None:
        before = self.measurement
        self.points.data[INDEX[landmark]] += by_row_col
        self.points.events.features()
        self._qtbot.waitUntil(lambda: self.measurement is not before)

    def table(self) -> list[str]:
        table = self.dock.findChild(QTableWidget, "results")
        return [
            table.item(row, column).text()
            for row in range(table.rowCount())
            for column in range(table.columnCount())
        ]


@pytest.fixture
def live(viewer: Any, really_measured: Measurement, qtbot: Any) -> Live:
    return Live(viewer, really_measured, qtbot)


@pytest.fixture
def never_at_rest(monkeypatch: Any) -> None:
    """As while the mouse button is down; a busy computer may take long for a move."""
    monkeypatch.setattr(turn, "REST_MS", 600_000)


def test_a_neck_landmark_moves_the_neck_and_nothing_else(
    never_at_rest: None, live: Live
) -> None:
    drawn = list(live.regions.data)
    corners = [each.copy() for each in drawn]
    colours = live.regions.edge_color.copy()
    live.pull("N2", (4, -3))
    assert [
        np.array_equal(now, before)
        for now, before in zip(live.regions.data, corners, strict=True)
    ] == [False, True, True]
    assert live.regions.data[1] is drawn[1], "it is not built anew"
    np.testing.assert_allclose(live.regions.data[0][1], live.points.data[INDEX["N2"]])
    np.testing.assert_array_equal(live.regions.edge_color, colours)
    assert not live.regions.editable


def test_after_many_drags_all_is_as_if_measured_anew(
    live: Live, really_measured: Measurement, qtbot: Any
) -> None:
    rng = np.random.default_rng(4)
    for _ in range(25):
        live.pull(str(rng.choice(LANDMARK_IDS)), rng.normal(0, 6, 2))
    xy = live.points.data[:, ::-1]
    anew = pipeline.remeasure(replace(really_measured, regions={}), xy)
    # While a landmark moves the film's gain stays; at rest its rulers are read anew.
    qtbot.waitUntil(lambda: live.measurement.bmd_g_cm2 == anew.bmd_g_cm2)
    shown = live.measurement
    assert shown.t_score == anew.t_score
    assert shown.flags == anew.flags
    for drawn, expected in zip(
        live.regions.data, polygons_row_col(anew.regions), strict=True
    ):
        np.testing.assert_allclose(drawn, expected, rtol=1e-6)
    np.testing.assert_array_equal(
        live.regions.features["area_cm2"], region_table(anew.regions)["area_cm2"]
    )
    cells = live.table()
    live.session.show(live.film, replace(anew, seconds=shown.seconds))
    assert live.table() == cells


def test_a_doubt_about_the_shape_is_told_when_the_landmark_rests(
    live: Live, qtbot: Any
) -> None:
    told: list[bool] = []
    label = live.dock.findChild(QLabel, "flags")
    live.session.measured.connect(
        lambda _: told.append("from where the other landmarks put it" in label.text())
    )
    live.pull("I3", (60, 60))
    qtbot.waitUntil(lambda: len(told) > 1)
    assert told == [False, True]


def test_the_numbers_are_there_before_the_canvas_is_drawn_again(
    live: Live, qtbot: Any
) -> None:
    order = []

    class Canvas(QObject):
        def event(self, event: QEvent) -> bool:
            order.append("drawn")
            return True

    canvas = Canvas()
    live.session.measured.connect(lambda _: order.append("numbers"))
    QCoreApplication.postEvent(
        canvas,
        QEvent(QEvent.Type.UpdateRequest),
        Qt.EventPriority.LowEventPriority.value,
    )
    live.pull("T2", (2, 2))
    assert order[:2] == ["numbers", "drawn"], "read anew at rest, once more"
