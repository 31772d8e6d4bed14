"""What a user may rely on: a picture is not cut into other rows than it has."""

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames

from napari_hipbmd.dicom import FilmTags, inspect, open_film, write_film

from .syntaxes import in_syntax


def codes(path):
    return {flag["code"] for flag in inspect(path)["flags"]}


@pytest.mark.parametrize("syntax", ["uncompressed", "RLELossless"])
def test_rows_and_columns_that_were_swapped_are_refused(make_film, hip, syntax):
    path = make_film()
    if syntax != "uncompressed":
        path = in_syntax(path, syntax)
    film = pydicom.dcmread(path)
    film.Rows, film.Columns = film.Columns, film.Rows
    film.save_as(path)
    told = inspect(path)["reason"]
    assert "claims 80 × 96 pixels, and only with 96 × 80 the rows fit" in told


@pytest.mark.parametrize("size", [(64, 64), (120, 160), (160, 120)])
def test_a_picture_that_is_one_slope_is_not_taken_for_one_that_is_cut(tmp_path, size):
    slope = (np.arange(size[0] * size[1]) // 5).astype(np.uint16).reshape(size)
    write_film(tmp_path / "slope.dcm", slope, FilmTags("slope"))
    assert inspect(tmp_path / "slope.dcm")["status"] == "readable"


@pytest.mark.parametrize("times", [2, 0.5, 1.5, 3])
def test_rows_of_another_length_than_the_film_has_are_refused(make_film, times):
    path = make_film()
    film = pydicom.dcmread(path)
    film.Rows, film.Columns = round(film.Rows / times), round(film.Columns * times)
    film.save_as(path)
    told = inspect(path)["reason"]
    assert f"claims {film.Rows} × {film.Columns} pixels, and only with 96 × 80" in told


def test_noise_ramps_and_a_single_grey_are_not_called_cut_wrongly(make_film):
    noise = np.random.default_rng(3).integers(0, 4000, (96, 80)).astype(np.uint16)
    grey = np.full((96, 80), 700, np.uint16)
    ramp = np.arange(96 * 80, dtype=np.uint16).reshape(96, 80) % 4096
    stripes = np.repeat(40 * np.arange(96, dtype=np.uint16)[:, None], 80, axis=1)
    for pixels in (noise, grey, ramp, stripes):
        assert "rows fit" not in str(inspect(make_film(pixels)).get("reason"))


@pytest.mark.parametrize("syntax", ["JPEGLSLossless", "JPEG2000Lossless"])
def test_a_compressed_picture_of_another_shape_than_the_tags_is_refused(
    make_film, syntax
):
    path = in_syntax(make_film(), syntax)
    film = pydicom.dcmread(path)
    film.Rows, film.Columns = film.Columns, film.Rows
    film.save_as(path)
    assert "picture is 96 × 80" in inspect(path)["reason"]


@pytest.mark.parametrize("told", ["offsets", "no offsets"])
@pytest.mark.parametrize("syntax", ["RLELossless", "JPEGLSLossless", "JPEG2000"])
def test_more_pictures_than_the_header_names_are_told_and_the_first_is_taken(
    make_film, hip, syntax, told
):
    path = in_syntax(make_film(), syntax)
    film = pydicom.dcmread(path)
    alone = open_film(path).stored
    other = pydicom.dcmread(in_syntax(make_film(hip[::-1].copy()), syntax))
    frames = [next(generate_frames(f.PixelData, number_of_frames=1))
              for f in (film, other)]  # fmt: skip
    film.PixelData = encapsulate(frames, has_bot=told == "offsets")
    film.save_as(path)
    both = open_film(path)
    np.testing.assert_array_equal(both.stored, alone)
    assert "The file holds 2 pictures" in " ".join(
        flag.text for flag in both.radiograph.flags if flag.code == "left-over"
    )


def test_a_picture_in_several_fragments_is_one(make_film):
    path = in_syntax(make_film(), "JPEG2000Lossless")
    film = pydicom.dcmread(path)
    frame = next(generate_frames(film.PixelData, number_of_frames=1))
    film.PixelData = encapsulate([frame], fragments_per_frame=3)
    film.save_as(path)
    assert "left-over" not in codes(path)


@pytest.mark.parametrize("syntax", ["JPEGLSLossless", "JPEG2000Lossless"])
def test_a_compressed_picture_of_more_bits_than_the_header_stores_is_read_whole(
    make_film, hip, syntax
):
    path = in_syntax(make_film(), syntax)
    film = pydicom.dcmread(path)
    film.BitsStored, film.HighBit = 10, 9
    film.save_as(path)
    read = open_film(path)
    np.testing.assert_array_equal(read.stored, hip)
    assert read.radiograph.grey_range == (0, 4095)
    assert "range" in codes(path)


def test_a_compressed_picture_of_more_bits_than_there_is_room_for_is_refused(make_film):
    path = in_syntax(make_film(), "JPEG2000Lossless")
    film = pydicom.dcmread(path)
    film.BitsAllocated, film.BitsStored, film.HighBit = 8, 8, 7
    film.save_as(path)
    assert "has 16 bits, more than the 8 that the header" in inspect(path)["reason"]
