"""What a user gets from boxes and masks, and how uneven tissue is told from even."""

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import mask as polygon_mask
from napari_hipbmd.core.anatomy import polygons
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.synthesis import (
    evenness,
    hip_from_box,
    overlap_share,
    propose_mask,
    snap_to_edges,
    sto_box,
    tile_from_box,
)

GREY = np.add.outer(np.arange(200), np.arange(300)).astype(np.float32) / 500
BONE = np.zeros((200, 300), bool)
BONE[60:140, 100:160] = True


def test_a_box_gives_its_own_pixels_and_no_others():
    tile = tile_from_box(GREY, sto_box(9.5, 19.5, 49.5, 59.5))
    assert tile.grey.shape == (448, 448)
    assert tile.grey.min() >= GREY[20:60, 10:50].min()
    assert tile.grey.max() <= GREY[20:60, 10:50].max()


@pytest.mark.parametrize(
    "box", [(-10, 0, 40, 40), (260, 10, 320, 60), (10, 170, 60, 230), (500, 0, 600, 90)]
)
def test_an_sto_box_outside_the_film_is_refused_in_a_sentence(box):
    with pytest.raises(Refused, match="reaches outside its film of 300 × 200"):
        tile_from_box(GREY, sto_box(*box))


def test_a_tiny_sto_box_is_refused():
    with pytest.raises(Refused, match="smaller than 32 pixels"):
        sto_box(0, 0, 40, 20)


def test_a_mask_without_bone_in_its_box_is_refused():
    with pytest.raises(Refused, match="paint the hip first"):
        hip_from_box(GREY, BONE, HipBox(200, 0, 299, 99), False)


def test_a_right_hip_becomes_a_left_one():
    box = HipBox(79.5, 49.5, 179.5, 149.5)
    left = hip_from_box(GREY + BONE, BONE, box, False)
    right = hip_from_box(GREY + BONE, BONE, box, True)
    np.testing.assert_array_equal(right.film, left.film[:, ::-1])
    np.testing.assert_array_equal(right.mask, left.mask[:, ::-1])


def test_a_box_on_bone_is_told_by_its_share():
    assert overlap_share(HipBox(99.5, 59.5, 159.5, 139.5), BONE) == 1
    assert overlap_share(HipBox(69.5, 59.5, 129.5, 139.5), BONE) == pytest.approx(0.5)
    assert overlap_share(HipBox(0, 0, 50, 50), BONE) == 0
    assert overlap_share(HipBox(900, 900, 950, 950), BONE) == 0


@pytest.mark.slow
def test_uneven_digital_hips_are_listed_below_even_ones(tiny_study):
    """Type 1 and type 2 of digital hips are known: the score orders them."""
    from sklearn.metrics import roc_auc_score

    from napari_hipbmd.dicom import read_film
    from napari_hipbmd.study import Study

    study = Study.open(tiny_study)
    scores, even = [], []
    for case in study.cases:
        truth = study.truth(case.case_id)
        hip = np.zeros(truth.sto.shape, bool)
        for polygon in polygons(truth.landmarks_xy).values():
            hip |= polygon_mask(polygon, hip.shape)
        scores.append(evenness(read_film(case.image).grey(), truth.sto, hip))
        even.append(case.extra["film_type"] == "2")
    assert all(0 < s <= 1 for s in scores)
    assert roc_auc_score(even, scores) > 0.7


def test_a_proposed_mask_is_near_the_true_bone(sample_study):
    """From the outline of the true regions; the bone image is the exact one."""
    from napari_hipbmd.dicom import read_film

    for case in sample_study.cases[:3]:
        truth = sample_study.truth(case.case_id)
        film = read_film(case.image).grey()
        outline = np.zeros(film.shape, bool)
        for polygon in polygons(truth.landmarks_xy).values():
            outline |= polygon_mask(polygon, outline.shape)
        bone = film - truth.sto
        proposed = propose_mask(film, bone, outline)
        true = bone > 0.02
        assert (proposed & true).sum() / (proposed | true).sum() > 0.7, case.case_id


def test_a_mask_is_not_proposed_where_no_bone_was_found():
    with pytest.raises(Refused, match="no mask to propose"):
        propose_mask(GREY, np.zeros_like(GREY), BONE)


def test_a_roughly_painted_mask_snaps_to_the_edge_of_the_bone():
    rough = np.zeros_like(BONE)
    rough[62:136, 103:163] = True
    snapped = snap_to_edges(GREY * 0.1 + 0.3 * BONE, rough)
    assert (snapped != BONE).sum() < 0.1 * (rough != BONE).sum()
    with pytest.raises(Refused, match="paint the hip roughly"):
        snap_to_edges(GREY, np.zeros_like(BONE))
