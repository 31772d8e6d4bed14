"""What a user may rely on: a film holds what it should, or is refused."""

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox, Patient, Radiograph


def film(shape=(40, 60), **facts):
    return Radiograph(np.zeros(shape, np.float32), **facts)


@pytest.mark.parametrize("shape", [(31, 400), (400, 31), (3, 64, 64)])
def test_a_picture_that_is_no_radiograph_is_refused(shape):
    with pytest.raises(Refused, match="at least 32 × 32"):
        film(shape)


def test_the_grey_range_belongs_to_the_format_and_not_to_the_content():
    pixels = np.full((40, 60), 1024, np.float32)
    pixels[0, 0] = 2048
    grey = Radiograph(pixels, grey_range=(0, 4096)).grey()
    assert grey.dtype == np.float32
    assert (grey[1, 1], grey[0, 0]) == (0.25, 0.5)


def test_pixels_of_another_type_are_a_programming_error():
    with pytest.raises(TypeError, match="float32"):
        Radiograph(np.zeros((40, 40)))


def test_the_whole_box_goes_from_pixel_edge_to_pixel_edge():
    box = film().whole_box()
    assert (box.x0, box.y0, box.x1, box.y1) == (-0.5, -0.5, 59.5, 39.5)
    assert (box.width, box.height, box.centre_xy) == (60, 40, (29.5, 19.5))


@pytest.mark.parametrize("corners", [(0, 0, 31, 100), (0, 0, 100, 31), (90, 0, 0, 90)])
def test_a_box_too_small_for_a_hip_is_refused(corners):
    with pytest.raises(Refused, match="smaller than 32 pixels"):
        HipBox(*corners)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_box_without_numbers_is_refused(bad):
    with pytest.raises(Refused, match="not a number"):
        HipBox(0, 0, bad, 100)


def test_what_the_user_says_about_a_patient_comes_before_what_the_film_says():
    said = Patient(age_years=70.0).or_else(Patient("F", 20.0, 160.0, 55.0))
    assert said == Patient("F", 70.0, 160.0, 55.0)
    assert said.complete
    assert not Patient("F").complete


def test_a_spacing_is_kept_with_its_source():
    known = film().with_typed_spacing(0.3)
    assert known.spacing_mm == (0.3, 0.3)
    assert known.spacing_source == "given by the user"
    assert film().spacing_mm is None
