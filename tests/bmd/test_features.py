"""Nine features: three regions × three thresholds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import grid_points_in_poly

from napari_hipbmd.bmd import (
    FEATURE_NAMES,
    feature_means,
    feature_vector,
    region_features,
    region_pixels,
    thresholds,
)
from napari_hipbmd.bmd.raster import inside
from napari_hipbmd.core.anatomy import REGIONS, TYPICAL_XY, area, mask, polygons

RADIUS_PX = 40.0
CENTRE_XY = (90.3, 70.6)


@pytest.fixture
def landmarks_xy():
    return TYPICAL_XY * RADIUS_PX + CENTRE_XY


@pytest.fixture
def film():
    rng = np.random.default_rng(3)
    return rng.normal(0.5, 0.1, (260, 240)).astype(np.float32)


def test_features_are_those_of_the_pixels_inside_each_polygon(film, landmarks_xy):
    found = region_features(film, polygons(landmarks_xy))
    assert list(found) == list(REGIONS)
    for region, polygon in polygons(landmarks_xy).items():
        values = film[mask(polygon, film.shape)]
        assert found[region].pixels == values.size
        assert found[region].share == 1
        np.testing.assert_allclose(found[region].thresholds, thresholds(values))
        np.testing.assert_allclose(
            found[region].features, feature_means(values, thresholds(values))
        )


def test_each_region_is_read_from_its_own_place(landmarks_xy):
    film = np.zeros((260, 240), dtype=np.float32)
    levels = {"neck": 0.2, "trochanter": 0.5, "intertrochanter": 0.8}
    for region, polygon in polygons(landmarks_xy).items():
        film[mask(polygon, film.shape)] = levels[region]
    vector = feature_vector(region_features(film, polygons(landmarks_xy)))
    np.testing.assert_allclose(vector, np.repeat([0.2, 0.5, 0.8], 3), atol=0.01)
    assert FEATURE_NAMES[0] == "neck_t1"
    assert FEATURE_NAMES[8] == "intertrochanter_t3"


def test_a_crop_of_the_film_gives_the_same_features_as_the_film(film, landmarks_xy):
    whole = region_features(film, polygons(landmarks_xy))
    crop = region_features(film[20:, 30:], polygons(landmarks_xy), offset_xy=(30, 20))
    for region in REGIONS:
        np.testing.assert_array_equal(whole[region].features, crop[region].features)


def test_a_pixel_counts_when_its_centre_is_inside():
    square = np.array([[0.5, 0.5], [5.5, 0.5], [5.5, 5.5], [0.5, 5.5]])
    film = np.arange(100, dtype=np.float32).reshape(10, 10)
    pixels = region_pixels(square, film.shape)
    np.testing.assert_array_equal(pixels.of(film), film[1:6, 1:6].ravel())
    assert pixels.share == 1


def test_a_region_half_outside_uses_what_is_there_and_says_how_much():
    film = np.full((40, 40), 0.3, dtype=np.float32)
    square = np.array([[-10.5, 9.5], [9.5, 9.5], [9.5, 29.5], [-10.5, 29.5]])
    found = region_features(film, {"neck": square})["neck"]
    assert found.pixels == 10 * 20
    assert found.share == pytest.approx(0.5)
    np.testing.assert_allclose(found.features, 0.3, rtol=1e-6)


@pytest.mark.parametrize("away", [-500.0, 500.0])
def test_a_region_outside_the_film_has_no_features(film, landmarks_xy, away):
    found = region_features(film, polygons(landmarks_xy + away))
    for region in REGIONS:
        assert np.isnan(found[region].features).all()
        assert found[region].pixels == 0
        assert found[region].share == 0


def test_a_landmark_that_is_nowhere_gives_nan_features(film, landmarks_xy):
    landmarks_xy[0] = np.nan
    found = region_features(film, polygons(landmarks_xy))
    assert np.isnan(found["neck"].features).all()
    assert np.isfinite(found["intertrochanter"].features).all()


corners = st.lists(
    st.tuples(st.floats(-5, 35, width=32), st.floats(-5, 30, width=32)),
    min_size=3,
    max_size=7,
).map(lambda points: np.array(points, dtype=np.float64) + (0.0137, 0.0291))


@settings(max_examples=100)
@given(corners)
def test_filling_agrees_with_testing_every_pixel(polygon):
    shape = (26, 31)
    np.testing.assert_array_equal(
        inside(polygon, shape), grid_points_in_poly(shape, polygon[:, ::-1])
    )


def test_polygons_that_tile_share_no_pixel_even_on_a_pixel_grid():
    left = np.array([[2.0, 2.0], [6.0, 2.0], [6.0, 9.0], [2.0, 9.0]])
    right = left + (4.0, 0.0)
    both = inside(left, (12, 12)).astype(int) + inside(right, (12, 12))
    assert both.max() == 1
    assert both.sum() == area(left) + area(right)
