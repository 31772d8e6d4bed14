"""What two people settle on, and what is kept of how they did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.evaluation.observers import CONSENSUS, accepted, averaged, settled
from napari_hipbmd.study import CaseHistory, Label, Labels
from napari_hipbmd.study.labelling import edits

from .conftest import CASES, labels_at

BASE = np.stack([np.arange(16.0) * 10, np.arange(16.0) ** 2], axis=1)


@pytest.fixture
def anna() -> Labels:
    return labels_at("anna", BASE)


@pytest.fixture
def ben() -> Labels:
    return labels_at("ben", BASE + (4, 2))


@pytest.fixture
def history() -> CaseHistory:
    return CaseHistory(Labels(CASES[0], CONSENSUS))


def test_accepting_one_keeps_who_how_and_the_place(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    history.apply(accepted(history.state, ben, anna, "cleo", ["N1"]))
    label = history.state.landmarks["N1"]
    assert label.xy == ben.landmarks["N1"].xy
    assert (label.source, label.who) == (CONSENSUS, "cleo")
    assert label.version == "ben, of anna and ben"
    assert label.moved_px == 0
    assert set(history.state.landmarks) == {"N1"}
    assert history.state.film == anna.film


def test_the_mean_lies_half_way_and_is_as_sure_as_the_less_sure(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    unsure = replace(ben.landmarks["I2"], state="uncertain")
    ben = replace(ben, landmarks={**ben.landmarks, "I2": unsure})
    history.apply(averaged(history.state, anna, ben, "cleo", LANDMARK_IDS))
    np.testing.assert_allclose(history.state.xy, BASE + (2, 1))
    assert history.state.landmarks["I2"].state == "uncertain"
    assert history.state.landmarks["N1"].version == "mean of anna and ben"


def test_the_mean_of_a_place_and_nothing_is_nothing(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    ben = replace(ben, landmarks={**ben.landmarks, "N1": Label(None, "absent")})
    assert not averaged(history.state, anna, ben, "cleo", ["N1"]).landmarks
    history.apply(accepted(history.state, ben, anna, "cleo", ["N1"]))
    assert history.state.landmarks["N1"].state == "absent"


def test_a_third_place_tells_how_far_it_is_from_the_mean(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    placing = edits.place(history.state, "N1", (2, 11), "cleo")
    history.apply(settled(placing, history.state, anna, ben))
    label = history.state.landmarks["N1"]
    assert label.version == "third place, of anna and ben"
    assert label.predicted_xy == (2, 1) and label.moved_px == pytest.approx(10)


def test_a_mean_that_is_moved_becomes_a_third_place(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    history.apply(averaged(history.state, anna, ben, "cleo", ["N1"]))
    moving = edits.place(history.state, "N1", (2, 4), "cleo")
    history.apply(settled(moving, history.state, anna, ben))
    assert history.state.landmarks["N1"].version.startswith("third place")
    assert history.state.landmarks["N1"].moved_px == pytest.approx(3)
    history.undo()
    assert history.state.landmarks["N1"].version.startswith("mean")
    history.undo()
    assert history.state.landmarks == {}


def test_points_that_are_one_place_are_settled_together(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    history.apply(accepted(history.state, anna, ben, "cleo", ["N3"]))
    assert set(history.state.landmarks) == {"N3", "T1"}
    history.apply(accepted(history.state, ben, anna, "cleo", ["N4"]))
    assert set(history.state.landmarks) == {"N3", "T1", "N4", "I5", "T5"}
    xy = {name: np.array(each.xy) for name, each in history.state.landmarks.items()}
    np.testing.assert_allclose(xy["T5"], (xy["N3"] + xy["N4"]) / 2)


def test_points_that_somebody_kept_apart_stay_apart(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    anna = replace(anna, apart=("N3/T1", "T5"))
    history.apply(accepted(history.state, anna, ben, "cleo", ["N1"]))
    assert history.state.apart == ("N3/T1", "T5")
    history.apply(accepted(history.state, anna, ben, "cleo", ["N3"]))
    assert set(history.state.landmarks) == {"N1", "N3"}


def test_the_first_thing_taken_heeds_what_was_kept_apart(
    anna: Labels, ben: Labels, history: CaseHistory
) -> None:
    ben = replace(ben, apart=("N3/T1",))
    history.apply(averaged(history.state, anna, ben, "cleo", ["N3"]))
    assert set(history.state.landmarks) == {"N3"}
