"""What somebody who marks films is offered as soft tissue without bone."""

from functools import cache

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import mask, polygons
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.study import Study
from napari_hipbmd.synthesis import soft_tissue_boxes

STUDY = Study.open(sample_data_dir())


@cache
def boxes_and_bone(case_id):
    """Proposed boxes of a sample film, its exact bone image and its landmarks."""
    [case] = [case for case in STUDY.cases if case.case_id == case_id]
    truth, grey = STUDY.truth(case_id), read_film(case.image).grey()
    xy = truth.landmarks_xy
    return soft_tissue_boxes(grey, [xy]), grey - truth.sto, xy


def inside(box):
    return np.s_[
        round(box.y0 + 0.5) : round(box.y1 + 0.5),
        round(box.x0 + 0.5) : round(box.x1 + 0.5),
    ]


def test_boxes_hold_next_to_no_bone():
    found = 0
    for case in STUDY.cases:
        boxes, bone, xy = boxes_and_bone(case.case_id)
        hip = np.median(bone[mask(polygons(xy)["intertrochanter"], bone.shape)])
        for box in boxes:
            assert bone[inside(box)].mean() < 0.05 * hip
        found += len(boxes)
    assert found >= 5


def test_boxes_are_square_lie_on_the_film_and_do_not_overlap():
    for case in STUDY.cases:
        boxes, bone, _xy = boxes_and_bone(case.case_id)
        taken = np.zeros(bone.shape, int)
        for box in boxes:
            assert box.width == box.height
            assert box.x0 >= -0.5
            assert box.y0 >= -0.5
            assert box.x1 <= bone.shape[1] - 0.5
            assert box.y1 <= bone.shape[0] - 0.5
            taken[inside(box)] += 1
        assert taken.max() <= 1


@pytest.fixture
def thigh():
    """A film with a hip in its upper half and much thigh below, all of it uneven."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:900, :900]
    wave = 0.5 + 0.02 * np.sin(rows / 60) + 0.02 * np.cos(columns / 50)
    film = (wave + rng.normal(0, 0.004, wave.shape)).astype(np.float32)
    xy = STUDY.truth(STUDY.cases[0].case_id).landmarks_xy
    return film, 250 + 0.35 * (xy - xy.mean(0))


def test_air_and_shutters_are_not_soft_tissue(thigh):
    film, xy = thigh
    assert soft_tissue_boxes(film, [xy])
    assert soft_tissue_boxes(np.full_like(film, 0.2), [xy]) == []
    assert soft_tissue_boxes(film, [xy], np.ones(film.shape, bool)) == []


def test_a_mirrored_film_gets_as_many_boxes(thigh):
    film, xy = thigh
    mirrored = xy * [-1, 1] + [film.shape[1] - 1, 0]
    there = soft_tissue_boxes(film, [xy])
    assert len(soft_tissue_boxes(film[:, ::-1], [mirrored])) == len(there)


def test_without_landmarks_there_is_no_proposal(thigh):
    film, xy = thigh
    assert soft_tissue_boxes(film, []) == []
    assert soft_tissue_boxes(film, [np.full_like(xy, np.nan)]) == []
