"""On a small screen the film keeps the room, and the dock stays usable."""

from __future__ import annotations

from qtpy.QtWidgets import QDockWidget, QPushButton, QToolButton

from ..german_window import sideways_px
from .conftest import Bench


def napari_docks(bench: Bench) -> dict[str, bool]:
    window = bench.widget.window()
    return {
        dock.objectName(): not dock.isHidden()
        for dock in window.findChildren(QDockWidget)
        if dock.objectName() in ("layer list", "layer controls")
    }


def test_the_dock_can_be_320_pixels_wide(bench: Bench) -> None:
    assert bench.widget.minimumSizeHint().width() <= 320
    for i in range(bench.widget.tabs.count()):
        bench.widget.tabs.setCurrentIndex(i)
        bench.widget.resize(320, 600)
        assert bench.widget.width() == 320, bench.widget.tabs.tabText(i)


def test_no_tab_scrolls_sideways_at_320_pixels(bench: Bench) -> None:
    found = sideways_px(bench.widget)
    assert len(found) == 6
    assert not any(found.values()), found


def test_one_key_folds_napari_s_own_docks_away_and_back(bench: Bench) -> None:
    assert napari_docks(bench) == {"layer list": True, "layer controls": True}
    bench.key("Z")
    assert napari_docks(bench) == {"layer list": False, "layer controls": False}
    bench.key("Z")
    assert napari_docks(bench) == {"layer list": True, "layer controls": True}


def test_what_a_person_has_hidden_themselves_stays_hidden(bench: Bench) -> None:
    window = bench.widget.window()
    [controls] = [
        dock
        for dock in window.findChildren(QDockWidget)
        if dock.objectName() == "layer controls"
    ]
    controls.hide()
    bench.key("Z")
    bench.key("Z")
    assert napari_docks(bench) == {"layer list": True, "layer controls": False}
    controls.show()


def test_a_film_opens_at_its_hip_box(bench: Bench) -> None:
    from napari_hipbmd.core.radiograph import HipBox

    box = HipBox(100, 200, 300, 400)
    bench.editor.keep_box(box)
    bench.open()
    y, x = bench.viewer.scene.camera.center[-2:]
    film = bench.layer("film")
    row, column = film.world_to_data((y, x))
    assert (abs(column - 200) < 2) and (abs(row - 300) < 2)


def test_the_table_and_the_rarer_tools_fold_away(bench: Bench) -> None:
    table = bench.widget.landmarks.table
    heading = bench.find(QToolButton, "landmark_list")
    assert heading.isChecked() and not table.isHidden()
    heading.click()
    assert table.isHidden()
    heading.click()
    assert not table.isHidden()
    tools = bench.find(QToolButton, "tools")
    assert bench.find(QPushButton, "outlines").isVisibleTo(bench.widget) == (
        tools.isChecked()
    )


def test_a_case_of_a_long_name_keeps_the_dock_narrow(bench: Bench) -> None:
    name = "8f14e45fceea167a5a36dedd4bea2543" * 2
    bench.widget.bar.show_case(name, 1, 24, 0, "in work", None)
    bench.widget.bar.say(f"{name}: no landmark is placed yet.", warning=True)
    assert bench.widget.minimumSizeHint().width() <= 320
