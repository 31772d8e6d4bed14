"""A picture that contradicts its tags is measured the right way round, or flagged."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import zoom

from napari_hipbmd.core.hip_box import OTHER
from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline import look_at_hip
from napari_hipbmd.pipeline.models import load_models


@pytest.fixture(scope="module")
def film(sample_study):
    return read_film(sample_study.cases[2].image)


@pytest.fixture(scope="module")
def networks():
    return load_models()


def codes(flags):
    return {flag.code for flag in flags}


def negative(film):
    low, high = film.grey_range
    return replace(film, pixels=np.float32(low + high) - film.pixels)


def test_a_film_as_it_should_be_is_left_as_it_is(film, networks):
    same, seen = look_at_hip(film, networks)
    assert same is film and not codes(seen.flags) & {"side", "polarity", "no-hip"}


def test_a_film_that_shows_no_hip_is_flagged(film, networks):
    upside_down = replace(film, pixels=np.ascontiguousarray(film.pixels[::-1]))
    shadows = np.random.default_rng(0).uniform(*film.grey_range, (9, 9))
    no_bone = replace(film, pixels=zoom(shadows, 50, order=1).astype(np.float32))
    for other in (upside_down, no_bone):
        same, seen = look_at_hip(other, networks)
        assert same is other
        assert codes(seen.flags) & {"side", "polarity", "no-hip"} == {"no-hip"}


@pytest.mark.parametrize(
    ("quarters", "how"),
    [(1, "by 90° clockwise"), (2, "upside down"), (3, "by 90° anticlockwise")],
)
def test_a_film_that_lies_on_its_side_is_told_how_to_turn_it(
    film, networks, quarters, how
):
    turned = replace(film, pixels=np.ascontiguousarray(np.rot90(film.pixels, quarters)))
    same, seen = look_at_hip(turned, networks)
    [flag] = [flag for flag in seen.flags if flag.code == "no-hip"]
    assert same is turned and f"turned {how} it shows a hip" in flag.text


def test_a_picture_of_no_hip_is_not_said_to_lie_on_its_side(networks, film):
    shadows = np.random.default_rng(0).uniform(*film.grey_range, (9, 9))
    no_bone = replace(film, pixels=zoom(shadows, 50, order=1).astype(np.float32))
    _, seen = look_at_hip(no_bone, networks)
    [flag] = [flag for flag in seen.flags if flag.code == "no-hip"]
    assert "hardly recognise" in flag.text


def test_a_film_with_dark_bone_is_turned_into_its_negative(film, networks):
    turned, seen = look_at_hip(negative(film), networks)
    np.testing.assert_allclose(turned.pixels, film.pixels, atol=0.01)
    assert "polarity" in codes(seen.flags) and "side" not in codes(seen.flags)


def test_a_side_that_the_picture_contradicts_is_kept_and_flagged(film, networks):
    wrong = OTHER[film.side]
    same, seen = look_at_hip(replace(film, side=wrong), networks)
    assert same.pixels is film.pixels and seen.side == wrong
    assert "side" in codes(seen.flags) and "polarity" not in codes(seen.flags)


def test_a_negative_of_unknown_side_is_known_for_both(film, networks):
    turned, seen = look_at_hip(replace(negative(film), side=None), networks)
    np.testing.assert_allclose(turned.pixels, film.pixels, atol=0.01)
    assert seen.side == film.side
    assert {"polarity", "side-guessed"} <= codes(seen.flags)
