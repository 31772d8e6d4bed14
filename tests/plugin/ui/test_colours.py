"""Coloured letters can be read in napari's light window and in its dark one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from napari.utils.theme import get_theme
from qtpy.QtWidgets import QLabel, QWidget
from skimage.color import deltaE_ciede2000, rgb2lab

from napari_hipbmd.core.region_colours import REGION_COLOURS
from napari_hipbmd.evaluation.drawing import COLOURS as ROW_COLOURS
from napari_hipbmd.plugin.measure.feature_table import FeatureRows
from napari_hipbmd.plugin.measure.threshold_form import CHANGED
from napari_hipbmd.plugin.ui.colours import contrast, darkened, readable
from napari_hipbmd.plugin.viewer.layers import DOUBTFUL, PLACED, SURE, UNKNOWN, UNSURE
from napari_hipbmd.plugin.workbench.case.layers import OTHER_COLOUR, STATE_COLOURS
from napari_hipbmd.plugin.workbench.case.overlay import FIRST_COLOUR
from napari_hipbmd.plugin.workbench.landmarks.panel import CROSSED
from napari_hipbmd.plugin.workbench.queue.case_bar import WARNING
from napari_hipbmd.plugin.workbench.queue.panel import STATUS_COLOURS

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


# Machado, Oliveira and Fernandes 2009: what is left of linear red, green and blue.
SEEN = {
    "by everybody": np.eye(3),
    "without red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "without green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "without blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TOGETHER = {
    "regions": [*REGION_COLOURS.values()],
    "how sure a landmark is": [SURE, DOUBTFUL, UNSURE, UNKNOWN, PLACED],
    "cases in the queue": [*STATUS_COLOURS.values()],
    "states of a landmark": [*STATE_COLOURS.values()],
    "rows of a validation": [*ROW_COLOURS.values()],
}


def seen(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* of a colour as somebody sees it."""
    display = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    bright = display > 0.04045
    linear = np.where(bright, ((display + 0.055) / 1.055) ** 2.4, display / 12.92)
    left = np.clip(np.asarray(SEEN[vision]) @ linear, 0, 1)
    dark = left <= 0.0031308
    return rgb2lab(np.where(dark, 12.92 * left, 1.055 * left ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("vision", SEEN)
@pytest.mark.parametrize("group", TOGETHER)
def test_colours_that_are_seen_together_differ_for_the_colour_blind_too(
    group: str, vision: str
) -> None:
    labs = [seen(colour, vision) for colour in TOGETHER[group]]
    apart = [deltaE_ciede2000(a, b) for a, b in combinations(labs, 2)]
    assert min(apart) > 9  # ten is seen at a glance, one hardly


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
