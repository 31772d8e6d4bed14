"""What a user may rely on: a pair's film minus its label is bone and nothing else."""

import numpy as np
import pytest
import torch

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.synthesis import additive, donor_soft_tissue, feather, replace

SHAPE = (200, 200)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]] / 200
SOFT = (0.3 + 0.2 * X - 0.15 * Y + 0.08 * np.sin(2.5 * X + 1.5 * Y)).astype(np.float32)
TILE = (0.5 - 0.1 * X + 0.05 * np.cos(3 * Y)).astype(np.float32)
BONE_AT = (X - 0.5) ** 2 + ((Y - 0.55) / 1.4) ** 2 < 0.2**2
BONE = np.where(BONE_AT, 0.3 + 0.1 * np.sin(40 * X), 0).astype(np.float32)
HIP = SOFT + BONE


def test_a_pairs_film_minus_its_label_is_the_bone():
    film = additive(TILE, HIP, SOFT, 1.0)
    np.testing.assert_allclose(film - TILE, BONE, atol=2e-7)


def test_pairs_are_made_of_arrays_and_of_tensors_alike():
    arrays = additive(TILE, HIP, SOFT, 0.5)
    tensors = additive(*map(torch.from_numpy, (TILE, HIP, SOFT)), 0.5)
    np.testing.assert_array_equal(tensors.numpy(), arrays)


def test_outside_the_mask_a_pairs_film_is_its_label():
    soft_rim = feather(BONE_AT, 6)
    film = additive(TILE, HIP, donor_soft_tissue(HIP, soft_rim > 0), soft_rim)
    np.testing.assert_array_equal(film[soft_rim == 0], TILE[soft_rim == 0])


@pytest.mark.parametrize(
    ("smooth", "tolerance"), [(True, 0.01), (False, 0.03)], ids=["smooth", "laplace"]
)
def test_the_donors_soft_tissue_is_found_under_its_bone(smooth, tolerance):
    found = donor_soft_tissue(HIP, BONE_AT, smooth)
    assert np.abs(found - SOFT)[BONE_AT].max() < tolerance
    np.testing.assert_array_equal(found[~BONE_AT], HIP[~BONE_AT])
    assert found.dtype == np.float32


@pytest.mark.parametrize("smooth", [True, False], ids=["smooth", "laplace"])
def test_a_mask_that_reaches_over_the_films_edge_is_filled_too(smooth):
    mask = BONE_AT | (Y > 0.9) & (np.abs(X - 0.5) < 0.1)
    found = donor_soft_tissue(np.where(mask, 1.0, SOFT), mask, smooth)
    assert np.isfinite(found).all()
    assert np.abs(found - SOFT)[mask].max() < 0.06


def test_soft_tissue_of_a_wide_film_keeps_its_shape():
    wide = np.hstack([SOFT, SOFT[:, ::-1]])
    mask = np.hstack([BONE_AT, np.zeros_like(BONE_AT)])
    found = donor_soft_tissue(wide + mask.astype(np.float32), mask)
    assert found.shape == wide.shape
    assert np.abs(found - wide)[mask].max() < 0.02


def test_replacing_pastes_the_donors_own_pixels():
    mask = BONE_AT.astype(np.float32)
    film = replace(TILE, HIP, mask)
    np.testing.assert_array_equal(film[BONE_AT], HIP[BONE_AT])
    np.testing.assert_array_equal(film[~BONE_AT], TILE[~BONE_AT])


def test_a_feathered_mask_keeps_all_of_the_bone_and_fades_outside():
    mask = feather(BONE_AT, 5)
    assert (mask[BONE_AT] == 1).all()
    rim = mask[(mask > 0) & (mask < 1)]
    assert rim.size and mask.min() == 0
    # four columns right of the bone's right end, one fifth is left
    right = np.flatnonzero(BONE_AT[110])[-1]
    assert mask[110, right + 4] == pytest.approx(0.2, abs=0.1)


def test_an_empty_mask_is_refused_with_what_to_do():
    nothing = np.zeros(SHAPE, bool)
    for refuse in (
        lambda: donor_soft_tissue(HIP, nothing),
        lambda: feather(nothing, 3),
    ):
        with pytest.raises(Refused, match="paint the hip first"):
            refuse()


def test_a_mask_over_the_whole_film_is_refused_with_what_to_do():
    with pytest.raises(Refused, match="leave a rim"):
        donor_soft_tissue(HIP, np.ones(SHAPE, bool))
