"""What a user may rely on: bone = film − STO, at full resolution, in its place."""

import json

import numpy as np
import pytest
import torch

from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.enhancement.apply import Enhancer, subtract_sto
from napari_hipbmd.enhancement.networks import GRID_PX

FILM = np.random.default_rng(0).random((300, 320)).astype(np.float32)
BOX = HipBox(20.5, 10.5, 276.5, 266.5)  # 256 film pixels: one grid cell each
CELLS = np.arange(GRID_PX)
RAMP = (0.2 + 0.002 * CELLS[None, :] + 0.001 * CELLS[:, None]).astype(np.float32)


@pytest.fixture(scope="module")
def enhancer():
    return Enhancer.load(weights_dir())


def test_bone_is_film_minus_sto_with_its_negatives():
    images = subtract_sto(FILM, make_canvas(FILM, BOX, False), RAMP)
    np.testing.assert_array_equal(images.bone, images.film - images.sto)
    assert images.bone.min() < 0


def test_the_film_under_the_bone_image_is_untouched():
    images = subtract_sto(FILM, make_canvas(FILM, BOX, False), RAMP)
    row, column = images.corner_row_col
    rows, columns = images.film.shape
    assert (row, column) == (11, 21)
    np.testing.assert_array_equal(
        images.film, FILM[row : row + rows, column : column + columns]
    )


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.13])
def test_a_linear_ramp_is_upsampled_exactly(scale):
    square = HipBox.square((160, 150), 256 * scale)
    images = subtract_sto(FILM, make_canvas(FILM, square, False), RAMP)
    row, column = images.corner_row_col
    y = (np.arange(images.sto.shape[0]) + row - square.y0) / scale - 0.5
    x = (np.arange(images.sto.shape[1]) + column - square.x0) / scale - 0.5
    expected = 0.2 + 0.002 * x[None, :] + 0.001 * y[:, None]
    middle = np.s_[3:-3, 3:-3]
    np.testing.assert_allclose(images.sto[middle], expected[middle], atol=2e-6)


def test_the_sto_of_a_right_hip_is_drawn_the_right_way_round():
    left = subtract_sto(FILM, make_canvas(FILM, BOX, False), RAMP)
    right = subtract_sto(FILM, make_canvas(FILM, BOX, True), RAMP)
    np.testing.assert_array_equal(right.film, left.film)
    # on the canonical grid the ramp rises laterally: on the film, to the left
    assert np.diff(right.sto[100, 20:-20]).max() < 0 < np.diff(left.sto[100]).mean()
    np.testing.assert_allclose(
        right.sto[50, 128], RAMP[51, GRID_PX - 1 - 129], atol=5e-3
    )


def test_a_box_over_the_border_is_enhanced_where_there_is_film():
    images = subtract_sto(
        FILM, make_canvas(FILM, HipBox(-60, -40, 200, 220), False), RAMP
    )
    assert images.corner_row_col == (0, 0)
    assert images.film.shape == images.sto.shape == (221, 201)


def test_a_mirrored_film_has_a_mirrored_bone_image(enhancer, sample_study):
    from napari_hipbmd.dicom import read_film

    grey = read_film(sample_study.cases[0].image).grey()
    flipped = np.ascontiguousarray(grey[:, ::-1])
    whole = HipBox(-0.5, -0.5, grey.shape[1] - 0.5, grey.shape[0] - 0.5)
    bones = []
    for film, mirrored in ((grey, True), (flipped, False)):
        canvas = make_canvas(film, whole, mirrored)
        bones.append(subtract_sto(film, canvas, enhancer.sto_on_grid(canvas)).bone)
    np.testing.assert_allclose(bones[0], bones[1][:, ::-1], atol=1e-4)


def test_a_brighter_film_of_more_contrast_has_the_same_soft_tissue(enhancer):
    """Networks see percentiles; the STO comes back on the film's own scale."""
    canvas = make_canvas(FILM, BOX, False)
    other = make_canvas(0.25 + 0.5 * FILM, BOX, False)
    np.testing.assert_allclose(
        enhancer.sto_on_grid(other),
        0.25 + 0.5 * enhancer.sto_on_grid(canvas),
        atol=1e-4,
    )


def test_the_bundled_autoencoder_removes_most_of_the_soft_tissue(
    enhancer, sample_study
):
    """Under the regions, film − STO is far nearer to the bone than the film is."""
    from napari_hipbmd.core import anatomy
    from napari_hipbmd.dicom import read_film

    for case in sample_study.cases:
        truth = sample_study.truth(case.case_id)
        film = read_film(case.image)
        grey = film.grey()
        canvas = make_canvas(grey, film.whole_box(), anatomy.is_mirrored(case.side))
        images = subtract_sto(grey, canvas, enhancer.sto_on_grid(canvas))
        inside = np.zeros(film.shape, bool)
        for polygon in anatomy.polygons(truth.landmarks_xy).values():
            inside |= anatomy.mask(polygon, film.shape)
        error = np.abs(images.sto - truth.sto)[inside].mean()
        assert error < 0.25 * np.ptp(truth.sto), case.case_id
        assert error < 0.5 * np.abs(grey - truth.sto)[inside].mean(), case.case_id


@pytest.mark.parametrize(
    "absurd",
    [
        {"channels": [1024] * 8, "grid_px": 1024},
        {"channels": [10**9, 10**9]},
        {"channels": [1024] * 5},
        {"grid_px": 10**6},
    ],
)
def test_a_card_with_absurd_layers_is_refused_before_they_are_made(
    absurd, tmp_path, monkeypatch
):
    for name in ("enhancement.json", "enhancement.safetensors"):
        (tmp_path / name).write_bytes((weights_dir() / name).read_bytes())
    card = json.loads((tmp_path / "enhancement.json").read_text("utf-8"))
    card["shape"] |= absurd
    (tmp_path / "enhancement.json").write_text(json.dumps(card), "utf-8")
    made = set()
    usual = torch.nn.Conv2d.reset_parameters
    monkeypatch.setattr(
        torch.nn.Conv2d,
        "reset_parameters",
        lambda layer: (made.add(layer.weight.device.type), usual(layer)),
    )
    with pytest.raises(Refused, match="enhancement"):
        Enhancer.load(tmp_path)
    assert made <= {"meta"}  # planned at most, without memory
