"""The soft-tissue ring: the baseline without learning."""

import numpy as np
import pytest

from napari_hipbmd.bmd import feature_vector, region_features, ring_features, ring_plane
from napari_hipbmd.core.anatomy import TYPICAL_XY, mask, polygons

SHAPE = (420, 400)
RADIUS_PX = 60.0
PIXEL_MM = 22 / RADIUS_PX  # a head radius is 22 mm


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


@pytest.fixture
def soft_tissue():
    """Soft tissue that is thicker medially and above."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return (0.5 - 0.3 * x / SHAPE[1] - 0.1 * y / SHAPE[0]).astype(np.float32)


def test_soft_tissue_that_is_a_plane_is_taken_off_exactly(
    bone, soft_tissue, landmarks_xy
):
    found = ring_features(bone + soft_tissue, landmarks_xy, PIXEL_MM)
    truth = feature_vector(region_features(bone, polygons(landmarks_xy)))
    np.testing.assert_allclose(found, truth, atol=1e-4)


def test_the_plane_is_found(bone, soft_tissue, landmarks_xy):
    plane = ring_plane(bone + soft_tissue, landmarks_xy, PIXEL_MM)
    np.testing.assert_allclose(
        plane, [0.5, -0.3 / SHAPE[1], -0.1 / SHAPE[0]], atol=1e-5
    )


def test_a_bone_or_a_fold_across_part_of_the_ring_hardly_matters(
    bone, soft_tissue, landmarks_xy
):
    film = bone + soft_tissue
    x, y = landmarks_xy[13].astype(int)  # I3, medial
    film[y - 40 : y, x - 30 : x - 5] += 0.5
    truth = feature_vector(region_features(bone, polygons(landmarks_xy)))
    found = ring_features(film, landmarks_xy, PIXEL_MM)
    np.testing.assert_allclose(found, truth, atol=0.02)


def test_head_and_shaft_beyond_the_regions_do_not_count_as_soft_tissue(
    bone, soft_tissue, landmarks_xy
):
    film = bone + soft_tissue
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    head = np.hypot(x - 140, y - 110) < RADIUS_PX
    below = y > landmarks_xy[12:14, 1].min() + 4  # below the distal cut
    shaft = below & (x > landmarks_xy[13, 0]) & (x < landmarks_xy[12, 0])
    film[(head | shaft) & (bone == 0)] = 2.0
    found = ring_features(film, landmarks_xy, PIXEL_MM)
    truth = feature_vector(region_features(bone, polygons(landmarks_xy)))
    np.testing.assert_allclose(found, truth, atol=0.01)


def test_half_of_the_ring_outside_the_film_still_gives_an_answer(
    bone, soft_tissue, landmarks_xy
):
    film = (bone + soft_tissue)[: int(landmarks_xy[9, 1]) - 20]
    found = ring_features(film, landmarks_xy, PIXEL_MM)
    assert np.isfinite(found[:3]).all()


@pytest.mark.parametrize("away", [5000.0, -5000.0, np.nan])
def test_no_soft_tissue_at_all_gives_nan(landmarks_xy, away):
    film = np.zeros((64, 64), dtype=np.float32)
    assert np.isnan(ring_features(film, landmarks_xy + away, PIXEL_MM)).all()


def test_a_crop_of_the_film_gives_the_same_ring(bone, soft_tissue, landmarks_xy):
    film = bone + soft_tissue
    np.testing.assert_allclose(
        ring_features(film, landmarks_xy, PIXEL_MM),
        ring_features(film[12:, 9:], landmarks_xy, PIXEL_MM, offset_xy=(9, 12)),
        atol=1e-5,
    )
