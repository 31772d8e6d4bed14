"""What a user may rely on: reasons for caution are seen, and are no false alarms."""

import numpy as np
import pytest

from napari_hipbmd import quality
from napari_hipbmd.core.anatomy import ADULT_HEAD_MM, INDEX, TYPICAL_XY
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.hip_images import LandmarkSet
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.dicom import read_film

MARKS_XY = TYPICAL_XY * 80 + (150, 120)


def canvas_of(grey):
    rows, columns = grey.shape
    box = HipBox(-0.5, -0.5, columns - 0.5, rows - 0.5)
    return make_canvas(grey, box, False)


@pytest.fixture
def film():
    y, x = np.mgrid[:448, :448] / 448
    return (0.3 + 0.3 * x + 0.1 * np.sin(6 * y)).astype(np.float32)


def codes(flags):
    return [flag.code for flag in flags]


def test_a_clip_near_the_hip_is_flagged(film):
    assert quality.metal(canvas_of(film), MARKS_XY) == ()
    film[200:206, 240:246] += 0.5
    assert codes(quality.metal(canvas_of(film), MARKS_XY)) == ["metal"]


def test_a_speck_of_little_contrast_is_no_metal_but_a_clip_or_shot_is(film):
    def seen(rows, columns, grey):
        other = film.copy()
        other[200 : 200 + rows, 280 : 280 + columns] += grey
        return codes(quality.metal(canvas_of(other), MARKS_XY))

    assert seen(4, 4, 0.09) == []  # a trabecula, or chalk in a vessel
    assert seen(3, 14, 0.09) != []
    assert seen(4, 4, 0.4) != []


def test_no_sample_film_seems_to_hold_metal(sample_study):
    for case in sample_study.cases:
        truth = sample_study.truth(case.case_id, with_sto=False)
        canvas = canvas_of(read_film(case.image).grey())
        assert quality.metal(canvas, truth.landmarks_xy) == ()


@pytest.mark.parametrize("marks", [MARKS_XY * 0 + 200, MARKS_XY + 5000, -MARKS_XY])
def test_landmarks_in_impossible_places_do_not_stop_the_measuring(film, marks):
    assert quality.metal(canvas_of(film), marks) == ()


def test_a_thigh_turned_aside_is_flagged():
    assert quality.position(MARKS_XY) == ()
    turn = np.radians(40)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    assert codes(quality.position(MARKS_XY @ rotation.T)) == ["position"]


def test_two_networks_that_disagree_on_one_place_are_flagged():
    sure = np.ones(16)
    assert quality.agreement(MARKS_XY, sure, (0.3, 0.3)) == ()
    apart = MARKS_XY.copy()
    apart[INDEX["T1"]] += 40
    assert "landmarks-disagree" in codes(quality.agreement(apart, sure, (0.3, 0.3)))
    assert quality.agreement(apart, sure, None) == ()


def test_without_a_spacing_the_head_is_taken_for_an_adult_s():
    found = LandmarkSet(MARKS_XY, np.full(16, 1.5))
    mm = ADULT_HEAD_MM / 160  # heads of 80 pixels in radius
    [flag] = quality.against_found(MARKS_XY + [6.6 / mm, 0.0], found, None)
    assert "7 mm" in flag.text
    assert quality.size(MARKS_XY, (mm, mm)) == (), "an adult's head is believed"


def test_landmarks_far_from_where_the_networks_find_them_are_flagged():
    found = LandmarkSet(MARKS_XY, np.full(16, 1.5))
    beside = MARKS_XY + [20.0, 0.0]  # 6 mm
    [flag] = quality.against_found(beside, found, (0.3, 0.3))
    assert flag.code == "landmarks-differ" and "6 mm" in flag.text
    assert quality.against_found(MARKS_XY + [10.0, 0.0], found, (0.3, 0.3)) == ()
    assert quality.against_found(beside, found, None)  # the head tells the size
    unsure = LandmarkSet(MARKS_XY, np.full(16, 2.5))
    assert quality.against_found(beside, unsure, (0.3, 0.3)) == ()


def test_a_burnt_out_region_is_flagged_by_name():
    assert quality.saturation({"neck": 0.0, "trochanter": 0.01}) == ()
    (flag,) = quality.saturation({"neck": 0.0, "trochanter": 0.03})
    assert flag.code == "saturation" and "trochanter" in flag.text
