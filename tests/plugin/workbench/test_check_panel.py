"""Implausible and swapped landmarks are flagged, and a click goes there."""

from __future__ import annotations

import numpy as np
from qtpy.QtWidgets import QLabel, QListWidget, QTableWidget

from napari_hipbmd.plugin.workbench.check_panel import FINE

from .conftest import Bench


def test_a_plausible_hip_is_not_doubted(bench: Bench) -> None:
    bench.place_all()
    bench.widget.check.check()
    assert bench.find(QLabel, "verdict").text() == FINE
    assert bench.find(QListWidget, "doubts").count() == 0


def test_swapped_landmarks_are_flagged_and_a_click_goes_there(bench: Bench) -> None:
    bench.place_all()
    n2, n5 = (bench.labels.landmarks[name].xy for name in ("N2", "N5"))
    bench.editor.place(n5, "N2")
    bench.editor.place(n2, "N5")
    doubts = bench.find(QListWidget, "doubts")
    bench.wait(lambda: doubts.count() > 0)
    texts = [doubts.item(i).text() for i in range(doubts.count())]
    row = texts.index("N2 and N5 look swapped.")
    doubts.itemClicked.emit(doubts.item(row))
    assert bench.editor.current == "N2"
    camera, film = bench.viewer.scene.camera, bench.layer("film")
    world = film.data_to_world(n5[::-1])
    np.testing.assert_allclose(camera.center[-2:], world)
    table = bench.find(QTableWidget, "landmarks")
    assert "⚠" in table.item(1, 2).text()
    assert "swapped" in table.item(1, 2).toolTip()


def test_every_case_is_checked_in_the_background(bench: Bench) -> None:
    bench.place_all()
    bench.press("next_case")
    bench.place_all()
    case_id = bench.widget.work.case_id
    bench.editor.place((5, 5), "T2")
    bench.press("previous_case")
    bench.press("check_all")
    found = bench.find(QListWidget, "all_doubts")
    bench.wait(lambda: found.count() > 0)
    texts = [found.item(i).text() for i in range(found.count())]
    assert any(text.startswith(f"{case_id}: T2 lies") for text in texts), texts
    found.itemClicked.emit(found.item(0))
    assert bench.widget.work.case_id == case_id
