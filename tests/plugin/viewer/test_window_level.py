"""Window and level by dragging, as numbers; the window itself is tried in napari."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.plugin.viewer.window_level import dragged

FULL = (0.0, 4095.0)
LIMITS = (1000.0, 2000.0)
PIXELS = st.floats(-5000, 5000)


def width(limits: tuple[float, float]) -> float:
    return limits[1] - limits[0]


def test_without_a_move_the_window_stays() -> None:
    assert dragged(LIMITS, 0, 0, FULL, False) == pytest.approx(LIMITS)


def test_to_the_right_the_window_gets_wider_and_to_the_left_narrower() -> None:
    assert width(dragged(LIMITS, 100, 0, FULL, False)) > width(LIMITS)
    assert width(dragged(LIMITS, -100, 0, FULL, False)) < width(LIMITS)


def test_up_makes_brighter_whether_dense_is_drawn_bright_or_dark() -> None:
    bright = dragged(LIMITS, 0, -100, FULL, False)
    inverted = dragged(LIMITS, 0, -100, FULL, True)
    assert bright[0] < LIMITS[0]
    assert inverted[0] > LIMITS[0]


@given(right=PIXELS, down=PIXELS, inverted=st.booleans())
def test_no_drag_leaves_the_sliders_range_or_turns_the_window_over(
    right: float, down: float, inverted: bool
) -> None:
    low, high = dragged(LIMITS, right, down, FULL, inverted)
    assert FULL[0] <= low < high <= FULL[1] + 1e-6
