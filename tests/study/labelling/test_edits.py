"""What an annotator does keeps where each point came from, who did it and when."""

from __future__ import annotations

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS, TYPICAL_XY
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.study import FilmFacts, Label, Labels
from napari_hipbmd.study.labelling import edits

PREDICTED = Labels(
    "h",
    "net",
    {
        name: Label(tuple(100 + 50 * xy), source="net", version="1", sigma_mm=0.8)
        for name, xy in zip(LANDMARK_IDS, TYPICAL_XY + 0.01, strict=True)
    },
    film=FilmFacts((400, 400), (0.2, 0.2), "L", HipBox(0, 0, 400, 400)),
)
EMPTY = Labels("h", "anna")


def after(labels, change):
    return change.applied_to(labels)


def test_a_point_placed_by_hand_says_who_and_when() -> None:
    label = after(EMPTY, edits.place(EMPTY, "N1", (3, 4), "anna")).landmarks["N1"]
    assert (label.xy, label.state, label.source) == ((3, 4), "placed", "person")
    assert label.who == "anna" and label.when.startswith("20")


def test_accepted_predictions_keep_their_model_and_place() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    assert not labels.missing and labels.film == PREDICTED.film
    found = np.array(LANDMARK_IDS) != "T5"
    np.testing.assert_array_equal(labels.xy[found], PREDICTED.xy[found])
    label = labels.landmarks["I3"]
    assert (label.source, label.version, label.who) == ("net", "1", "anna")
    assert label.moved_px == 0 and label.sigma_mm == 0.8


def test_a_moved_prediction_tells_how_far() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna", ["I3"]))
    x, y = labels.landmarks["I3"].xy
    label = after(labels, edits.place(labels, "I3", (x + 3, y + 4), "bo"))
    moved = label.landmarks["I3"]
    assert moved.moved_px == pytest.approx(5) and moved.moved_mm((0.2, 0.2)) == 1
    assert (moved.source, moved.who) == ("net", "bo")


def test_accepting_what_is_missing_leaves_the_rest_alone() -> None:
    labels = after(EMPTY, edits.place(EMPTY, "I2", (1, 1), "anna"))
    labels = after(labels, edits.accept(labels, PREDICTED, "anna", only_missing=True))
    assert labels.landmarks["I2"].xy == (1, 1) and not labels.missing


def test_accepting_one_of_two_tied_points_accepts_the_other() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna", ["N3"]))
    assert set(labels.landmarks) == {"N3", "T1"}
    twin = labels.landmarks["T1"]
    assert twin.xy == labels.landmarks["N3"].xy == PREDICTED.landmarks["N3"].xy
    assert (twin.source, twin.who) == ("net", "anna")
    assert twin.predicted_xy == PREDICTED.landmarks["T1"].xy
    labels = after(labels, edits.accept(labels, PREDICTED, "anna", ["I5"]))
    middle = np.mean([labels.landmarks[name].xy for name in ("N3", "N4")], axis=0)
    np.testing.assert_allclose(labels.landmarks["T5"].xy, middle)


def test_accepted_T5_is_the_middle_of_N3_and_N4_unless_it_is_kept_apart() -> None:
    middle = np.mean([PREDICTED.landmarks[name].xy for name in ("N3", "N4")], axis=0)
    own = PREDICTED.landmarks["T5"].xy
    assert np.abs(middle - own).max() > 0.1
    everything = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    ends = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna", ["N3", "N4"]))
    bare = after(ends, edits.clear(ends, ["T5"]))
    by_itself = after(bare, edits.accept(bare, PREDICTED, "anna", ["T5"]))
    for labels in (everything, by_itself):
        label = labels.landmarks["T5"]
        np.testing.assert_allclose(label.xy, middle)
        assert (label.source, label.predicted_xy) == ("net", own)
    loose = after(EMPTY, edits.tie(EMPTY, "T5", "anna", tied=False))
    loose = after(loose, edits.accept(loose, PREDICTED, "anna"))
    assert loose.landmarks["T5"].xy == own


def test_accepting_a_point_that_is_kept_apart_leaves_its_twin() -> None:
    loose = after(EMPTY, edits.tie(EMPTY, "N3/T1", "anna", tied=False))
    labels = after(loose, edits.accept(loose, PREDICTED, "anna", ["N3"]))
    assert set(labels.landmarks) == {"N3"}


def test_points_of_one_place_move_together_until_they_are_kept_apart() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    moved = after(labels, edits.place(labels, "T1", (10, 20), "anna"))
    assert moved.landmarks["N3"].xy == moved.landmarks["T1"].xy == (10, 20)
    x, y = moved.landmarks["N4"].xy
    assert moved.landmarks["T5"].xy == ((10 + x) / 2, (20 + y) / 2)
    with pytest.raises(Refused, match="T5 is tied"):
        edits.place(moved, "T5", (0, 0), "anna")
    loose = after(moved, edits.tie(moved, "N3/T1", "anna", tied=False))
    loose = after(loose, edits.tie(loose, "T5", "anna", tied=False))
    loose = after(loose, edits.place(loose, "N3", (90, 90), "anna"))
    assert loose.landmarks["T1"].xy == (10, 20)
    assert loose.landmarks["T5"].xy == moved.landmarks["T5"].xy
    again = after(loose, edits.tie(loose, "N3/T1", "anna", tied=True))
    assert again.landmarks["T1"].xy == (90, 90) and again.apart == ("T5",)
    again = after(again, edits.tie(again, "T5", "anna", tied=True))
    assert again.landmarks["T5"].xy == ((90 + x) / 2, (90 + y) / 2)


def test_placing_one_of_a_pair_places_the_other_but_not_an_absent_one() -> None:
    labels = after(EMPTY, edits.place(EMPTY, "T4", (5, 6), "anna"))
    assert labels.landmarks["I1"].xy == (5, 6)
    labels = after(EMPTY, edits.set_state(EMPTY, "I1", "absent", "anna"))
    labels = after(labels, edits.place(labels, "T4", (5, 6), "anna"))
    assert labels.landmarks["I1"].state == "absent"


def test_nudging_all_points_keeps_their_shape() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    shifted = after(labels, edits.nudge(labels, LANDMARK_IDS, (0.25, -1), "anna"))
    np.testing.assert_allclose(shifted.xy, labels.xy + [0.25, -1])


def test_a_state_goes_with_a_position_or_without() -> None:
    with pytest.raises(Refused, match="place it first"):
        edits.set_state(EMPTY, "N1", "occluded", "anna")
    labels = after(EMPTY, edits.place(EMPTY, "N1", (1, 2), "anna"))
    labels = after(labels, edits.set_state(labels, "N1", "occluded", "anna"))
    assert labels.landmarks["N1"].xy == (1, 2)
    labels = after(labels, edits.place(labels, "N1", (3, 2), "anna"))
    assert labels.landmarks["N1"].state == "occluded"
    labels = after(labels, edits.set_state(labels, "N1", "absent", "anna"))
    assert labels.landmarks["N1"].xy is None
    labels = after(labels, edits.place(labels, "N1", (3, 2), "anna"))
    assert labels.landmarks["N1"].state == "placed"
    assert "N1" in after(labels, edits.clear(labels, ["N1", "N2"])).missing


def test_a_region_drawn_by_hand_stays_until_it_follows_again() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    corners = np.array([[0, 0], [50, 0], [50, 50.0]])
    drawn = after(labels, edits.outline(labels, "neck", corners))
    np.testing.assert_array_equal(drawn.outlines()["neck"], corners)
    back = after(drawn, edits.follow_landmarks(drawn, "neck"))
    np.testing.assert_array_equal(back.outlines()["neck"], labels.xy[:6])
    with pytest.raises(Refused, match="crosses itself"):
        edits.outline(labels, "neck", [(0, 0), (9, 9), (9, 0), (0, 9)])


def test_landmarks_that_tangle_a_region_are_told() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    assert edits.tangled(labels) == ()
    a, b = labels.landmarks["N2"].xy, labels.landmarks["N5"].xy
    labels = after(labels, edits.place(labels, "N2", b, "anna"))
    labels = after(labels, edits.place(labels, "N5", a, "anna"))
    assert edits.tangled(labels) == ("neck",)


def test_landmarks_of_one_place_tangle_no_region() -> None:
    labels = after(EMPTY, edits.accept(EMPTY, PREDICTED, "anna"))
    x, y = labels.landmarks["N2"].xy
    for there in ((x, y), (x + 0.05, y - 0.05)):
        same = after(labels, edits.place(labels, "N1", there, "anna"))
        same = after(same, edits.place(same, "N6", same.landmarks["N5"].xy, "anna"))
        assert edits.tangled(same) == ()
        corners = same.outlines()["neck"].copy()
        corners[3] += 3
        drawn = after(same, edits.outline(same, "neck", corners))
        np.testing.assert_array_equal(drawn.outlines()["neck"], corners)
