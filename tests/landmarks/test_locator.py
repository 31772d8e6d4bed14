"""What a user may rely on: hips are found on whole films, with their sides."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.landmarks.locator import Locator
from napari_hipbmd.landmarks.locator_training import Films, mirrored
from napari_hipbmd.phantom import render_pelvis


@pytest.fixture(scope="module")
def pelvis():
    return render_pelvis(31, "train", 500)


@pytest.fixture(scope="module")
def locator():
    return Locator.load(weights_dir())


def whole(film):
    return HipBox(-0.5, -0.5, film.shape[1] - 0.5, film.shape[0] - 0.5)


def test_both_hips_of_a_pelvis_are_boxed_with_their_sides(locator, pelvis):
    seen = locator.see(pelvis[0].film, whole(pelvis[0].film))
    for hip in pelvis:
        found = seen[hip.side]
        assert found.probability > 0.5
        x, y = hip.landmarks_xy.T
        inside = (
            (x > found.box.x0) & (x < found.box.x1)
            & (y > found.box.y0) & (y < found.box.y1)
        )  # fmt: skip
        assert inside.mean() > 0.9


def test_a_half_pelvis_shows_one_hip(locator, pelvis):
    left = pelvis[0]
    half = np.ascontiguousarray(left.film[:, left.film.shape[1] // 2 :])
    seen = locator.see(half, whole(half))
    assert seen["L"].probability > seen["R"].probability


def test_a_mirrored_film_has_its_hips_on_the_other_side():
    film = torch.arange(16.0).view(1, 1, 4, 4)
    centres = torch.tensor([[[0.5, 0.1]] * 3 + [[-0.4, 0.2]] * 3])
    shown = torch.tensor([[1.0, 0.0]])
    turned, places, there = mirrored(film, centres, shown)
    assert torch.equal(turned, film.flip(3))
    assert torch.equal(there, torch.tensor([[0.0, 1.0]]))
    torch.testing.assert_close(places[0, 3], torch.tensor([-0.5, 0.1]))
    torch.testing.assert_close(places[0, 0], torch.tensor([0.4, 0.2]))


def test_patients_of_a_split_are_on_one_side_only():
    films = Films(
        np.zeros((6, 4, 4), np.uint8),
        np.zeros((6, 2, 3, 2), np.float32),
        np.ones((6, 2), np.float32),
        ("a", "a", "b", "b", "c", "c"),
    )
    fitted, held = films.split(0.3, seed=0)
    assert not set(fitted.group) & set(held.group)
    assert len(fitted.film) + len(held.film) == 6


def test_a_hip_that_is_not_there_has_a_box_on_the_smallest_film_too(locator):
    class Blind:
        """Sees all centres in one place."""

        def see(self, films):
            return torch.zeros(1, 12), None, torch.full((1, 2), -9.0)

    film = np.zeros((32, 32), np.float32)
    seen = replace(locator, network=Blind()).see(film, HipBox(-0.5, -0.5, 31.5, 31.5))
    assert {side: hip.box.width for side, hip in seen.items()} == {"L": 33, "R": 33}
