"""What a user may rely on: landmarks and regions mean what the manual says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core import anatomy
from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS, REGION_LANDMARKS, REGIONS

MARKS_XY = anatomy.TYPICAL_XY * 40 + (60.37, 60.21)  # no corner on a pixel's centre
SHAPE = (260, 260)


def masks():
    return {r: anatomy.mask(p, SHAPE) for r, p in anatomy.polygons(MARKS_XY).items()}


def test_there_are_six_neck_five_trochanter_and_five_intertrochanter_landmarks():
    assert [len(REGION_LANDMARKS[region]) for region in REGIONS] == [6, 5, 5]
    assert len(set(LANDMARK_IDS)) == 16


def test_places_that_are_found_twice_are_one_place():
    for one, other in anatomy.TWICE_FOUND:
        np.testing.assert_array_equal(MARKS_XY[INDEX[one]], MARKS_XY[INDEX[other]])


def test_no_pixel_belongs_to_two_regions():
    count = sum(m.astype(int) for m in masks().values())
    assert count.max() == 1


def test_the_regions_leave_no_gap_between_them():
    """Their union has the area of the outline around all three."""
    outline = ["N1", "N2", "N3", "T2", "T3", "T4", "I2", "I3", "I4", "I5", "N5", "N6"]
    whole = anatomy.mask(MARKS_XY[[INDEX[name] for name in outline]], SHAPE)
    union = np.logical_or.reduce(list(masks().values()))
    assert (whole ^ union).sum() <= 0.002 * whole.sum()
    areas = [anatomy.area(p) for p in anatomy.polygons(MARKS_XY).values()]
    assert sum(areas) == pytest.approx(whole.sum(), rel=0.01)


def test_a_pixel_counts_when_its_centre_is_inside():
    square = np.array([(1.6, 2.6), (4.4, 2.6), (4.4, 5.4), (1.6, 5.4)])
    expected = np.zeros((8, 8), bool)
    expected[3:6, 2:5] = True
    np.testing.assert_array_equal(anatomy.mask(square, (8, 8)), expected)


def test_the_area_of_a_triangle_is_half_base_times_height():
    triangle = np.array([(0.0, 0.0), (6.0, 0.0), (1.0, 4.0)])
    assert anatomy.area(triangle) == pytest.approx(12)
    assert anatomy.area(triangle[::-1]) == pytest.approx(12)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(1, 4000))
def test_mirroring_twice_changes_nothing(x, y, width):
    point = np.array([[x, y]])
    twice = anatomy.mirror_xy(anatomy.mirror_xy(point, width), width)
    np.testing.assert_allclose(twice, point, atol=1e-9)


def test_the_first_column_is_mirrored_to_the_last():
    mirrored = anatomy.mirror_xy(np.array([[0.0, 3.0], [9.0, 3.0]]), 10)
    np.testing.assert_array_equal(mirrored, [[9, 3], [0, 3]])


def test_right_hips_are_mirrored_and_left_hips_are_not():
    assert anatomy.is_mirrored("R")
    assert not anatomy.is_mirrored("L")


def test_region_centres_are_the_means_of_their_own_landmarks():
    centres = anatomy.region_centres(MARKS_XY)
    np.testing.assert_allclose(centres[0], MARKS_XY[:6].mean(0))
    np.testing.assert_allclose(centres[2], MARKS_XY[11:].mean(0))
    batch = anatomy.region_centres(np.stack([MARKS_XY, MARKS_XY + 5]))
    assert batch.shape == (2, 3, 2)


def test_distances_respect_row_and_column_spacing():
    a, b = np.zeros((2, 2)), np.array([[3.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(anatomy.distances_mm(a, b, (2.0, 1.0)), [3, 73**0.5])


def test_fifteen_landmarks_are_not_taken_for_sixteen():
    with pytest.raises(ValueError, match="16, 2"):
        anatomy.polygons(MARKS_XY[:15])
