"""Pictures of films are welcome, and flagged for what they cannot say."""

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageDraw, ImageFont

from napari_hipbmd.dicom import inspect, open_film, read_film


@pytest.fixture
def grey8(hip):
    return (hip >> 4).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_eight_bit_pictures_are_read(tmp_path, grey8, suffix):
    path = tmp_path / f"hip.{suffix}"
    Image.fromarray(grey8).save(path)
    film = read_film(path)
    np.testing.assert_array_equal(film.pixels, grey8)
    assert film.grey_range == (0, 255)
    assert film.case_id == "hip"


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_pictures_keep_their_bits(tmp_path, hip, suffix):
    path = tmp_path / f"hip.{suffix}"
    Image.fromarray(hip * np.uint16(16)).save(path)
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, hip * np.uint16(16))
    assert shown.contrast_limits_range == (0, 65535)


@pytest.mark.parametrize("compression", ["zlib", None])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_tiff_from_other_programs_is_read(tmp_path, hip, compression, byteorder):
    path = tmp_path / "hip.tif"
    tifffile.imwrite(path, hip, compression=compression, byteorder=byteorder)
    np.testing.assert_array_equal(read_film(path).pixels, hip)


def test_jpeg_is_read_within_its_loss(tmp_path, grey8):
    path = tmp_path / "hip.jpg"
    Image.fromarray(grey8).save(path, quality=95)
    assert np.abs(read_film(path).pixels - grey8).max() < 12


def test_a_picture_says_what_it_does_not_know(tmp_path, grey8):
    path = tmp_path / "hip.png"
    Image.fromarray(grey8).save(path)
    answer = inspect(path)
    assert answer["status"] == "readable"
    assert {flag["code"] for flag in answer["flags"]} == {"uncalibrated", "spacing"}
    assert (answer["spacing_mm"], answer["bits_stored"]) == (None, 8)
    assert (answer["rows"], answer["columns"]) == grey8.shape
    assert answer["modality"] is None


def test_grey_saved_in_colour_is_grey(tmp_path, grey8):
    path = tmp_path / "hip.png"
    Image.fromarray(grey8).convert("RGBA").save(path)
    film = read_film(path)
    np.testing.assert_array_equal(film.pixels, grey8)
    assert "colour" in {flag.code for flag in film.flags}


@pytest.mark.parametrize(
    ("mode", "words"), [("RGB", "in colours"), ("1", "no fixed grey range")]
)
def test_other_pictures_are_refused(tmp_path, mode, words):
    rng = np.random.default_rng(0)
    picture = Image.fromarray(rng.integers(0, 255, (64, 64, 3)).astype(np.uint8))
    path = tmp_path / "photo.png"
    picture.convert(mode).save(path)
    assert words in inspect(path)["reason"]


def test_floating_point_and_pages_are_refused(tmp_path, hip):
    tifffile.imwrite(tmp_path / "float.tif", hip.astype(np.float32))
    assert "no fixed grey range" in inspect(tmp_path / "float.tif")["reason"]
    tifffile.imwrite(
        tmp_path / "pages.tif", np.stack([hip] * 3), photometric="minisblack"
    )
    assert "several pages" in inspect(tmp_path / "pages.tif")["reason"]


def test_damaged_pictures_are_refused(tmp_path, grey8):
    path = tmp_path / "hip.png"
    Image.fromarray(grey8).save(path)
    whole = path.read_bytes()
    for size in (9, 30, 100, len(whole) // 2):
        path.write_bytes(whole[:size])
        assert inspect(path)["status"] == "refused"


def test_a_picture_of_a_billion_pixels_is_refused(tmp_path):
    import struct
    import zlib

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")
    )
    assert inspect(path)["status"] == "refused"


COLOURS = ["red", "yellow", "#3030a0", "#ffb080"]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_coloured_marks_on_a_grey_film_are_known_and_filled_in(
    tmp_path, colour, suffix
):
    rows, columns = np.mgrid[:320, :300]
    grey = 60 + 120 * np.exp(-(((rows - 160) ** 2 + (columns - 150) ** 2) / 6000))
    picture = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 90, 200, 230), outline=colour)
    draw.text((10, 10), "R 12", fill=colour, font=ImageFont.load_default(24))
    draw.line((290, 20, 290, 300), fill=colour, width=2)
    path = tmp_path / f"marked.{suffix}"
    picture.save(path, **({"quality": 85} if suffix == "jpg" else {}))

    film = read_film(path)
    assert {"colour", "burnt-in"} <= {flag.code for flag in film.flags}
    assert film.burnt_in is not None and film.burnt_in[90, 130]
    assert film.burnt_in.mean() < 0.2
    assert np.abs(film.pixels - grey).max() < 25
    assert np.abs(film.pixels - grey).mean() < 1.5


def test_a_coloured_picture_is_not_taken_for_a_marked_film(tmp_path, grey8):
    tinted = np.stack([grey8, grey8 // 2, grey8 // 3], -1)
    Image.fromarray(tinted).save(tmp_path / "sepia.png")
    assert "in colours" in inspect(tmp_path / "sepia.png")["reason"]


def test_marks_on_a_dicom_film_saved_in_colour_are_known_too(make_colour_film, hip):
    grey = (hip >> 4).astype(np.uint8)
    channels = np.stack([grey] * 3, -1)
    channels[20:24, 10:60] = (255, 0, 0)
    film = read_film(make_colour_film(channels))
    assert film.burnt_in is not None and film.burnt_in[20:24, 10:60].all()
    assert np.abs(film.pixels - grey)[20:24, 10:60].mean() < 10


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_tiff_that_calls_white_zero_is_inverted(tmp_path, hip, depth):
    grey = hip * np.uint16(16) if depth is np.uint16 else (hip >> 4).astype(np.uint8)
    top = np.iinfo(depth).max
    path = tmp_path / "negative.tif"
    tifffile.imwrite(path, top - grey, photometric="miniswhite")
    np.testing.assert_array_equal(read_film(path).pixels, grey)


ORIENTED = {
    1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud,
    5: lambda a: a.T, 6: lambda a: np.rot90(a, 1), 7: lambda a: np.rot90(a.T, 2),
    8: lambda a: np.rot90(a, 3),
}  # fmt: skip
"""How a picture lies in a file of each EXIF orientation."""


@pytest.mark.parametrize("orientation", ORIENTED)
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_picture_is_turned_as_every_viewer_turns_it(
    tmp_path, grey8, orientation, suffix
):
    lies = Image.fromarray(np.ascontiguousarray(ORIENTED[orientation](grey8)))
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"phone.{suffix}"
    lies.save(path, exif=exif, **({"quality": 98} if suffix == "jpg" else {}))
    film = read_film(path)
    assert film.shape == grey8.shape
    assert np.abs(film.pixels - grey8).max() < 12


def test_a_phones_second_picture_is_passed_over(tmp_path, grey8):
    path = tmp_path / "phone.jpg"
    first, preview = Image.fromarray(grey8), Image.fromarray(grey8[::2, ::2])
    first.save(path, format="MPO", save_all=True, append_images=[preview], quality=98)
    film = read_film(path)
    assert film.shape == grey8.shape
    assert np.abs(film.pixels - grey8).max() < 12


def test_a_preview_inside_a_tiff_is_passed_over(tmp_path, hip):
    path = tmp_path / "hip.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(hip, photometric="minisblack")
        file.write(hip[::2, ::2], photometric="minisblack", subfiletype=1)
    np.testing.assert_array_equal(read_film(path).pixels, hip)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_the_shape_of_a_pictures_pixels_is_kept_without_a_length(
    tmp_path, grey8, suffix
):
    path = tmp_path / f"oblong.{suffix}"
    Image.fromarray(grey8).save(path, dpi=(200, 100))
    film = read_film(path)
    assert film.spacing_mm is None
    assert film.pixel_aspect == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize(
    ("byteorder", "bigtiff"), [("<", False), (">", False), ("<", True)]
)
@pytest.mark.parametrize("tile", [None, (32, 32)])
def test_white_zero_is_inverted_however_a_tiff_is_written(
    tmp_path, hip, byteorder, tile, bigtiff
):
    grey = hip * np.uint16(16)
    path = tmp_path / "negative.tif"
    tifffile.imwrite(
        path, 65535 - grey, photometric="miniswhite", byteorder=byteorder, tile=tile,
        bigtiff=bigtiff,
    )  # fmt: skip
    np.testing.assert_array_equal(read_film(path).pixels, grey)


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_fewer_bits_in_a_16_bit_picture_keep_their_greys_and_are_flagged(
    tmp_path, hip, bits, photometric, suffix
):
    top = (1 << bits) - 1
    grey = (hip.astype(float) * top / 4095).astype(np.uint16)
    path = tmp_path / f"hip.{suffix}"
    if suffix == "tif":
        stored = top - grey if photometric == "miniswhite" else grey
        tifffile.imwrite(path, stored, photometric=photometric)
    else:
        Image.fromarray(grey).save(path)
    film = read_film(path)
    assert film.grey_range == (0, top)
    np.testing.assert_array_equal(film.pixels, grey)
    assert "range" in {flag.code for flag in film.flags}


def test_what_is_transparent_in_a_picture_is_left_out(tmp_path, grey8):
    alpha = np.full_like(grey8, 255)
    alpha[:, :20] = 0
    beneath = np.where(alpha == 0, np.uint8(120), grey8)
    path = tmp_path / "cut-out.png"
    Image.fromarray(np.dstack([beneath, alpha]), "LA").save(path)
    film = read_film(path)
    np.testing.assert_array_equal(film.outside, alpha == 0)
    np.testing.assert_array_equal(film.pixels[:, 20:], grey8[:, 20:])
    assert "shutter" in {flag.code for flag in film.flags}


@pytest.mark.parametrize("kind", ["8 bits", "16 bits", "colour", "palette"])
def test_a_grey_that_a_png_calls_transparent_is_left_out_at_the_border_alone(
    tmp_path, grey8, kind
):
    grey = np.clip(grey8, 1, 254)
    grey[:, :20] = grey[60:62, 60:62] = 0  # a border, and two dark pixels of the hip
    image, clear = Image.fromarray(grey), (0, 0, 0) if kind == "colour" else 0
    if kind == "16 bits":
        image, clear = Image.fromarray(grey.astype(np.uint16) * 257 + 7), 7
    elif kind != "8 bits":
        image = image.convert("RGB" if kind == "colour" else "P")
    path = tmp_path / "clear.png"
    image.save(path, transparency=clear)
    film = read_film(path)
    assert film.outside is not None and film.outside[:, :20].all()
    assert not film.outside[:, 20:].any()
    assert "shutter" in {flag.code for flag in film.flags}


@pytest.mark.parametrize("bits", [2, 4])
def test_a_picture_of_a_handful_of_greys_is_refused(tmp_path, grey8, bits):
    path = tmp_path / "few.png"
    few = Image.fromarray(grey8 >> (8 - bits)).convert("P")
    few.save(path, bits=bits)
    assert f"has {bits} bits a pixel" in inspect(path)["reason"]


def test_a_film_that_lies_in_the_alpha_channel_is_refused(tmp_path, grey8):
    path = tmp_path / "alpha.png"
    Image.fromarray(np.dstack([np.zeros_like(grey8), grey8]), "LA").save(path)
    assert "half transparent" in inspect(path)["reason"]


def test_what_would_be_misread_in_a_tiff_is_refused(tmp_path, grey8):
    signed = tmp_path / "signed.tif"
    tifffile.imwrite(signed, (grey8.astype(np.int16) - 128).astype(np.int8))
    assert "values with a sign" in inspect(signed)["reason"]
    planes = tmp_path / "planes.tif"
    tifffile.imwrite(
        planes, np.stack([grey8.astype(np.uint16) * 257] * 3), photometric="rgb",
        planarconfig="separate",
    )  # fmt: skip
    assert "colours in planes" in inspect(planes)["reason"]


@pytest.mark.parametrize("unit", ["none", "inch", "centimeter"])
def test_pixels_of_a_tiff_keep_their_shape_in_any_unit(tmp_path, grey8, unit):
    path = tmp_path / "oblong.tif"
    tifffile.imwrite(path, grey8, resolution=(200, 100), resolutionunit=unit)
    assert read_film(path).pixel_aspect == pytest.approx(2)
