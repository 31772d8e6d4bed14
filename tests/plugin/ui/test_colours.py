"""Coloured letters can be read in napari's light window and in its dark one."""

from __future__ import annotations

import pytest
from napari.utils.theme import get_theme
from qtpy.QtWidgets import QLabel, QWidget

from napari_hipbmd.plugin.measure.feature_table import FeatureRows
from napari_hipbmd.plugin.measure.threshold_form import CHANGED
from napari_hipbmd.plugin.ui.colours import contrast, darkened, readable
from napari_hipbmd.plugin.viewer.layers import REGION_COLOURS
from napari_hipbmd.plugin.workbench.case_bar import WARNING
from napari_hipbmd.plugin.workbench.case_layers import OTHER_COLOUR, STATE_COLOURS
from napari_hipbmd.plugin.workbench.landmark_panel import CROSSED
from napari_hipbmd.plugin.workbench.overlay import FIRST_COLOUR
from napari_hipbmd.plugin.workbench.queue_panel import STATUS_COLOURS

COLOURS = sorted(
    {CHANGED, WARNING, CROSSED, FIRST_COLOUR, OTHER_COLOUR}
    | {*STATE_COLOURS.values(), *STATUS_COLOURS.values(), *REGION_COLOURS.values()}
)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_letters_stand_out_from_the_dock(qtbot, colour: str, theme: str) -> None:
    colours = get_theme(theme)
    label = QLabel("letters")
    qtbot.addWidget(label)
    label.setStyleSheet(f"color: {colours.text.as_hex()}")
    behind = colours.background.as_hex()
    assert contrast(readable(colour, label), behind) >= 4.5


def test_contrast_is_that_of_the_web_s_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_darkened_colour_keeps_its_hue() -> None:
    from qtpy.QtGui import QColor

    before, after = QColor("#56b4e9"), QColor(darkened("#56b4e9"))
    assert abs(before.hueF() - after.hueF()) < 0.02


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_table_that_is_made_before_its_window_takes_the_window_s_theme(
    qtbot, theme: str
) -> None:
    table = FeatureRows()
    window = QWidget()
    qtbot.addWidget(window)
    table.setParent(window)
    colours = get_theme(theme)
    window.setStyleSheet(f"QWidget {{ color: {colours.text.as_hex()} }}")
    window.show()
    shown = table.verticalHeaderItem(0).foreground().color().name()
    assert contrast(shown, colours.background.as_hex()) >= 4.5
