"""How much of a region lies under a collimated border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core.hip_images import Border
from napari_hipbmd.quality import covered_share
from napari_hipbmd.quality.collimation import TOUCHES

# No line runs through a pixel's centre: rounding would put it to either side.
AWAY = st.integers(-30, 60).map(lambda n: n + 0.317)
BORDERS = st.lists(st.tuples(st.floats(0, 2 * np.pi), AWAY), min_size=1, max_size=3)


@given(
    seed=st.integers(0, 10_000),
    density=st.sampled_from([0.0, 0.02, 0.7]),
    corner=st.tuples(st.floats(0, 500), st.floats(0, 500)),
    lines=BORDERS,
)
def test_a_region_is_covered_where_each_of_its_pixels_is_asked(
    seed: int,
    density: float,
    corner: tuple[float, float],
    lines: list[tuple[float, float]],
) -> None:
    inside = np.random.default_rng(seed).random((30, 40)) < density
    borders = [
        Border(normal, float(np.dot(normal, corner)) + away)
        for angle, away in lines
        for normal in [(float(np.cos(angle)), float(np.sin(angle)))]
    ]
    rows, columns = np.nonzero(inside)
    xy = np.stack([columns, rows], -1) + np.array(corner)
    expected = 0.0
    if len(xy):
        reach = TOUCHES * np.ptp(xy, axis=0).max()
        outwards = [xy + reach * np.array(border.normal_xy) for border in borders]
        asked = [b.covers(out) for b, out in zip(borders, outwards, strict=True)]
        expected = float(np.any(asked, axis=0).mean())
    assert covered_share(inside, corner, borders) == pytest.approx(expected)
