"""What a user may rely on: the networks have the paper's inputs and outputs."""

import numpy as np
import pytest
import torch

from napari_hipbmd.core.anatomy import TYPICAL_XY, region_centres
from napari_hipbmd.landmarks.frames import centres_of, ruler
from napari_hipbmd.landmarks.networks import (
    FIRST_PX,
    SECOND_PX,
    Decentralised,
    axis,
    centre_of_mass,
    spread,
)
from napari_hipbmd.learning import augmentation

OUTPUTS = {"first": 6, "neck": 12, "trochanter": 10, "intertrochanter": 10}


@pytest.mark.parametrize("preset", ["paper", "default"])
@torch.inference_mode()
def test_inputs_and_outputs_are_those_of_the_papers_figure_5(preset):
    network = Decentralised(preset).eval()
    assert (FIRST_PX, SECOND_PX) == (256, 128)
    for name, numbers in OUTPUTS.items():
        size = FIRST_PX if name == "first" else SECOND_PX
        points, heat = network(name, torch.rand(1, 1, size, size))
        assert points.shape == (1, numbers // 2, 2)
        assert (heat is None) == (preset == "paper")


def gaussian(x, y, sigma, size=64):
    at = axis(size, torch.device("cpu"))
    heat = -0.5 * (((at - x) / sigma)[None, :] ** 2 + ((at - y) / sigma)[:, None] ** 2)
    return heat.flatten().log_softmax(0).view(1, 1, size, size)


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.31, -0.47), (-0.6, 0.55)])
def test_the_soft_argmax_of_a_gaussian_is_its_centre(x, y):
    log_heat = gaussian(x, y, 0.08)
    points = centre_of_mass(log_heat)
    torch.testing.assert_close(points, torch.tensor([[[x, y]]]), atol=1e-4, rtol=0)
    width = float(spread(log_heat, points))
    assert width == pytest.approx(0.08 * 2**0.5, rel=0.01)


def test_the_way_into_a_view_and_back_ends_where_it_began():
    torch.manual_seed(0)
    wobble = augmentation.Wobble(30, 50, 0.5, (0.5, 1.5), 0.2)
    matrix = augmentation.random_frames(9, wobble, torch.device("cpu"))
    points = torch.rand(9, 16, 2) * 2 - 1
    back = augmentation.from_view(augmentation.to_view(points, matrix), matrix)
    torch.testing.assert_close(back, points, atol=1e-5, rtol=0)


def test_what_a_view_shows_at_a_point_is_what_the_canvas_shows_there():
    across = axis(128, torch.device("cpu"))
    y, x = torch.meshgrid(across, across, indexing="ij")
    image = torch.stack([x, y])[None]
    t = torch.tensor
    matrix = augmentation.frames(t([0.3]), t([0.5]), t([0.1]), t([-0.2]))
    seen = augmentation.view(image, matrix, 32)[0]
    at = axis(32, torch.device("cpu"))
    points = torch.stack([at[5:6], at[20:21]], -1)[None]
    expected = augmentation.from_view(points, matrix)[0, 0]
    torch.testing.assert_close(seen[:, 20, 5], expected, atol=1e-4, rtol=0)


def test_region_centres_are_the_same_for_networks_and_for_people():
    marks = np.stack([TYPICAL_XY, TYPICAL_XY * 2 + 1])
    centres = centres_of(torch.from_numpy(marks))
    np.testing.assert_allclose(centres.numpy(), region_centres(marks))


def test_the_ruler_grows_with_the_hip():
    small = centres_of(torch.from_numpy(TYPICAL_XY[None]) * 0.1)
    assert float(ruler(3 * small)) == pytest.approx(3 * float(ruler(small)))
