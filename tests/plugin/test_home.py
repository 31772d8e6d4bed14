"""The front door: every dock is reachable, and its state is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from napari.components import ViewerModel
from napari.layers import Image
from qtpy.QtWidgets import QLabel, QScrollArea

import napari_hipbmd
from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.plugin.home import NO_FILMS, NO_STUDY, STEPS, HomeWidget
from napari_hipbmd.plugin.viewer.films import radiograph_layer
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Study


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def home(viewer: ViewerModel, qtbot: Any) -> HomeWidget:
    widget = HomeWidget(viewer)
    qtbot.addWidget(widget)
    return widget


def test_every_other_dock_of_the_plugin_has_its_button() -> None:
    manifest = Path(napari_hipbmd.__file__).with_name("napari.yaml")
    widgets = yaml.safe_load(manifest.read_text("utf-8"))["contributions"]["widgets"]
    names = [widget["display_name"] for widget in widgets]
    assert names == ["Hip BMD", *(step.dock for step in STEPS)]


def test_an_empty_viewer_has_neither_films_nor_a_study(home: HomeWidget) -> None:
    assert home.states["Measure BMD"].text() == NO_FILMS
    assert home.states["Validate"].text() == NO_STUDY


def test_on_a_small_screen_no_line_of_help_is_cut(home: HomeWidget, qtbot: Any) -> None:
    home.resize(320, 600)
    with qtbot.waitExposed(home):
        home.show()
    for label in home.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()


@pytest.mark.parametrize("letters_px", [12, 19])
def test_neither_large_letters_nor_a_long_name_make_it_scroll_sideways(
    home: HomeWidget, qtbot: Any, labelled_study: Study, letters_px: int
) -> None:
    long = labelled_study.folder.rename(labelled_study.folder.with_name("study_" * 20))
    session_of(home._viewer).choose_study(long)
    home.setStyleSheet(f"QWidget {{ font-size: {letters_px}px }}")
    home.resize(320, 600)
    with qtbot.waitExposed(home):
        home.show()
    [area] = home.findChildren(QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0
    assert home.states["Validate"].toolTip() == long.name


def test_what_is_opened_is_told(
    home: HomeWidget, viewer: ViewerModel, film: Radiograph, labelled_study: Study
) -> None:
    data, facts, _ = radiograph_layer(film)
    viewer.layers.append(Image(data, **facts))
    session_of(viewer).choose_study(labelled_study.folder)
    assert home.states["Film facts"].text() == "1 open"
    assert home.states["Measure BMD"].text() == "0 of 1 measured"
    assert home.states["Open study"].text() == labelled_study.folder.name
