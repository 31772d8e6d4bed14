"""Layers that the program changes."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Points, Shapes

from napari_hipbmd.plugin.viewer.edits import drawn_once, show_points, show_shapes

PLACES = np.array([[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]])


def arguments(count: int, colour: str) -> dict[str, object]:
    return {
        "data": PLACES[:count] + count,
        "features": {"id": [f"N{i}" for i in range(count)]},
        "size": [5.0] * count,
        "symbol": ["disc"] * count,
        "face_color": [colour] * count,
        "border_color": [colour] * count,
    }


@pytest.mark.parametrize("count", [0, 1, 3])
def test_other_points_are_drawn_once(count: int) -> None:
    layer = Points(PLACES[:2], features={"id": ["a", "b"]})
    drawn, told = [], []
    layer.events.set_data.connect(drawn.append)
    layer.events.data.connect(told.append)
    show_points(layer, arguments(count, "red"))
    assert len(drawn) == 1
    assert not told
    np.testing.assert_array_equal(layer.data, PLACES[:count] + count)
    assert list(layer.features["id"]) == [f"N{i}" for i in range(count)]
    np.testing.assert_array_equal(layer.face_color, np.tile((1, 0, 0, 1), (count, 1)))
    low = layer.extent.data[0]
    assert count == 0 or np.allclose(low, PLACES[0] + count, atol=5)


def test_a_hidden_layer_stays_hidden_and_shows_the_new_points_later() -> None:
    layer = Points(PLACES, features={"id": ["a", "b", "c"]}, visible=False)
    drawn = []
    layer.events.set_data.connect(drawn.append)
    show_points(layer, arguments(2, "red"))
    assert not layer.visible
    assert not drawn
    layer.visible = True
    assert drawn
    assert len(layer.data) == 2


def test_a_layer_is_shown_again_when_its_change_fails() -> None:
    layer = Shapes([PLACES], shape_type="polygon")
    with pytest.raises(ZeroDivisionError), drawn_once(layer):
        raise ZeroDivisionError
    assert layer.visible


STYLE = {"edge_width": 2.0, "edge_color": "red", "face_color": "transparent"}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_other_outlines_are_drawn_once(count: int) -> None:
    layer = Shapes([PLACES], shape_type="polygon", features={"side": ["R"]})
    drawn, told = [], []
    layer.events.set_data.connect(drawn.append)
    layer.events.data.connect(told.append)
    outlines = [PLACES + 1 + i for i in range(count)]
    show_shapes(layer, "polygon", outlines, {"side": ["L"] * count}, **STYLE)
    assert len(drawn) == 1
    assert not told
    assert len(layer.data) == count
    assert all(map(np.array_equal, layer.data, outlines))
    assert list(layer.features["side"]) == ["L"] * count
    assert list(layer.edge_width) == [2.0] * count


def test_outlines_that_are_there_are_not_drawn_again_unless_they_are_called_otherwise(
) -> None:  # fmt: skip
    layer = Shapes([PLACES], shape_type="polygon", features={"side": ["R"]})
    drawn = []
    layer.events.set_data.connect(drawn.append)
    show_shapes(layer, "polygon", [PLACES.copy()], {"side": ["R"]}, **STYLE)
    assert not drawn
    show_shapes(layer, "polygon", [PLACES.copy()], {"side": ["L"]}, **STYLE)
    assert list(layer.features["side"]) == ["L"]
    assert drawn
