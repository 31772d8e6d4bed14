"""What a user may rely on: encoder stages are what the network computes, in place."""

import json
import shutil

import numpy as np
import pytest
import torch

from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.enhancement.apply import Enhancer, as_input
from napari_hipbmd.enhancement.stages import encoder_stages

FILM = np.random.default_rng(0).random((300, 320)).astype(np.float32)
BOX = HipBox(20.5, 10.5, 276.5, 266.5)


@pytest.fixture(scope="module")
def enhancer():
    return Enhancer.load(weights_dir())


def test_there_is_one_stage_for_each_halving_and_the_last_is_the_latent(enhancer):
    stages = encoder_stages(enhancer, make_canvas(FILM, BOX, False))
    shape, grid = enhancer.card["shape"], enhancer.network.grid_px
    expected = [(n, *(grid >> i,) * 2) for i, n in enumerate(shape["channels"], 1)]
    assert [stage.values.shape for stage in stages] == expected
    assert [s.name for s in stages[:2]] == ["stage 1", "stage 2"]
    assert stages[-1].name == "latent z"


def test_the_stages_are_the_network_s_own(enhancer):
    canvas = make_canvas(FILM, BOX, False)
    seen, _low, _scale = as_input(canvas, enhancer.network.grid_px)
    with torch.inference_mode():
        _sto, z = enhancer.network(seen)
    latent = encoder_stages(enhancer, canvas)[-1].values
    np.testing.assert_allclose(latent, z[0].numpy(), atol=1e-5)


def test_a_stage_of_a_right_hip_lies_as_the_film_does(enhancer):
    flipped = np.ascontiguousarray(FILM[:, ::-1])
    width = FILM.shape[1]
    other = HipBox(width - 1 - BOX.x1, BOX.y0, width - 1 - BOX.x0, BOX.y1)
    left = encoder_stages(enhancer, make_canvas(FILM, BOX, False))
    right = encoder_stages(enhancer, make_canvas(flipped, other, True))
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a.values, b.values[..., ::-1], atol=1e-4)
        cell = BOX.width / a.values.shape[-1]
        assert a.cell_row_col == b.cell_row_col == (cell, cell)
        middle = (other.y0 + cell / 2, other.x0 + cell / 2)
        assert b.first_row_col == pytest.approx(middle)


def test_the_cells_of_a_film_with_oblong_pixels_are_oblong_on_it(enhancer):
    canvas = make_canvas(FILM, BOX, False, pixel_aspect=2.0)
    z = encoder_stages(enhancer, canvas)[-1]
    height, width = z.cell_row_col
    assert width == pytest.approx(2 * height)
    square, last = canvas.square, z.values.shape[1] - 0.5
    assert z.first_row_col[0] + last * height == pytest.approx(square.y1)


def test_a_model_for_a_grid_that_its_stages_cannot_halve_is_refused(tmp_path):
    for name in ("enhancement.json", "enhancement.safetensors"):
        shutil.copy(weights_dir() / name, tmp_path)
    card = json.loads((tmp_path / "enhancement.json").read_text())
    card["shape"]["grid_px"] = 100
    (tmp_path / "enhancement.json").write_text(json.dumps(card))
    with pytest.raises(Refused, match="a grid of 100 pixels, which 5 stages"):
        Enhancer.load(tmp_path)
