"""The mineral map of a femur: where it lies, what a region holds, its fine detail."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core.mineral_map import MineralMap
from napari_hipbmd.grey_scale.regional import cell_shares, mean_mineral

SQUARE = np.array([[30.0, 40.0], [70.0, 40.0], [70.0, 100.0], [30.0, 100.0]])


def a_map(g_cm2: np.ndarray, bone: np.ndarray, mirrored: bool = False) -> MineralMap:
    """Cells of four pixels; a right hip's run the other way."""
    first = (2.0 + 4 * (g_cm2.shape[1] - 1), 2.0) if mirrored else (2.0, 2.0)
    return MineralMap(g_cm2, bone, first, (-4.0 if mirrored else 4.0, 4.0))


@given(st.floats(0.1, 2), st.booleans())
def test_an_even_map_has_its_own_value_in_every_region(
    value: float, mirrored: bool
) -> None:
    even = np.full((40, 30), value, np.float32)
    found = a_map(even, even, mirrored)
    assert np.isclose(mean_mineral(found, SQUARE), value, rtol=1e-5)


@given(
    st.integers(0, 2**31),
    st.floats(10, 40),
    st.floats(10, 60),
    st.floats(8, 60),
    st.floats(8, 80),
)
def test_the_mean_over_a_region_weighs_each_cell_by_what_lies_in_it(
    seed: int, x: float, y: float, width: float, height: float
) -> None:
    g_cm2 = np.random.default_rng(seed).uniform(0, 1, (40, 30)).astype(np.float32)
    found = a_map(g_cm2, g_cm2)
    corners = np.array(
        [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    )
    shares = cell_shares(found.to_cells(corners), g_cm2.shape)
    expected = (shares * g_cm2).sum() / shares.sum()
    assert np.isclose(mean_mineral(found, corners), expected, atol=1e-5)
    assert np.isclose(shares.sum() * 16, width * height, rtol=0.2)


def test_a_right_hip_has_the_mean_of_its_mirror_image() -> None:
    g_cm2 = np.random.default_rng(0).uniform(0, 1, (40, 30)).astype(np.float32)
    left, right = a_map(g_cm2, g_cm2), a_map(g_cm2, g_cm2, mirrored=True)
    turned = SQUARE * [-1, 1] + [119, 0]
    assert np.isclose(
        mean_mineral(left, SQUARE), mean_mineral(right, turned), atol=0.01
    )


def test_a_region_beyond_the_map_has_no_mean() -> None:
    even = np.ones((40, 30), np.float32)
    assert np.isnan(mean_mineral(a_map(even, even), SQUARE + 500))
    assert np.isnan(mean_mineral(a_map(even, even), SQUARE * np.nan))


def test_at_full_resolution_the_map_keeps_its_means_and_gains_the_films_detail() -> (
    None
):
    rng = np.random.default_rng(1)
    bone = (0.2 + 0.02 * rng.standard_normal((160, 120))).astype(np.float32)
    cells = bone.reshape(40, 4, 30, 4).mean((1, 3))
    g_cm2 = np.full((40, 30), 0.8, np.float32)
    fine = a_map(g_cm2, cells).on(bone, (0, 0), 0.25)
    inner = (slice(8, -8), slice(8, -8))
    assert abs(fine[inner].mean() - 0.8) < 0.01
    assert np.corrcoef(fine[inner].ravel(), bone[inner].ravel())[0, 1] > 0.9
    moved = a_map(g_cm2, cells).on(bone[20:, 10:], (20, 10), 0.25)
    np.testing.assert_allclose(moved, fine[20:, 10:], atol=1e-5)


def test_where_the_map_sees_no_femur_the_pelvis_adds_nothing() -> None:
    bone = np.full((160, 120), 0.3, np.float32)
    fine = a_map(np.zeros((40, 30), np.float32), np.full((40, 30), 0.3, np.float32))
    assert fine.on(bone, (0, 0), 0.25).max() == 0
