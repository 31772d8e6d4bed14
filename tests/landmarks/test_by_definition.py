"""What a user may rely on: levels follow the shaft that the film shows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from napari_hipbmd.core.anatomy import INDEX, TYPICAL_XY
from napari_hipbmd.core.shaft import shaft_frame
from napari_hipbmd.landmarks.by_definition import (
    FARTHEST_DEG,
    LEAST_SEEN,
    at_their_levels,
    by_definition,
    shaft_axis,
)

SIZE, RADIUS_PX = 448, 55.0
RULER_PX = 95.0
ANGLES = st.floats(-5, 5)


def turned(points, degrees, about):
    """Points turned anticlockwise as one sees them, y down."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (points - about) @ np.array([[c, -s], [s, c]]) + about


def typical():
    """The landmarks' usual layout on a canvas, its distal cut level."""
    xy = TYPICAL_XY * RADIUS_PX + np.array([130.0, 160.0])
    middle = (xy[INDEX["I2"]] + xy[INDEX["I3"]]) / 2
    lean = np.degrees(np.arctan2(*(xy[INDEX["I2"]] - xy[INDEX["I3"]])[::-1]))
    return turned(xy, lean, middle)


def film(xy, degrees, ends=SIZE):
    """A shaft as wide as the cut, turned about its middle; nothing below ``ends``."""
    lateral, medial = xy[INDEX["I2"]], xy[INDEX["I3"]]
    middle, half = (lateral + medial) / 2, np.hypot(*(lateral - medial)) / 2
    rows, columns = np.mgrid[:SIZE, :SIZE]
    places = np.stack([columns, rows], -1).astype(float)
    across = turned(places.reshape(-1, 2), -degrees, middle)[:, 0].reshape(SIZE, SIZE)
    wall = np.clip(
        1 - np.abs(np.abs(across - middle[0]) - half * 0.8) / (half * 0.2), 0, 1
    )
    bone = (np.abs(across - middle[0]) < half) * 0.3 + 0.3 * wall
    noise = np.random.default_rng(0).normal(0, 0.01, (SIZE, SIZE))
    shown = gaussian_filter(0.3 + bone, 1.5) + noise
    return shown.astype(np.float32)[:ends]


def lean_deg(along):
    return float(np.degrees(np.arctan2(along[0], along[1])))


@settings(max_examples=25, deadline=None)
@given(ANGLES)
def test_the_axis_is_that_of_the_shafts_edges(degrees):
    xy = typical()
    mm = 23.0 / RADIUS_PX
    found = shaft_axis(film(xy, degrees), shaft_frame(xy, (mm, mm)))
    # the networks' axis, at 0, still counts; edges go in steps of half a millimetre
    assert lean_deg(found) == pytest.approx(degrees, abs=0.15 * abs(degrees) + 0.7)


def test_a_film_that_ends_at_the_cut_leaves_the_axis_that_was_found():
    xy = typical()
    cut = int(xy[INDEX["I2"], 1] + LEAST_SEEN / 2 * RADIUS_PX)
    mm = 23.0 / RADIUS_PX
    frame = shaft_frame(xy, (mm, mm))
    assert_array_equal(shaft_axis(film(xy, 4, ends=cut), frame), frame.along)


def test_edges_that_lean_like_no_shaft_are_not_followed():
    xy = typical()
    mm = 23.0 / RADIUS_PX
    frame = shaft_frame(xy, (mm, mm))
    assert_array_equal(shaft_axis(film(xy, FARTHEST_DEG + 4), frame), frame.along)


@given(st.floats(-180, 180), st.floats(-9, 9))
def test_levels_hold_on_every_axis(degrees, lean):
    xy = turned(typical(), degrees, np.array([224.0, 224.0]))
    c, s = np.sin(np.radians(degrees + lean)), np.cos(np.radians(degrees + lean))
    along = np.array([c, s])
    level = at_their_levels(xy, along, np.inf) @ along
    at = {name: level[INDEX[name]] for name in INDEX}
    base = (at["N4"] + at["I5"]) / 2
    assert_allclose([at["T4"], at["I1"]], base, atol=1e-6)
    assert at["T3"] == pytest.approx((at["T2"] + at["T4"]) / 2)
    assert at["I2"] == pytest.approx(at["I3"])


def test_landmarks_that_hang_on_no_axis_stay():
    xy = typical()
    moved = by_definition(film(xy, 4), xy, RULER_PX)
    stays = [i for n, i in INDEX.items() if n not in {"T3", "T4", "I1", "I2", "I3"}]
    assert_array_equal(moved[stays], xy[stays])
    assert not np.array_equal(moved[INDEX["T4"]], xy[INDEX["T4"]])


def test_a_lost_landmark_is_left_for_a_person_to_see():
    xy = typical()
    lost = xy.copy()
    lost[INDEX["T1"]] += 60.0  # N3 is the same place
    assert_array_equal(by_definition(film(xy, 4), lost, RULER_PX), lost)


def test_a_landmark_that_was_found_somewhere_else_does_not_slide_back():
    xy = typical()
    xy[INDEX["T4"], 1] += RADIUS_PX
    moved = by_definition(film(xy, 0), xy, RULER_PX)
    assert_array_equal(moved[INDEX["T4"]], xy[INDEX["T4"]])


def test_points_all_in_one_place_are_no_hip_and_stay():
    xy = np.full((16, 2), 200.0)
    assert_array_equal(by_definition(film(typical(), 0), xy, RULER_PX), xy)
