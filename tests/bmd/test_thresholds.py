"""The thresholds of the paper's 3.4, against a plain transcription of Eq. 4."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.bmd import clip, feature_means, minmax_picture, thresholds

grey_levels = st.lists(
    st.floats(-1, 2, width=32, allow_nan=False), min_size=1, max_size=60
).map(lambda values: np.array(values, dtype=np.float32))


def eq4_with_loops(grey):
    """The paper's text, one pixel at a time and nothing vectorised."""
    n = len(grey)
    mean = sum(float(g) for g in grey) / n
    std = math.sqrt(sum((float(g) - mean) ** 2 for g in grey) / n)
    pairs = [
        (mean - std, mean + 1.96 * std),
        (mean - 1.96 * std, mean + 1.96 * std),
        (mean - 1.96 * std, mean + std),
    ]
    features = []
    for t1, t2 in pairs:
        total = 0.0
        for g in grey:
            value = float(g)
            if value < t1:
                value = t1
            if value > t2:
                value = t2
            total += value
        features.append(total / n)
    return pairs, features


@given(grey_levels)
def test_thresholds_and_features_agree_with_the_papers_text_read_literally(grey):
    pairs, features = eq4_with_loops(grey)
    np.testing.assert_allclose(thresholds(grey), pairs, atol=1e-6)
    np.testing.assert_allclose(
        feature_means(grey, thresholds(grey)), features, atol=1e-6
    )


def test_thresholds_of_five_known_values():
    # mean 2, population variance (4 + 1 + 0 + 1 + 4) / 5 = 2
    values = np.array([0, 1, 2, 3, 4], dtype=np.float64)
    s = math.sqrt(2)
    np.testing.assert_allclose(
        thresholds(values),
        [[2 - s, 2 + 1.96 * s], [2 - 1.96 * s, 2 + 1.96 * s], [2 - 1.96 * s, 2 + s]],
    )
    # By hand: only 0 is below 2 − √2 = .586, only 4 is above 2 + √2 = 3.414.
    lifted, lowered = (10 + (2 - s)) / 5, (6 + (2 + s)) / 5
    np.testing.assert_allclose(
        feature_means(values, thresholds(values)), [lifted, 2.0, lowered]
    )


@given(grey_levels, st.floats(-0.5, 0.5, width=32))
def test_a_brighter_film_raises_every_feature_by_the_same_amount(grey, shift):
    moved = grey + np.float32(shift)
    np.testing.assert_allclose(
        feature_means(moved, thresholds(moved)),
        feature_means(grey, thresholds(grey)) + shift,
        atol=1e-5,
    )


def test_an_even_region_keeps_its_level():
    flat = np.full(50, 0.25, dtype=np.float32)
    np.testing.assert_allclose(thresholds(flat), 0.25)
    np.testing.assert_allclose(feature_means(flat, thresholds(flat)), 0.25)


def test_no_pixels_give_nan_and_no_warning(recwarn):
    empty = np.empty(0, dtype=np.float32)
    assert np.isnan(thresholds(empty)).all()
    assert np.isnan(feature_means(empty, thresholds(empty))).all()
    assert not recwarn


def test_clipping_keeps_float32():
    values = np.linspace(0, 1, 11, dtype=np.float32)
    clipped = clip(values, 0.25, 0.75)
    assert clipped.dtype == np.float32
    assert clipped.min() == 0.25
    assert clipped.max() == 0.75


def test_the_picture_of_fig_6_spans_black_to_white():
    values = np.linspace(-1, 2, 31, dtype=np.float32)
    picture = minmax_picture(values, 0.0, 1.0)
    assert picture.min() == 0
    assert picture.max() == 1
    assert picture[15] == pytest.approx(0.5)


def test_the_picture_of_an_even_region_is_finite():
    flat = np.full(9, 0.5, dtype=np.float32)
    assert np.isfinite(minmax_picture(flat, 0.5, 0.5)).all()
