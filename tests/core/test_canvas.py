"""What a user may rely on: what is found on a canvas lies in the right place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_hipbmd.core.canvas import CANVAS_PX, make_canvas, normalisation
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox

ROWS, COLUMNS = 70, 90
RAMP = np.add.outer(np.arange(ROWS) * 0.004, np.arange(COLUMNS) * 0.006)
FILM = RAMP.astype(np.float32)

corner = st.floats(-30, 40, allow_nan=False)
length = st.floats(33, 150, allow_nan=False)
boxes = st.builds(
    lambda x, y, w, h: HipBox(x, y, x + w, y + h), corner, corner, length, length
)


@settings(max_examples=40, deadline=None)
@given(boxes, st.booleans(), st.floats(-50, 500), st.floats(-50, 500))
def test_the_way_to_the_film_and_back_ends_where_it_began(box, mirrored, x, y):
    canvas = make_canvas(FILM, box, mirrored, size=32)
    point = np.array([[x, y]])
    np.testing.assert_allclose(
        canvas.from_film(canvas.to_film(point)), point, atol=1e-6
    )
    np.testing.assert_allclose(
        canvas.to_film(canvas.from_film(point)), point, atol=1e-6
    )


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_canvas_shows_the_films_own_grey_values(mirrored):
    box = HipBox(10.3, 5.8, 60.3, 55.8)
    canvas = make_canvas(FILM, box, mirrored, size=64)
    rows, columns = np.mgrid[:64, :64]
    x, y = canvas.to_film(np.stack([columns, rows], -1).astype(float)).T
    np.testing.assert_allclose(canvas.grey, (0.006 * x + 0.004 * y).T, atol=2e-6)


def test_a_right_hip_is_seen_as_a_left_one():
    box = HipBox(10, 10, 60, 60)
    left, right = (make_canvas(FILM, box, m) for m in (False, True))
    np.testing.assert_array_equal(right.grey, left.grey[:, ::-1])
    assert right.grey.shape == (CANVAS_PX, CANVAS_PX)


def test_mirroring_film_and_box_changes_nothing_on_the_canvas():
    box = HipBox(12.25, 8, 61.75, 60)
    flipped = HipBox(COLUMNS - 1 - box.x1, box.y0, COLUMNS - 1 - box.x0, box.y1)
    one = make_canvas(FILM, box, False, size=50)
    other = make_canvas(np.ascontiguousarray(FILM[:, ::-1]), flipped, True, size=50)
    np.testing.assert_allclose(one.grey, other.grey, atol=1e-5)


def test_a_box_that_is_not_square_is_seen_in_the_square_around_it():
    canvas = make_canvas(FILM, HipBox(10, 20, 80, 60), False, size=32)
    assert (canvas.square.width, canvas.square.height) == (70, 70)
    assert canvas.square.centre_xy == (45, 40)
    assert canvas.film_px == pytest.approx(70 / 32)


def test_outside_the_film_the_borders_values_go_on():
    canvas = make_canvas(FILM, HipBox(-40, 0, 30, 70), False, size=70)
    np.testing.assert_allclose(canvas.grey[10, :38], canvas.grey[10, 0], atol=1e-6)
    assert np.isfinite(canvas.grey).all()


def test_fine_noise_does_not_alias_when_a_film_is_shrunk():
    noise = np.random.default_rng(0).normal(0.5, 0.2, (600, 600)).astype(np.float32)
    canvas = make_canvas(noise, HipBox(-0.5, -0.5, 599.5, 599.5), False, size=100)
    assert canvas.grey.std() < 0.06


@pytest.mark.parametrize(
    "box",
    [
        HipBox(200, 0, 260, 60),
        HipBox(0, 200, 60, 260),
        HipBox(-90, 0, -20, 60),
        HipBox(0, -90, 60, -20),
    ],
)
def test_a_box_beside_the_film_is_refused_in_plain_words(box):
    with pytest.raises(Refused, match=r"outside the film \(90 × 70 pixels\)"):
        make_canvas(FILM, box, False)


def test_networks_see_every_film_from_its_second_to_its_98th_percentile():
    low, scale = normalisation(FILM)
    sampled = FILM[::4, ::4]
    assert low == pytest.approx(np.percentile(sampled, 2))
    assert low + scale == pytest.approx(np.percentile(sampled, 98))


def test_a_film_of_one_grey_does_not_divide_by_zero():
    _low, scale = normalisation(np.full((40, 40), 0.3, np.float32))
    assert scale > 0


@pytest.mark.parametrize("step", [1, 1.5, 2, 3, 4, 5])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_ramp_stays_where_it_is_at_every_size(step, mirrored):
    size = int(64 * step)
    ramp = np.arange(size, dtype=np.float32)[None] * np.ones((size, 1), np.float32)
    canvas = make_canvas(
        ramp, HipBox(-0.5, -0.5, size - 0.5, size - 0.5), mirrored, size=64
    )
    centres = np.stack([np.arange(64.0), np.full(64, 32.0)], -1)
    inner = slice(6, -6)
    np.testing.assert_allclose(
        canvas.grey[32, inner], canvas.to_film(centres)[inner, 0], atol=1e-3
    )


@pytest.mark.parametrize("mirrored", [False, True])
def test_pixels_that_are_not_square_become_square_ones_and_points_come_back(mirrored):
    rows, columns = np.mgrid[:200, :300].astype(np.float32)
    # Rows are twice as far apart as columns: a disc of the patient is an ellipse here.
    disc = ((columns - 150) ** 2 + (2 * (rows - 100)) ** 2 < 80**2).astype(np.float32)
    box = HipBox(50, 50, 250, 150)
    canvas = make_canvas(disc, box, mirrored, size=100, pixel_aspect=2.0)
    assert (canvas.square.width, canvas.square.height) == (200, 100)
    found = np.argwhere(canvas.grey > 0.5)
    height, width = np.ptp(found, axis=0) + 1
    assert height == pytest.approx(80, abs=3) and width == pytest.approx(80, abs=3)
    points = np.array([[150.0, 100], [70, 100], [150, 60]])
    np.testing.assert_allclose(canvas.to_film(canvas.from_film(points)), points)
    assert canvas.pixel_mm((0.4, 0.2)) == pytest.approx(0.4)
