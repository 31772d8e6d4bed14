"""Measurements become layers, and points become landmarks again, exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from napari.layers import Image, Layer, Points, Shapes

from napari_hipbmd.core.anatomy import LANDMARK_IDS, POLYGONS, TYPICAL_XY
from napari_hipbmd.core.hip_images import LandmarkSet
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.radiograph import Flag, HipBox
from napari_hipbmd.plugin.viewer.identity import RESULTS, facts_of, kind_of
from napari_hipbmd.plugin.viewer.layers import (
    DOUBTFUL,
    SURE,
    UNKNOWN,
    UNSURE,
    box_of_rectangle,
    landmarks_xy,
    points_row_col,
    result_layers,
)
from napari_hipbmd.plugin.viewer.place import Place

PLACE = Place((0.2, 0.25), (7.0, -3.0), ("mm", "mm"), ("row", "column"))
SHOWN = [kind for kind in RESULTS if kind != "found_box"]
LANDMARKS = hnp.arrays(
    np.float64, (16, 2), elements=st.floats(-1e5, 1e5) | st.just(np.nan)
)


def made(measurement: Measurement, place: Place = PLACE) -> list[Layer]:
    return [
        Layer.create(*layer) for layer in result_layers(measurement, place, "hip", "1")
    ]


@given(LANDMARKS, st.randoms())
def test_landmarks_survive_being_points_in_any_order(xy: np.ndarray, random) -> None:
    xy[np.isnan(xy).any(axis=1)] = np.nan
    ids, points = points_row_col(xy)
    order = list(range(len(ids)))
    random.shuffle(order)
    back = landmarks_xy([ids[i] for i in order], points[order])
    np.testing.assert_array_equal(back, xy)


@settings(max_examples=20, deadline=None)
@given(LANDMARKS)
def test_landmarks_survive_a_points_layer(xy: np.ndarray) -> None:
    xy[np.isnan(xy).any(axis=1)] = np.nan
    assume(np.isfinite(xy).any())
    measurement = Measurement("h", "", "L", "measured")
    measurement = replace(measurement, landmarks=LandmarkSet(xy, np.full(16, 1.0)))
    (layer,) = made(measurement)
    back = landmarks_xy(list(layer.features["id"]), layer.data)
    np.testing.assert_array_equal(back, xy)


def test_a_point_with_a_strange_name_is_told() -> None:
    with pytest.raises(ValueError, match="'N9', which is no landmark"):
        landmarks_xy(["N9"], np.zeros((1, 2)))
    with pytest.raises(ValueError, match="two points called N1"):
        landmarks_xy(["N1", "N1"], np.zeros((2, 2)))


def test_every_layer_lies_where_its_film_lies(measurement: Measurement) -> None:
    layers = made(measurement)
    assert [kind_of(layer) for layer in layers] == SHOWN
    for layer in layers:
        np.testing.assert_allclose(layer.scale, PLACE.scale)
        assert [str(unit) for unit in layer.units] == ["millimeter"] * 2
        assert layer.axis_labels == PLACE.axis_labels
        assert facts_of(layer)["film_id"] == "1"


def test_a_pixel_of_the_bone_image_lies_on_the_same_pixel_of_the_film(
    measurement: Measurement,
) -> None:
    assert measurement.film is not None and measurement.images is not None
    film = Image(measurement.film.pixels, **PLACE.arguments())
    row, column = measurement.images.corner_row_col
    for layer in made(measurement)[:2]:
        world = layer.data_to_world((5, 9))
        np.testing.assert_allclose(film.world_to_data(world), (row + 5, column + 9))


def test_points_carry_what_a_person_asks_of_a_landmark(
    measurement: Measurement,
) -> None:
    points = made(measurement)[-1]
    assert isinstance(points, Points)
    assert list(points.features["id"]) == list(LANDMARK_IDS)
    assert points.features["name"][0] == "superior head–neck junction"
    assert measurement.landmarks is not None
    np.testing.assert_allclose(
        points.features["sigma_mm"], measurement.landmarks.sigma_mm
    )
    np.testing.assert_allclose(points.data[:, ::-1], measurement.landmarks.xy)


def test_a_doubtful_landmark_is_larger_and_of_another_colour() -> None:
    sigma = np.full(16, 1.0)
    sigma[1:4] = 3, 6, np.nan
    marks = LandmarkSet(TYPICAL_XY * 60 + 100, sigma)
    measurement = Measurement("h", "", "L", "measured", landmarks=marks)
    ((_, arguments, _),) = result_layers(measurement, PLACE, "hip", "1")
    assert arguments["border_color"][:4] == [SURE, DOUBTFUL, UNSURE, UNKNOWN]
    size_mm = arguments["size"] * np.mean(PLACE.scale)
    np.testing.assert_allclose(size_mm[:3], (2.5, 6, 12))
    assert np.isfinite(arguments["size"]).all()


def test_regions_are_the_three_polygons(measurement: Measurement) -> None:
    shapes = made(measurement)[2]
    assert isinstance(shapes, Shapes)
    assert list(shapes.features["region"]) == ["neck", "trochanter", "inter-trochanter"]
    assert set(shapes.shape_type) == {"polygon"}
    for polygon, (region, corners) in zip(shapes.data, POLYGONS.items(), strict=True):
        assert len(polygon) == len(corners)
        np.testing.assert_allclose(
            polygon[:, ::-1], measurement.regions[region].polygon_xy
        )


def test_a_hip_box_that_was_guessed_is_shown_to_be_checked(
    measurement: Measurement,
) -> None:
    box = HipBox(10, 20, 310, 330)
    given = replace(measurement, box=box)
    assert "found_box" not in [kind_of(layer) for layer in made(given)]
    guessed = replace(given, film_flags=(Flag("box-guessed", "Check the box."),))
    (layer,) = [each for each in made(guessed) if kind_of(each) == "found_box"]
    assert box_of_rectangle(layer.data[0]) == box


def test_what_is_absent_gives_no_layer(measurement: Measurement) -> None:
    assert made(Measurement("h", "", None, "refused", "It is a hand.")) == []
    bare = replace(measurement, images=None, regions={})
    assert [kind_of(layer) for layer in made(bare)] == ["landmarks"]


def test_a_film_in_pixels_gives_layers_in_pixels(measurement: Measurement) -> None:
    for layer in made(measurement, Place()):
        assert [str(unit) for unit in layer.units] == ["pixel"] * 2


@given(st.tuples(*[st.floats(-1000, 1000)] * 2), st.tuples(*[st.floats(40, 1000)] * 2))
def test_a_rectangle_drawn_from_any_corner_is_the_same_box(
    start: tuple[float, float], size: tuple[float, float]
) -> None:
    (row, column), (height, width) = start, size
    corners = np.array(
        [
            [row, column],
            [row, column + width],
            [row + height, column + width],
            [row + height, column],
        ]
    )
    for turn in range(4):
        box = box_of_rectangle(np.roll(corners, turn, axis=0))
        assert (box.x0, box.y0) == (column, row)
        assert (box.x1, box.y1) == (column + width, row + height)
