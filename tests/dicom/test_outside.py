"""What lies beyond a shutter, in the padding or in a white border is left out."""

import numpy as np
import pydicom
import pytest
from PIL import Image

from napari_hipbmd.dicom import open_film, read_film

SHAPE = (96, 80)
ROWS, COLUMNS = np.mgrid[1 : SHAPE[0] + 1, 1 : SHAPE[1] + 1]
CIRCLE = np.hypot(ROWS - 48, COLUMNS - 40) > 36
BOX = (ROWS <= 8) | (ROWS >= 88) | (COLUMNS <= 6) | (COLUMNS >= 74)


def codes(film):
    return {flag.code for flag in film.flags}


@pytest.mark.parametrize("name", ["Shutter", "Collimator"])
@pytest.mark.parametrize(
    ("tags", "hidden"),
    [
        ({"{}Shape": "CIRCULAR", "CenterOfCircular{}": [48, 40],
          "RadiusOfCircular{}": 36}, CIRCLE),
        ({"{}Shape": "RECTANGULAR", "{}LeftVerticalEdge": 6,
          "{}RightVerticalEdge": 74, "{}UpperHorizontalEdge": 8,
          "{}LowerHorizontalEdge": 88}, BOX),
        ({"{}Shape": "POLYGONAL", "VerticesOfThePolygonal{}":
          [8, 6, 8, 74, 88, 74, 88, 6]}, BOX),
    ],
)  # fmt: skip
@pytest.mark.parametrize("beyond", [0, 4095])
def test_beyond_a_shutter_or_collimator_no_patient_is_seen(
    make_film, hip, name, tags, hidden, beyond
):
    stored = np.where(hidden, np.uint16(beyond), hip)
    film = read_film(
        make_film(stored, edit={k.format(name): v for k, v in tags.items()})
    )
    assert "shutter" in codes(film)
    assert (film.outside != hidden).mean() < 0.06  # a soft edge goes with it
    assert film.pixels.max() < 4095
    np.testing.assert_array_equal(film.pixels[~film.outside], stored[~film.outside])


def test_the_corners_about_a_round_shutter_go_on_from_the_film(make_film, hip):
    stored = np.where(CIRCLE, np.uint16(0), np.maximum(hip, 400))
    edit = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [48, 40],
            "RadiusOfCircularShutter": 36}  # fmt: skip
    film = read_film(make_film(stored, edit=edit))
    seen = stored[~film.outside]
    corner = film.pixels[12:19, 4:11]
    assert film.outside[12:19, 4:11].any()
    assert seen.min() < corner.mean() < seen.max()
    assert (film.pixels[:11] == seen.min()).all()  # above the rectangle: a border
    assert (film.pixels[:, :3] == seen.min()).all()


def test_a_border_that_stands_a_little_askew_is_dark(make_film, hip):
    hidden = COLUMNS < 4 + ROWS / 24
    film = read_film(
        make_film(
            np.where(hidden, np.uint16(4095), hip),
            edit={"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter":
                  [1, 4, 1, 80, 96, 80, 96, 8]},
        )
    )  # fmt: skip
    seen = film.pixels[~film.outside]
    assert film.outside[90:, :6].all() and not film.outside[:8, 6:].any()
    assert (film.pixels[film.outside] == seen.min()).all()


def test_several_shapes_leave_what_lies_in_all_of_them(make_film, hip):
    film = read_film(
        make_film(
            edit={
                "ShutterShape": ["RECTANGULAR", "CIRCULAR"],
                "ShutterLeftVerticalEdge": 6,
                "ShutterRightVerticalEdge": 74,
                "ShutterUpperHorizontalEdge": 8,
                "ShutterLowerHorizontalEdge": 88,
                "CenterOfCircularShutter": [48, 40],
                "RadiusOfCircularShutter": 36,
            }
        )
    )
    np.testing.assert_array_equal(film.outside, CIRCLE | BOX)


@pytest.mark.parametrize("wide", [2, 12])
def test_a_white_border_without_a_tag_is_left_out(tmp_path, hip, wide):
    grey = (hip >> 4).astype(np.uint8)
    grey[:, :wide] = 250
    path = tmp_path / "collimated.png"
    Image.fromarray(grey).save(path)
    film = read_film(path)
    assert "shutter" in codes(film)
    assert film.outside[:, :wide].all() and not film.outside[:, wide + 4 :].any()
    assert film.pixels.max() < 250


def test_bone_that_leaves_the_film_is_no_white_border(tmp_path, hip):
    fading = 255 * np.exp(-(((COLUMNS - 20) / 30) ** 2)) * np.ones(SHAPE)
    path = tmp_path / "shaft.png"
    Image.fromarray(fading.clip(0, 255).astype(np.uint8)).save(path)
    assert read_film(path).outside is None


def test_a_cortex_that_is_burnt_out_and_touches_a_white_border_is_seen(tmp_path, hip):
    grey = np.repeat(np.repeat((hip >> 5).astype(np.uint8), 5, 0), 5, 1)
    grey[-30:] = 255
    cortex = (slice(200, 450), slice(180, 192))
    grey[cortex] = 255
    path = tmp_path / "dense.png"
    Image.fromarray(grey).save(path)
    film = read_film(path)
    assert film.outside is not None and film.outside[-30:].all()
    assert not film.outside[:420].any()
    assert (film.pixels[cortex][:220] == 255).all()


def test_an_exact_sto_has_no_bone_beyond_the_shutter_of_its_film(make_film, hip):
    stored = np.where(CIRCLE, np.uint16(4095), hip)
    edit = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [48, 40],
            "RadiusOfCircularShutter": 36}  # fmt: skip
    film = read_film(make_film(stored, edit=edit))
    sto = np.where(CIRCLE, 1.0, 0.3).astype(np.float32)
    bone = film.grey() - film.hidden_alike(sto)
    assert (bone[film.outside] == 0).all()
    np.testing.assert_array_equal(
        bone[~film.outside], (film.grey() - sto)[~film.outside]
    )
    whole = read_film(make_film())
    assert whole.hidden_alike(sto) is sto


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "CIRCULAR", "RadiusOfCircularShutter": 3,
         "CenterOfCircularShutter": [48, 40]},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [48, 40]},
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 6},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2]},
        {"ShutterShape": "BITMAP"},
    ],
)  # fmt: skip
def test_a_shutter_that_leaves_no_hip_or_makes_no_shape_is_not_believed(
    make_film, hip, tags
):
    film = read_film(make_film(edit=tags))
    assert film.outside is None
    np.testing.assert_array_equal(film.pixels, hip)


def test_the_layer_shows_the_film_as_it_is(make_film, hip):
    stored = np.where(CIRCLE, np.uint16(4095), hip)
    edit = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [48, 40],
            "RadiusOfCircularShutter": 36}  # fmt: skip
    np.testing.assert_array_equal(
        open_film(make_film(stored, edit=edit)).modality, stored
    )


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "CIRCLE"},
        {"ShutterShape": None},
        {"ShutterShape": "Circular "},
    ],
    ids=["odd word", "no word", "small letters"],
)
def test_a_shutter_whose_shape_is_named_oddly_is_read_by_its_numbers(
    make_film, hip, tags
):
    circle = {"CenterOfCircularShutter": [48, 40], "RadiusOfCircularShutter": 36}
    grey = np.where(CIRCLE, np.uint16(1800), hip)
    film = read_film(make_film(grey, edit={**circle, **tags}))
    np.testing.assert_array_equal(film.outside, CIRCLE)


def test_edges_of_a_shutter_that_are_swapped_are_put_in_order(make_film):
    edges = {
        "ShutterShape": "RECTANGULAR",
        "ShutterLeftVerticalEdge": 74,
        "ShutterRightVerticalEdge": 6,
        "ShutterUpperHorizontalEdge": 8,
        "ShutterLowerHorizontalEdge": 88,
    }
    np.testing.assert_array_equal(read_film(make_film(edit=edges)).outside, BOX)


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "CIRCULAR", "RadiusOfCircularShutter": 36},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [48, 40],
         "RadiusOfCircularShutter": 3},
        {"ShutterShape": "BITMAP"},
        {"CollimatorShape": "POLYGONAL", "VerticesOfThePolygonalCollimator": [1, 1]},
    ],
    ids=["no centre", "all hidden", "bitmap", "no polygon"],
)  # fmt: skip
def test_a_shutter_that_cannot_be_used_is_told(make_film, tags):
    film = read_film(make_film(edit=tags))
    assert film.outside is None
    (flag,) = (flag for flag in film.flags if flag.code == "shutter")
    assert "passed over" in flag.text


@pytest.mark.parametrize("padding", [0, 4095, 63536, 65535])
def test_padding_that_fills_more_bits_than_are_stored_is_left_out(
    make_film, hip, padding
):
    path = make_film()
    film = pydicom.dcmread(path)
    film.PixelData = np.where(BOX, np.uint16(padding), hip).tobytes()
    film.add_new("PixelPaddingValue", "US", padding)
    film.save_as(path)
    read = read_film(path)
    assert "shutter" in codes(read)
    assert read.outside[BOX].all() and (read.outside != BOX).mean() < 0.06


def test_a_round_or_tilted_black_border_without_a_tag_is_left_out(tmp_path, hip):
    large = np.repeat(np.repeat((hip >> 4).astype(np.uint8), 4, 0), 4, 1)
    rows, columns = np.mgrid[: large.shape[0], : large.shape[1]]
    round_one = np.hypot(rows - 192, columns - 160) > 150
    tilted = np.abs(0.94 * (columns - 160) + 0.34 * (rows - 192)) > 110
    for i, border in enumerate((round_one, tilted)):
        path = tmp_path / f"{i}.png"
        Image.fromarray(np.where(border, 0, np.maximum(large, 80))).save(path)
        film = read_film(path)
        assert "shutter" in codes(film)
        assert (film.outside != border).mean() < 0.06


def test_an_upright_black_border_without_a_tag_stays_as_it_is(tmp_path, hip):
    grey = np.maximum((hip >> 4).astype(np.uint8), 80)
    grey[:8] = grey[:, -10:] = 0
    path = tmp_path / "collimated.png"
    Image.fromarray(grey).save(path)
    assert read_film(path).outside is None


def test_the_air_beside_a_hip_is_no_border_where_pixels_are_no_squares(
    sample_study, tmp_path
):
    square = read_film(sample_study.cases[2].image)
    film = pydicom.dcmread(sample_study.cases[2].image)
    grey = film.pixel_array.reshape(900, 450, 2).mean(2).astype(np.uint16)
    film.PixelData, film.Columns = grey.tobytes(), 450
    row, column = film.ImagerPixelSpacing
    film.ImagerPixelSpacing = [row, 2 * column]
    film.save_as(tmp_path / "film.dcm")
    wide = read_film(tmp_path / "film.dcm")
    assert wide.spacing_mm == (square.spacing_mm[0], 2 * square.spacing_mm[1])
    assert square.outside is None and wide.outside is None
