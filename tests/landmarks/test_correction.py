"""What a user may rely on: other landmarks help one, and never drag an odd hip."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core.anatomy import INDEX, TYPICAL_XY
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.landmarks.correction import APART, LEAST_HIPS, Correction
from napari_hipbmd.landmarks.correction import fit_correction as fit
from napari_hipbmd.landmarks.networks import Decentralised
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.learning.weights import write_model

T4, N4 = INDEX["T4"], INDEX["N4"]


def hips(count, seed):
    """Hips whose N4 lies up or down, with T4 at its level; T4 is found at a mean one.

    ``found``, ``truth`` ``(n, 16, 2)``, in shares of a film's half side.
    """
    rng = np.random.default_rng(seed)
    truth = TYPICAL_XY * 0.15 + rng.normal(0, 0.004, (count, 16, 2))
    level = rng.normal(0, 0.03, count)
    truth[:, N4, 1] += level
    truth[:, T4, 1] += level
    found = truth + rng.normal(0, 0.002, truth.shape)
    found[:, T4, 1] -= level
    return found, truth


@pytest.fixture(scope="module")
def correction():
    return fit(*hips(400, 0))


def corrected(correction, found, ruler=0.4):
    points = correction(torch.from_numpy(found), torch.full((len(found),), ruler))
    return points.numpy()


def error(points, truth, of=slice(None)):
    return np.linalg.norm(points - truth, axis=-1)[:, of].mean()


def test_a_landmark_that_others_define_is_put_where_they_say(correction):
    found, truth = hips(100, 1)
    after = corrected(correction, found)
    assert error(after, truth, T4) < 0.5 * error(found, truth, T4)
    assert error(after, truth) < error(found, truth)


@given(
    st.floats(-180, 180), st.floats(0.5, 2), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)
)
def test_it_turns_grows_and_moves_with_the_hip(correction, degrees, size, x, y):
    found, _truth = hips(3, 2)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = size * np.array([[cos, sin], [-sin, cos]])
    there = corrected(correction, found @ turn + (x, y), 0.4 * size)
    np.testing.assert_allclose(
        there, corrected(correction, found) @ turn + (x, y), atol=1e-9
    )


def test_a_hip_on_which_the_networks_disagree_is_left_as_found(correction):
    found, _truth = hips(2, 3)
    found[0, INDEX["I1"]] = found[0, T4] + (0, 1.1 * APART * 0.4)
    after = corrected(correction, found)
    np.testing.assert_array_equal(after[0], found[0])
    assert not np.array_equal(after[1], found[1])


def test_an_odd_shape_is_not_moved_farther_than_known_ones_were(correction):
    found, truth = hips(300, 4)
    usual = np.linalg.norm(corrected(correction, found) - found, axis=-1).max()
    odd = found[:1].copy()
    odd[0, N4, 1] += 0.3  # ten standard deviations
    after = corrected(correction, odd, 10.0)
    assert np.linalg.norm(after - odd, axis=-1).max() < 1.5 * usual


def test_mistakes_among_the_hips_do_not_spoil_it(correction):
    found, truth = hips(400, 0)
    truth[::10, T4] += 0.5
    mistaken = fit(found, truth)
    new, known = hips(100, 1)
    assert error(corrected(mistaken, new), known, T4) < 1.3 * error(
        corrected(correction, new), known, T4
    )


def test_hips_with_a_missing_landmark_are_not_learned_from(correction):
    found, truth = hips(500, 0)
    whole = fit(found[:400], truth[:400])
    truth[400:, 3] = np.nan
    same = fit(found, truth)
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(same.state_dict()[name], value)


def test_too_few_hips_leave_the_landmarks_as_found():
    found, truth = hips(LEAST_HIPS - 1, 0)
    none = fit(found, truth)
    assert not none.used and not Correction().used
    np.testing.assert_array_equal(corrected(none, found), found)


def test_the_bundled_networks_have_one_and_it_is_kept_with_them(tmp_path):
    bundled = LandmarkFinder.load(weights_dir())
    assert bundled.network.correction.used
    write_model(tmp_path, "landmarks", bundled.network.state_dict(), bundled.card)
    again = LandmarkFinder.load(tmp_path).network.correction
    torch.testing.assert_close(again.weights, bundled.network.correction.weights)
    assert again.used


def test_a_model_without_one_is_read_and_corrects_nothing(tmp_path):
    bundled = LandmarkFinder.load(weights_dir())
    state = {
        name: value
        for name, value in Decentralised("default").state_dict().items()
        if not name.startswith("correction.")
    }
    write_model(tmp_path, "landmarks", state, bundled.card)
    assert not LandmarkFinder.load(tmp_path).network.correction.used
