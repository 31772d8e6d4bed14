"""What a user may rely on: where the networks see bone, and how even a film is."""

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.tasks.propose import (
    TOUCHES,
    bone_shares,
    film_evenness,
    propose_hip_mask,
    propose_sto_boxes,
)


@pytest.fixture(scope="module")
def hip(sample_study):
    """A sample film, its truth and the bundled networks."""
    case = sample_study.cases[1]
    return read_film(case.image), sample_study.truth(case.case_id), load_models()


def test_sto_boxes_on_bone_are_told_from_those_beside_it(hip):
    film, truth, networks = hip
    bone = film.grey() - truth.sto > 0.01
    size = film.shape[0] // 12
    rng = np.random.default_rng(3)
    clear, on_bone = [], []
    for y, x in rng.integers(0, min(film.shape) - size, (400, 2)):
        share = bone[y : y + size, x : x + size].mean()
        box = HipBox(x - 0.5, y - 0.5, x + size - 0.5, y + size - 0.5)
        if share == 0 and len(clear) < 6:
            clear.append(box)
        elif share > 0.3 and len(on_bone) < 6:
            on_bone.append(box)
    assert clear and on_bone
    assert max(bone_shares(film, networks, clear)) < TOUCHES
    assert min(bone_shares(film, networks, on_bone)) > TOUCHES


def test_the_proposed_mask_is_near_the_bone_that_is_really_there(hip):
    film, truth, networks = hip
    mask = propose_hip_mask(film, networks, {}, film.side)
    bone = film.grey() - truth.sto > 0.02
    assert (mask & bone).sum() / (mask | bone).sum() > 0.65


def test_a_box_beside_the_film_is_refused_and_evenness_has_a_scale(hip):
    film, _, networks = hip
    assert 0.5 < film_evenness(film, networks, {}, film.side) < 1
    rows, columns = film.shape
    away = {"L": HipBox(2 * columns, 0, 3 * columns, rows)}
    with pytest.raises(Refused, match="outside the film"):
        propose_hip_mask(film, networks, away)


def test_sto_boxes_are_proposed_beside_the_bone_and_not_where_some_are(sample_study):
    case = sample_study.cases[3]
    film, truth = read_film(case.image), sample_study.truth(case.case_id)
    networks = load_models()
    boxes = propose_sto_boxes(film, networks, {}, film.side)
    assert boxes
    bone = film.grey() - truth.sto
    for box in boxes:
        rows = slice(round(box.y0 + 0.5), round(box.y1 + 0.5))
        columns = slice(round(box.x0 + 0.5), round(box.x1 + 0.5))
        assert bone[rows, columns].mean() < 0.05 * bone.max()
    assert propose_sto_boxes(film, networks, {}, film.side, taken=boxes) == []
