"""A layer gives back the film it shows, whoever made the layer."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels, Layer

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.plugin.viewer.films import can_be_a_film, film_of, radiograph_layer
from napari_hipbmd.plugin.viewer.identity import facts_of, tag

RAMP = np.arange(50 * 40, dtype=np.uint16).reshape(50, 40)


def test_a_film_comes_back_as_it_was_read(film: Radiograph) -> None:
    layer = Layer.create(*radiograph_layer(film))
    assert film_of(layer) is film


def test_a_film_whose_pixels_were_changed_is_taken_as_it_is_shown(
    film: Radiograph,
) -> None:
    layer = Layer.create(*radiograph_layer(film))
    layer.data = layer.data[100:300]
    found = film_of(layer)
    assert found.shape == (200, 360)
    assert found.spacing_mm == film.spacing_mm
    assert [flag.code for flag in found.flags] == ["uncalibrated"]


def test_a_picture_drawn_inverted_is_turned_bright_is_dense() -> None:
    straight, inverted = film_of(Image(RAMP)), film_of(Image(RAMP, colormap="gray_r"))
    np.testing.assert_allclose(straight.grey() + inverted.grey(), 1, atol=1e-6)
    assert straight.grey()[-1, -1] > straight.grey()[0, 0]
    assert straight.grey_range == (0, 4095)


@pytest.mark.parametrize(
    ("units", "spacing"),
    [("mm", (0.5, 0.25)), ("um", (0.0005, 0.00025)), ("pixel", None), ("s", None)],
)
def test_a_scale_is_a_spacing_only_in_units_of_length(
    units: str, spacing: tuple[float, float] | None
) -> None:
    found = film_of(Image(RAMP, scale=(0.5, 0.25), units=units))
    assert found.spacing_mm == (None if spacing is None else pytest.approx(spacing))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros((50, 40)), "same value"),
        (np.full((50, 40), np.nan), "not numbers"),
        (np.eye(50, dtype=bool), "no grey values"),
        (np.arange(100.0).reshape(10, 10), "at least 32"),
    ],
)
def test_what_cannot_be_a_film_is_refused_in_words(
    data: np.ndarray, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        film_of(Image(data, contrast_limits=(0, 1)))


def test_only_flat_grey_images_that_are_not_results_are_offered() -> None:
    assert can_be_a_film(Image(RAMP))
    assert not can_be_a_film(Image(np.zeros((4, 50, 40))))
    assert not can_be_a_film(Image(np.zeros((50, 40, 3)), rgb=True))
    assert not can_be_a_film(Image([RAMP, RAMP[::2, ::2]], multiscale=True))
    assert not can_be_a_film(Labels(RAMP))
    assert not can_be_a_film(Image(RAMP, metadata=tag("sto")))
    assert can_be_a_film(Image(RAMP, metadata={"hipbmd": "somebody else's"}))


def test_a_layer_says_nothing_about_who_the_patient_is(film: Radiograph) -> None:
    facts = facts_of(Layer.create(*radiograph_layer(film)))
    assert facts["spacing_source"] == "PixelSpacing"
    assert not [key for key in facts if "name" in key or "birth" in key]
