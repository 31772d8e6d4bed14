"""Landmarks that do not make a hip are named; those that do are left in peace."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.landmarks.shape import (
    ShapeModel,
    bundled_shapes,
    most_plausible,
)
from napari_hipbmd.landmarks.shape_doubts import shape_doubts
from napari_hipbmd.landmarks.shape_fitting import fit_shapes
from napari_hipbmd.study import Study
from napari_hipbmd.study.shapes import canonical_shapes_mm, shapes_of_study

MM = (1.0, 1.0)
MEAN = bundled_shapes().mean + 300.0


def moved(name: str, by: tuple[float, float]) -> np.ndarray:
    shape = MEAN.copy()
    shape[INDEX[name]] += by
    return shape


def test_hips_that_were_never_fitted_to_are_left_in_peace(sample_study: Study) -> None:
    from napari_hipbmd.dicom import read_film

    for case in sample_study.cases:
        truth = sample_study.truth(case.case_id, with_sto=False)
        film = read_film(case.image)
        assert truth is not None and case.side is not None
        assert shape_doubts(truth.landmarks_xy, case.side, film.spacing_mm) == []
        assert shape_doubts(truth.landmarks_xy, case.side) == []


@settings(deadline=None, max_examples=8)
@given(
    st.floats(-1.0, 1.0), st.floats(0.2, 5), st.floats(-500, 500), st.booleans(),
    st.floats(0.1, 3),
)  # fmt: skip
def test_turn_size_place_side_and_pixels_do_not_matter(
    turn: float, scale: float, shift: float, right: bool, stretch: float
) -> None:
    cos, sin = np.cos(turn), np.sin(turn)
    shape = moved("T3", (0, 25)) @ [[cos, sin], [-sin, cos]] * scale + shift
    if right:
        shape = shape * [-1, 1]
    [reason] = shape_doubts(shape, "R" if right else "L")
    assert reason.startswith("T3 lies")
    found = shape_doubts(
        moved("T3", (0, 25)) * [1 if not right else -1, 1] / [stretch, 0.5],
        "R" if right else "L",
        (0.5, stretch),
    )
    assert found == ["T3 lies 25 mm from where the other landmarks put it."]


def test_two_points_that_look_swapped_are_named() -> None:
    for a, b in [("N2", "N5"), ("I2", "I3"), ("T2", "T4"), ("N1", "N6")]:
        shape = MEAN.copy()
        shape[[INDEX[a], INDEX[b]]] = shape[[INDEX[b], INDEX[a]]]
        assert shape_doubts(shape, "L", MM) == [f"{a} and {b} look swapped."]


@pytest.mark.parametrize(
    ("far", "near"), [("T3", "N2"), ("I2", "N2"), ("T2", "I4"), ("I3", "T3")]
)
def test_two_points_that_are_wrong_are_both_named(far: str, near: str) -> None:
    shape = moved(far, (20, 5))
    shape[INDEX[near]] += (-12, 10)
    reasons = shape_doubts(shape, "L", MM)
    assert {reason[:2] for reason in reasons} == {far, near}


def test_a_hip_of_the_other_side_is_told() -> None:
    [reason] = shape_doubts(MEAN, "R", MM)
    assert "other side" in reason


def test_points_without_any_order_are_told_in_one_sentence() -> None:
    shape = np.random.default_rng(0).uniform(0, 100, (16, 2))
    [reason] = shape_doubts(shape, "L", MM)
    assert "check them all" in reason
    assert shape_doubts(np.full((16, 2), 7.0), "L") == [
        "All landmarks lie in one place."
    ]


def test_a_wrong_spacing_shows_in_the_size() -> None:
    [reason] = shape_doubts(MEAN, "L", (3.0, 3.0))
    assert "implausibly large" in reason and "spacing" in reason
    assert "implausibly small" in shape_doubts(MEAN, "L", (0.3, 0.3))[0]


def test_missing_points_are_no_reason_and_the_others_are_still_judged() -> None:
    shape = moved("I4", (-30, 10))
    shape[[INDEX["T2"], INDEX["N1"], INDEX["I1"]]] = np.nan
    assert [r[:2] for r in shape_doubts(shape, "L", MM)] == ["I4"]
    shape[5:] = np.nan
    assert shape_doubts(shape, "L", MM) == []


def test_a_lost_landmark_is_placed_by_the_others_however_the_hip_lies() -> None:
    cos, sin = np.cos(0.3), np.sin(0.3)
    turn = np.array([[cos, sin], [-sin, cos]]) * 4.2
    seen, sd = moved("T3", (25, -10)), np.full(16, 1.0)
    sd[INDEX["T3"]] = 12.0
    at = most_plausible(bundled_shapes(), seen @ turn, sd * 4.2) @ np.linalg.inv(turn)
    off = np.linalg.norm(at - MEAN, axis=1)
    assert off[INDEX["T3"]] < 4, "27 mm away it was"
    assert np.delete(off, INDEX["T3"]).max() < 1.5, "the others stay"


def test_a_sure_landmark_stays_where_it_is_seen() -> None:
    seen = moved("T3", (8, 0))
    at = most_plausible(bundled_shapes(), seen, np.full(16, 0.01))
    np.testing.assert_allclose(at, seen, atol=0.02)


def test_a_model_is_written_and_read_back() -> None:
    model = bundled_shapes()
    again = ShapeModel.from_json(model.to_json())
    assert again.to_json() == model.to_json()
    for spoilt in ("", "{}", "[]", model.to_json().replace('"N1"', '"X"'), "{"):
        with pytest.raises(Refused, match="fit it anew"):
            ShapeModel.from_json(spoilt)


def test_a_study_is_its_own_measure_when_it_has_enough_hips(
    sample_study: Study,
) -> None:
    shapes, groups = canonical_shapes_mm(sample_study)
    assert shapes.shape == (6, 16, 2) and len(groups) == 6
    with pytest.raises(Refused, match="needs 30 hips"):
        shapes_of_study(sample_study)


def test_a_mistake_among_the_labels_does_not_widen_the_model() -> None:
    dice, model = np.random.default_rng(3), bundled_shapes()
    drawn = dice.normal(size=(48, len(model.axes))) * np.sqrt(model.variances)
    shapes = model.mean + (drawn @ model.axes).reshape(48, 16, 2)
    swapped = shapes[0].copy()
    swapped[[1, 4]] = swapped[[4, 1]]
    own = fit_shapes(np.concatenate([shapes, [swapped]]), "mine")
    assert own.count == 48
    assert shape_doubts(shapes[3], "L", MM, own) == []
    assert shape_doubts(swapped, "L", MM, own) == ["N2 and N5 look swapped."]


def test_checking_loads_no_torch() -> None:
    code = (
        "import sys, napari_hipbmd.landmarks.shape_doubts as s;"
        "s.shape_doubts(s.bundled_shapes().mean, 'L'); print('torch' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "False", out.stderr


def test_the_model_names_its_landmarks_in_order() -> None:
    assert f'"landmarks": ["{LANDMARK_IDS[0]}"' in bundled_shapes().to_json()
