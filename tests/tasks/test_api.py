"""What a notebook may rely on: everything from the top, for files and arrays."""

import subprocess
import sys

import numpy as np
import pytest

import napari_hipbmd as hipbmd
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.runs.jobs import Options
from napari_hipbmd.tasks.api import as_radiograph


@pytest.fixture(scope="module")
def case(sample_study):
    return sample_study.cases[1]


@pytest.fixture(scope="module")
def found(case):
    return hipbmd.measure(case.image, side=case.side)


def test_every_name_at_the_top_is_there():
    for name in set(hipbmd.__all__) - {"__version__"}:
        assert callable(getattr(hipbmd, name))
    assert set(hipbmd.__all__) <= set(dir(hipbmd))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'mesure'"):
        hipbmd.mesure  # noqa: B018


def test_an_array_is_measured_like_the_film_it_came_from(case, found):
    film = hipbmd.read_film(case.image)
    again = hipbmd.measure(film.grey(), spacing_mm=film.spacing_mm[1], side=case.side)
    np.testing.assert_array_equal(again.landmarks.xy, found.landmarks.xy)
    for region, part in found.regions.items():
        np.testing.assert_allclose(
            again.regions[region].features, part.features, rtol=1e-5
        )


def test_whole_numbers_are_taken_on_the_range_of_their_type(case, found):
    grey = hipbmd.read_film(case.image).grey().clip(0, 1)
    marks = hipbmd.find_landmarks(
        np.round(grey * 65535).astype(np.uint16), spacing_mm=0.23, side=case.side
    )
    np.testing.assert_allclose(marks.xy, found.landmarks.xy, atol=0.5)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16])
def test_twelve_bits_in_an_array_of_sixteen_keep_their_greys_and_are_flagged(
    case, dtype
):
    grey = hipbmd.read_film(case.image).grey().clip(0, 1)
    film = as_radiograph(np.round(grey * 4095).astype(dtype))
    np.testing.assert_allclose(film.grey(), grey, atol=1e-3)
    (flag,) = film.flags
    assert flag.code == "range"


def test_a_digital_hip_that_is_enhanced_tells_its_error(case):
    enhanced = hipbmd.enhance(case.image)
    assert enhanced.error is not None
    assert enhanced.error.shape == enhanced.images.bone.shape


def test_features_between_placed_landmarks_are_those_of_measuring(found):
    images = found.images
    row, column = images.corner_row_col
    parts = hipbmd.features(images.bone, found.landmarks.xy, (column, row))
    for region, part in found.regions.items():
        np.testing.assert_allclose(parts[region].features, part.features)


def test_placed_landmarks_are_measured_as_they_are(case, found):
    moved = found.landmarks.xy + 2.0
    again = hipbmd.measure(case.image, side=case.side, landmarks_xy=moved)
    np.testing.assert_array_equal(again.landmarks.xy, moved)


def test_importing_the_top_loads_no_qt_and_no_networks():
    code = (
        "import sys, napari_hipbmd as h; h.measure; h.fit; h.Study;"
        "print(sorted({'napari', 'qtpy', 'torch', 'lightning'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("pixels", "why"),
    [
        (np.ones((64, 64), np.int64), "array of int64 does not tell its grey range"),
        (np.ones((64, 64), np.complex64), "complex64 does not tell its grey range"),
        (np.eye(64) * 255, "taken on 0 … 1, and these go from 0 to 255"),
        (-np.eye(64, dtype=np.int16), "holds negative numbers"),
        (np.eye(64) * np.nan, "pixels that are no numbers"),
    ],
)
def test_an_array_whose_grey_range_nobody_knows_is_refused(pixels, why):
    with pytest.raises(Refused, match=why):
        hipbmd.measure(pixels, spacing_mm=0.23, side="L")


@pytest.mark.parametrize("spacing", [0, -1.0, float("nan"), 300, (0.1, 0.1)])
def test_a_spacing_that_can_be_none_is_refused(case, spacing):
    with pytest.raises(Refused, match="A pixel spacing is one number from 0.01 to 2"):
        hipbmd.measure(case.image, spacing_mm=spacing)


def test_a_side_in_other_words_and_landmarks_of_another_number_are_refused(case):
    with pytest.raises(Refused, match="A side is L or R, and 'left' was given"):
        hipbmd.measure(case.image, side="left")
    with pytest.raises(Refused, match="Landmarks are 16 rows of x and y"):
        hipbmd.measure(case.image, landmarks_xy=[[1, 2]] * 15)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"patient": {"sex": "F"}}, "A patient is Patient"),
        ({"patient": hipbmd.Patient(age_years=-5)}, "-5 is not between 0 and 120"),
        ({"patient": hipbmd.Patient(height_cm=1.6)}, "1.6 is not between 50 and 250"),
        ({"box": (0, 0, 800, 800)}, "A hip box is HipBox"),
    ],
)
def test_a_patient_or_a_box_that_can_be_none_is_refused(case, told, why):
    with pytest.raises(Refused, match=why):
        hipbmd.measure(case.image, **told)


def test_a_sex_or_a_side_in_other_words_is_refused_before_any_film_is_read():
    with pytest.raises(Refused, match="A sex is F or M, or None, and 'female'"):
        hipbmd.Patient("female")
    with pytest.raises(Refused, match="A side is L or R, and 'left'"):
        Options(side="left")


def test_features_take_plain_lists_and_refuse_what_is_no_image(found):
    images, marks = found.images, found.landmarks.xy
    plain = hipbmd.features(images.bone, marks.tolist())
    with_arrays = hipbmd.features(images.bone, marks)
    np.testing.assert_array_equal(plain["neck"].features, with_arrays["neck"].features)
    with pytest.raises(Refused, match="An image is rows × columns"):
        hipbmd.features(images.bone[None], marks)
    with pytest.raises(Refused, match="Landmarks are 16 rows"):
        hipbmd.features(images.bone, marks[:3])
