"""What a user gets from own films and from digital hips, in one format."""

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.synthesis import HipSource, Placement, SoftTissueTile, make_pair

SIZE = 96


@pytest.fixture
def scene():
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32) / SIZE
    soft = 0.3 + 0.2 * x + 0.1 * y
    mask = (np.abs(x - 0.5) < 0.15) & (np.abs(y - 0.5) < 0.3)
    bone = np.where(mask, 0.25, 0).astype(np.float32)
    tile = SoftTissueTile((0.5 - 0.2 * y).astype(np.float32))
    return soft + bone, soft, mask, bone, tile


def test_a_digital_hip_gives_its_bone_to_another_patients_soft_tissue(scene):
    film, soft, _mask, bone, tile = scene
    pair = make_pair(tile, HipSource.from_truth(film, soft))
    np.testing.assert_allclose(pair.film - pair.sto, bone, atol=1e-6)
    np.testing.assert_allclose(pair.sto, tile.grey, atol=1e-6)


def test_a_masked_film_of_even_soft_tissue_gives_nearly_the_same_pair(scene):
    film, _soft, mask, bone, tile = scene
    pair = make_pair(tile, HipSource.from_mask(film, mask))
    np.testing.assert_allclose((pair.film - pair.sto)[mask], bone[mask], atol=0.02)
    assert np.abs((pair.film - pair.sto)[~mask]).max() < 0.02


def test_flipping_flips_the_bone_and_not_the_soft_tissue(scene):
    film, soft, _mask, bone, tile = scene
    bone[:, :30] = 0.1
    film = soft + bone
    pair = make_pair(
        tile, HipSource.from_truth(film, soft), placement=Placement(flip=True)
    )
    np.testing.assert_allclose(pair.film - pair.sto, bone[:, ::-1], atol=1e-6)
    np.testing.assert_allclose(pair.sto, tile.grey, atol=1e-6)


def test_turning_keeps_the_amount_of_bone(scene):
    film, soft, _mask, bone, tile = scene
    turned = make_pair(
        tile,
        HipSource.from_truth(film, soft),
        placement=Placement(rotation_deg=20),
    )
    assert (turned.film - turned.sto).sum() == pytest.approx(bone.sum(), rel=0.02)


def test_the_literal_operator_drags_the_donors_soft_tissue_along(scene):
    film, _soft, mask, bone, tile = scene
    pair = make_pair(tile, HipSource.from_mask(film, mask), "replace")
    np.testing.assert_allclose(pair.film[mask], film[mask], atol=1e-6)
    assert np.abs((pair.film - pair.sto)[mask] - bone[mask]).max() > 0.05


def test_a_mask_of_another_film_is_refused_in_a_sentence(scene):
    film, *_ = scene
    with pytest.raises(Refused, match="draw the mask on this film"):
        HipSource.from_mask(film, np.ones((10, 10), bool))
