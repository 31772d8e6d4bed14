"""What a user may rely on: a training of landmarks writes a model that can be used."""

import json
import weakref
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS, TYPICAL_XY
from napari_hipbmd.core.canvas import CANVAS_PX, make_canvas
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.training import learn_landmarks
from napari_hipbmd.learning.hips import Hips, to_levels
from napari_hipbmd.learning.training import Fit
from napari_hipbmd.tasks.train_networks import train_landmarks


def six_hips():
    films = np.random.default_rng(0).random((6, CANVAS_PX, CANVAS_PX))
    marks = np.stack([TYPICAL_XY * (60 + i) + 120 for i in range(6)])
    names = tuple(f"patient-{i}" for i in range(6))
    return Hips(to_levels(films), np.full(6, 0.3), names, None, marks)


@pytest.mark.parametrize("preset", ["paper", "default"])
def test_a_training_writes_weights_and_their_uncertainty(preset, tmp_path):
    learn_landmarks([six_hips()], preset, Fit(tmp_path, 1, 5, device="cpu"))
    card = json.loads((tmp_path / "landmarks.json").read_text())
    assert set(card["uncertainty"]) == set(LANDMARK_IDS)
    assert card["figures"]["mean_radial_error_mm"] > 0
    film = np.random.default_rng(1).random((128, 128)).astype(np.float32)
    canvas = make_canvas(film, HipBox(0, 0, 120, 120), False)
    marks = LandmarkFinder.load(tmp_path).find(canvas, (0.5, 0.5))
    assert np.isfinite(marks.xy).all() and (marks.sigma_mm > 0).all()


def test_landmarks_are_learned_from_several_studies_at_once(sample_study, tmp_path):
    train_landmarks(
        [sample_study.folder] * 2, "default", Fit(tmp_path, 1, 5, device="cpu")
    )
    card = json.loads((tmp_path / "landmarks.json").read_text())
    hips = 2 * len(sample_study.cases)
    assert card["hips"]["train"] + card["hips"]["validation"] == hips
    assert [told["cases"] for told in card["data"]] == [len(sample_study.cases)] * 2


def test_films_of_many_studies_are_in_memory_once(tmp_path):
    read = []

    def studies():
        for _ in range(4):
            assert all(film() is None for film in read[:-1])
            hips = six_hips()
            read.append(weakref.ref(hips.film))
            yield hips
            del hips

    learn_landmarks(studies(), "default", Fit(tmp_path, 1, 5, device="cpu"))
    card = json.loads((tmp_path / "landmarks.json").read_text())
    assert sum(card["hips"].values()) == 4 * 6 == 6 * len(read)


def test_films_without_landmarks_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(Refused, match="label films first"):
        learn_landmarks(
            [replace(six_hips(), landmarks_xy=None)], "default", Fit(tmp_path, 1, 4)
        )
