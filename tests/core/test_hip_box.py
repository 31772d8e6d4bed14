"""A hip box is a square on its film, however somebody drags it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core.hip_box import (
    default_size,
    edited,
    on_film,
    side_by_place,
    sides_by_place,
)
from napari_hipbmd.core.radiograph import HipBox

SHAPES = st.tuples(st.integers(64, 4000), st.integers(64, 4000))
EDGES = st.floats(-3000, 6000)


@st.composite
def boxes(draw):
    x0, y0 = draw(EDGES), draw(EDGES)
    width, height = draw(st.floats(33, 5000)), draw(st.floats(33, 5000))
    return HipBox(x0, y0, x0 + width, y0 + height)


def assert_square_on_film(box, shape):
    rows, columns = shape
    assert box.width == pytest.approx(box.height, abs=1e-6)
    assert box.width >= 32 - 1e-6
    assert box.x0 >= -0.5 - 1e-6 and box.x1 <= columns - 0.5 + 1e-6
    assert box.y0 >= -0.5 - 1e-6 and box.y1 <= rows - 0.5 + 1e-6


@given(boxes(), SHAPES)
def test_any_rectangle_becomes_a_square_on_the_film_and_stays_it(box, shape):
    square = on_film(box, shape)
    assert_square_on_film(square, shape)
    again = on_film(square, shape)
    for edge in ("x0", "y0", "x1", "y1"):
        assert getattr(again, edge) == pytest.approx(getattr(square, edge), abs=1e-6)


@given(boxes(), boxes(), SHAPES)
def test_whatever_is_dragged_the_box_is_a_square_on_the_film(before, after, shape):
    assert_square_on_film(edited(on_film(before, shape), after, shape), shape)


@given(boxes(), SHAPES, st.floats(-4000, 4000), st.floats(-4000, 4000),
       st.sampled_from(["x0", "x1"]), st.sampled_from(["y0", "y1"]))  # fmt: skip
def test_the_corner_opposite_to_a_dragged_one_stays(box, shape, dx, dy, x, y):
    before = on_film(box, shape)
    edges = {name: getattr(before, name) for name in ("x0", "y0", "x1", "y1")}
    opposite = {"x0": "x1", "x1": "x0", "y0": "y1", "y1": "y0"}
    edges[x] += dx
    edges[y] += dy
    xs, ys = sorted((edges["x0"], edges["x1"])), sorted((edges["y0"], edges["y1"]))
    if min(xs[1] - xs[0], ys[1] - ys[0]) < 32.1 or min(abs(dx), abs(dy)) < 0.01:
        return
    after = edited(before, HipBox(xs[0], ys[0], xs[1], ys[1]), shape)
    assert_square_on_film(after, shape)
    kept = getattr(before, opposite[x]), getattr(before, opposite[y])
    corners = [(a, b) for a in (after.x0, after.x1) for b in (after.y0, after.y1)]
    roomy = after.width > 32.001
    nearest = min(abs(a - kept[0]) + abs(b - kept[1]) for a, b in corners)
    assert nearest < 1e-2 or not roomy


@given(boxes(), SHAPES, st.floats(-4000, 4000), st.floats(-4000, 4000))
def test_a_box_that_is_moved_keeps_its_size(box, shape, dx, dy):
    before = on_film(box, shape)
    moved = HipBox(before.x0 + dx, before.y0 + dy, before.x1 + dx, before.y1 + dy)
    assert edited(before, moved, shape).width == pytest.approx(before.width, abs=1e-6)


def test_an_edge_that_is_dragged_makes_the_square_as_wide_as_it_is_dragged():
    before = HipBox(100, 100, 300, 300)
    after = edited(before, HipBox(100, 100, 400, 300), (1000, 1000))
    assert (after.x0, after.x1, after.y0, after.y1) == (100, 400, 50, 350)


def test_a_new_box_has_900_pixels_or_those_that_hold_a_hip_and_fits_the_film():
    assert default_size((2000, 2400), None) == 900
    assert default_size((2000, 2400), (0.2, 0.2)) == 900
    assert default_size((4000, 5000), (0.1, 0.1)) == 1900
    assert default_size((450, 400), (0.4, 0.4)) == 400


@given(boxes(), SHAPES)
def test_the_right_hip_is_on_the_left_of_the_film(box, shape):
    square = on_film(box, shape)
    mirrored = HipBox(
        shape[1] - 1 - square.x1, square.y0, shape[1] - 1 - square.x0, square.y1
    )
    if abs(square.centre_xy[0] - (shape[1] - 1) / 2) > 1:
        assert side_by_place(square, shape) != side_by_place(mirrored, shape)
        both = sides_by_place(square, mirrored)
        assert both["R"].centre_xy[0] < both["L"].centre_xy[0]
        assert side_by_place(both["R"], shape) == "R"
