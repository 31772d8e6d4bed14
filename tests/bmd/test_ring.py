"""The soft-tissue ring: the baseline without learning."""

import numpy as np
import pytest

from napari_hipbmd.anatomy import REGIONS, TYPICAL_XY, mask, polygons
from napari_hipbmd.bmd import feature_vector, features, ring_features, ring_levels

SHAPE = (420, 400)
RADIUS_PX = 60.0
WIDTH_PX = 11 / 22 * RADIUS_PX  # a head radius is 22 mm


@pytest.fixture
def landmarks_xy():
    return TYPICAL_XY * RADIUS_PX + (140.0, 110.0)


@pytest.fixture
def bone(landmarks_xy):
    image = np.zeros(SHAPE, dtype=np.float32)
    for level, polygon in zip(
        (0.3, 0.2, 0.4), polygons(landmarks_xy).values(), strict=True
    ):
        image[mask(polygon, SHAPE)] = level
    return image


def test_even_soft_tissue_is_taken_off_exactly(bone, landmarks_xy):
    found = ring_features(bone + np.float32(0.35), landmarks_xy, WIDTH_PX)
    np.testing.assert_allclose(
        found, feature_vector(features(bone, polygons(landmarks_xy))), atol=1e-5
    )


def test_a_tilt_of_the_soft_tissue_is_nearly_taken_off(bone, landmarks_xy):
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    tilt = (0.2 + 0.3 * x / SHAPE[1] + 0.1 * y / SHAPE[0]).astype(np.float32)
    truth = feature_vector(features(bone, polygons(landmarks_xy)))
    raw = feature_vector(features(bone + tilt, polygons(landmarks_xy)))
    ringed = ring_features(bone + tilt, landmarks_xy, WIDTH_PX)
    assert np.abs(ringed - truth).max() < 0.25 * np.abs(raw - truth).max()


def test_each_region_gets_the_soft_tissue_beside_itself(bone, landmarks_xy):
    film = bone.copy()
    film[: int(landmarks_xy[10, 1])] += 0.1  # above T5: beside neck and trochanter
    film[int(landmarks_xy[10, 1]) :] += 0.5
    levels = ring_levels(film, landmarks_xy, WIDTH_PX)
    assert levels["neck"] < levels["intertrochanter"]
    assert levels["intertrochanter"] == pytest.approx(0.5, abs=0.02)


def test_head_and_shaft_beyond_the_regions_do_not_count_as_soft_tissue(
    bone, landmarks_xy
):
    film = bone + np.float32(0.35)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    head = np.hypot(x - 140, y - 110) < RADIUS_PX
    below = y > landmarks_xy[12:14, 1].min() + 4  # below the distal cut
    shaft = below & (x > landmarks_xy[13, 0]) & (x < landmarks_xy[12, 0])
    film[head | shaft] = 2.0
    levels = ring_levels(film, landmarks_xy, WIDTH_PX)
    assert levels == pytest.approx(dict.fromkeys(REGIONS, 0.35), abs=1e-5)


def test_a_region_whose_ring_is_outside_takes_the_level_of_the_others(
    bone, landmarks_xy
):
    film = bone + np.float32(0.35)
    upper = film[: int(landmarks_xy[9, 1]) - 20]
    levels = ring_levels(upper, landmarks_xy, WIDTH_PX)
    assert all(np.isfinite(level) for level in levels.values())


@pytest.mark.parametrize("away", [5000.0, -5000.0, np.nan])
def test_no_soft_tissue_at_all_gives_nan(landmarks_xy, away):
    film = np.zeros((64, 64), dtype=np.float32)
    found = ring_features(film, landmarks_xy + away, WIDTH_PX)
    assert np.isnan(found).all()


def test_a_crop_of_the_film_gives_the_same_ring(bone, landmarks_xy):
    film = bone + np.float32(0.35)
    np.testing.assert_allclose(
        ring_features(film, landmarks_xy, WIDTH_PX),
        ring_features(film[12:, 9:], landmarks_xy, WIDTH_PX, offset_xy=(9, 12)),
        atol=1e-6,
    )
