"""What a user may rely on: landmarks lie where they should on the sample films."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_hipbmd.core import anatomy
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.locate import best_side, locate, needs_locating
from napari_hipbmd.landmarks.networks import Decentralised
from napari_hipbmd.landmarks.predict import LandmarkFinder, find_on_batch


@pytest.fixture(scope="module")
def finder():
    return LandmarkFinder.load(weights_dir())


@pytest.fixture(scope="module")
def films(sample_study):
    return [
        (read_film(c.image), c.side, sample_study.truth(c.case_id, with_sto=False))
        for c in sample_study.cases
    ]


def found_on(finder, film, side):
    canvas = make_canvas(film.grey(), film.whole_box(), anatomy.is_mirrored(side))
    return finder.find(canvas, film.spacing_mm)


def test_the_mean_radial_error_on_the_samples_is_below_3_mm(finder, films):
    errors = [
        anatomy.distances_mm(
            found_on(finder, film, side).xy, truth.landmarks_xy, film.spacing_mm
        )
        for film, side, truth in films
    ]
    assert np.mean(errors) < 3
    assert np.mean(errors, axis=1).max() < 6


@pytest.mark.parametrize(("preset", "times"), [("default", 3), ("paper", 1)])
def test_the_second_order_sees_a_crop_three_times_and_the_paper_s_once(preset, times):
    network = Decentralised(preset).eval()
    seen = dict.fromkeys(network.nets, 0)
    for name, net in network.nets.items():
        net.register_forward_pre_hook(
            lambda _net, inputs, name=name: seen.update({name: len(inputs[0])})
        )
    found = find_on_batch(network, torch.rand(3, 1, 448, 448), correct=False)
    assert seen == {"first": 3} | dict.fromkeys(anatomy.REGIONS, 3 * times)
    assert found.points.shape == (3, 16, 2) and found.spread.shape == (3, 16)


def test_every_landmark_says_how_sure_it_is_in_mm(finder, films):
    film, side, _truth = films[0]
    sigma = found_on(finder, film, side).sigma_mm
    assert sigma.shape == (16,)
    assert (sigma > 0).all() and (sigma < 15).all()
    unknown = found_on(
        finder, replace(film, spacing_mm=None, spacing_source="none"), side
    )
    assert np.isnan(unknown.sigma_mm).all()


def test_landmarks_under_a_square_of_lead_are_placed_by_the_others(finder, films):
    """Twenty-five mm of lead over the greater trochanter of every sample."""
    with_others, alone = [], []
    for film, side, truth in films:
        grey = film.grey().copy()
        mm = film.spacing_mm[0]
        x, y = truth.landmarks_xy[anatomy.INDEX["T2"]]
        half = 12.5 / mm
        rows = slice(max(0, int(y - half)), int(y + half))
        grey[rows, max(0, int(x - half)) : int(x + half)] = grey.max()
        canvas = make_canvas(grey, film.whole_box(), anatomy.is_mirrored(side))
        found = finder.find(canvas, film.spacing_mm)
        lost = found.sigma_mm > 5.5
        canvas_xy = find_on_batch(
            finder.network, torch.from_numpy(canvas.grey)[None, None]
        ).points[0]
        size = canvas.grey.shape[0]
        seen = canvas.to_film((canvas_xy.double().numpy() + 1) * size / 2 - 0.5)
        for xy, out in ((found.xy, with_others), (seen, alone)):
            distance = anatomy.distances_mm(xy, truth.landmarks_xy, film.spacing_mm)
            out.extend(distance[lost])
    assert len(alone) >= 3, "lead hides landmarks"
    assert np.mean(with_others) < 0.85 * np.mean(alone)


def test_a_mirrored_film_has_mirrored_landmarks(finder, films):
    film, side, _truth = films[0]
    grey = film.grey()
    flipped = np.ascontiguousarray(grey[:, ::-1])
    mirrored = anatomy.is_mirrored(side)
    one = finder.find(make_canvas(grey, film.whole_box(), mirrored), None).xy
    other = finder.find(make_canvas(flipped, film.whole_box(), not mirrored), None).xy
    back = anatomy.mirror_xy(other, film.shape[1])
    np.testing.assert_allclose(one, back, atol=0.05)


def test_the_side_of_most_samples_is_told_from_the_picture(finder, films):
    told = [
        best_side(finder, film.grey(), film.whole_box()).side == side
        for film, side, _truth in films
    ]
    assert np.mean(told) >= 5 / 6


def test_a_film_of_one_hip_is_not_searched():
    assert not needs_locating((900, 900), (0.2, 0.2))
    assert not needs_locating((900, 900), None)
    assert needs_locating((2000, 2400), (0.15, 0.15))
    assert needs_locating((2000, 2400), None)


def test_a_film_of_unknown_size_is_searched_where_it_lies():
    assert needs_locating((800, 1000), None), "a pelvis, exported small"
    assert not needs_locating((1000, 800), None), "a hip, upright"
    assert not needs_locating((800, 900), None)


@pytest.mark.slow
@pytest.mark.parametrize("index", [1, 4])
def test_a_hip_is_found_on_a_large_film(finder, films, index):
    film, side, truth = films[index]
    rng = np.random.default_rng(index)
    rows, columns = film.shape
    large = rng.normal(0.02, 0.004, (rows + 700, columns + 900)).astype(np.float32)
    large[400 : 400 + rows, 600 : 600 + columns] = film.grey()
    whole = HipBox(-0.5, -0.5, large.shape[1] - 0.5, large.shape[0] - 0.5)
    place = locate(finder, large, finder.locator.see(large, whole), side)
    canvas = make_canvas(large, place.box, anatomy.is_mirrored(place.side))
    found = finder.find(canvas, film.spacing_mm).xy
    error = anatomy.distances_mm(
        found, truth.landmarks_xy + (600, 400), film.spacing_mm
    )
    assert error.mean() < 5


def test_a_hip_box_around_part_of_a_film_gives_film_coordinates(finder, films):
    film, side, truth = films[1]
    low, high = truth.landmarks_xy.min(0) - 90, truth.landmarks_xy.max(0) + 60
    size = float((high - low).max())
    box = HipBox(low[0], low[1], low[0] + size, low[1] + size)
    canvas = make_canvas(film.grey(), box, anatomy.is_mirrored(side))
    found = finder.find(canvas, film.spacing_mm).xy
    error = anatomy.distances_mm(found, truth.landmarks_xy, film.spacing_mm)
    assert error.mean() < 4
