"""One film in every syntax it can be written in, read back."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from openjpeg.utils import encode_array
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEGBaseline8Bit,
    JPEGLSNearLossless,
)

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import inspect, open_film, read_film

from .syntaxes import LOSSLESS, in_syntax

# Bits stored, bits allocated, signed: what films come in.
FORMATS = [(8, 8, 0), (10, 16, 0), (12, 16, 0), (16, 16, 0), (12, 16, 1), (16, 16, 1)]


def in_a_new_process(code, *arguments):
    """Run code where no helper has been started yet; gives what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def film_in(make_film, hip, bits, allocated, signed, photometric="MONOCHROME2"):
    """A film in one of the formats, and its stored values."""
    stored = hip >> (12 - bits) if bits < 12 else hip << (bits - 12)
    values = stored.astype(np.int32) - (signed << (bits - 1))
    word = f"<{'i' if signed else 'u'}{allocated // 8}"
    edit = {
        "BitsAllocated": allocated,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": signed,
        "PixelData": values.astype(word).tobytes(),
    }
    return make_film(photometric=photometric, edit=edit), values


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("bits", "allocated", "signed"), FORMATS)
@pytest.mark.parametrize("syntax", LOSSLESS)
def test_lossless_films_come_back_bit_for_bit(
    make_film, hip, syntax, bits, allocated, signed, photometric
):
    plain, values = film_in(make_film, hip, bits, allocated, signed, photometric)
    path = in_syntax(plain, syntax)
    name = pydicom.dcmread(path).file_meta.TransferSyntaxUID.name
    assert name != "Explicit VR Little Endian"
    assert inspect(path)["transfer_syntax"] == name[:64]
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, values)
    np.testing.assert_array_equal(open_film(plain).stored, values)
    assert shown.inverted == (photometric == "MONOCHROME1")


@pytest.mark.parametrize(("bits", "allocated"), [(8, 8), (12, 16)])
def test_twelve_bit_jpeg_comes_back_within_its_loss(make_film, hip, bits, allocated):
    plain, values = film_in(make_film, hip, bits, allocated, 0)
    film = open_film(in_syntax(plain, "JPEGExtendedProcess2_4"))
    assert np.abs(film.stored.astype(int) - values).max() <= 2
    assert "lossy" in {flag.code for flag in film.radiograph.flags}


@pytest.mark.parametrize("error", [1, 3, 10])
def test_near_lossless_jpeg_ls_keeps_its_bound(make_film, hip, error):
    path = make_film()
    film = pydicom.dcmread(path)
    film.compress(JPEGLSNearLossless, jls_error=error)
    film.save_as(path)
    difference = np.abs(open_film(path).stored.astype(int) - hip).max()
    assert 0 < difference <= error


@pytest.mark.parametrize("decibels", [60, 80])
def test_lossy_jpeg_2000_keeps_its_signal_to_noise(make_film, hip, decibels):
    path = make_film()
    film = pydicom.dcmread(path)
    film.file_meta.TransferSyntaxUID = JPEG2000
    encoded = encode_array(hip, 12, signal_noise_ratios=[decibels])
    film.PixelData = encapsulate([encoded])
    film["PixelData"].is_undefined_length = True
    film.save_as(path)
    wrong = open_film(path).stored.astype(float) - hip
    assert 0 < np.sqrt(np.mean(wrong**2)) <= 4095 / 10 ** ((decibels - 3) / 20)


def test_baseline_jpeg_is_read(make_film, hip):
    path = make_film()
    buffer = io.BytesIO()
    grey = (hip >> 4).astype(np.uint8)
    Image.fromarray(grey).save(buffer, "JPEG", quality=97)
    film = pydicom.dcmread(path)
    film.BitsAllocated = film.BitsStored = 8
    film.HighBit = 7
    film.PixelData = encapsulate([buffer.getvalue()])
    film["PixelData"].VR = "OB"
    film.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    film.save_as(path)
    shown = open_film(path)
    assert np.abs(shown.stored.astype(int) - grey).max() <= 6
    assert "lossy" in {flag.code for flag in shown.radiograph.flags}


@pytest.mark.parametrize("syntax", [HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K])
def test_high_throughput_jpeg_2000_comes_back_bit_for_bit(make_film, syntax):
    """``htj2k.j2c`` was written by OpenJPH: imagecodecs.htj2k_encode(…, reversible)."""
    rows, columns = np.mgrid[:64, :80]
    values = (rows * 37 + columns * 11 + rows * columns // 3) % 4096
    path = make_film(values.astype(np.uint16))
    film = pydicom.dcmread(path)
    film.PixelData = encapsulate([Path(__file__).with_name("htj2k.j2c").read_bytes()])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = syntax
    film.save_as(path)
    np.testing.assert_array_equal(open_film(path).stored, values)
    assert inspect(path)["transfer_syntax"] == syntax.name[:64]


@pytest.mark.parametrize("syntax", ["ImplicitVRLittleEndian", "ExplicitVRBigEndian"])
def test_films_without_preamble_are_read(make_film, hip, syntax):
    path = in_syntax(make_film(), syntax)
    film = pydicom.dcmread(path)
    implicit, little = film.original_encoding
    buffer = io.BytesIO()
    bare = pydicom.Dataset()
    bare.update(film)
    bare.save_as(buffer, implicit_vr=implicit, little_endian=little)
    path.write_bytes(buffer.getvalue())
    np.testing.assert_array_equal(read_film(path).pixels, hip)


@pytest.mark.parametrize(
    "syntax",
    ["ImplicitVRLittleEndian", "DeflatedExplicitVRLittleEndian", "JPEG2000Lossless"],
)
def test_films_that_lost_the_128_bytes_before_their_mark_are_read(
    make_film, hip, syntax
):
    path = in_syntax(make_film(), syntax)
    path.write_bytes(path.read_bytes()[128:])
    np.testing.assert_array_equal(read_film(path).pixels, hip)


def test_an_unknown_transfer_syntax_is_named(make_film):
    path = make_film()
    film = pydicom.dcmread(path)
    film.PixelData = encapsulate([bytes(2000)])
    film.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    film.save_as(path)
    with pytest.raises(Refused, match="video"):
        read_film(path)


@pytest.mark.parametrize(
    "syntax", ["1.2.840.113619.5.2", "1.3.46.670589.33.1.4", "1.2.840.10008.1.2.9"]
)
def test_a_film_in_its_makers_own_transfer_syntax_is_not_called_damaged(
    make_film, syntax
):
    path = make_film()
    written = path.read_bytes()
    own = syntax.encode().ljust(20, b"\0")
    path.write_bytes(written.replace(b"1.2.840.10008.1.2.1\0", own))
    with pytest.raises(Refused, match="export it again as Explicit VR Little Endian"):
        read_film(path)


def test_a_film_in_rle_that_is_cut_short_is_told_as_that(make_film):
    path = in_syntax(make_film(), "RLELossless")
    film = pydicom.dcmread(path)
    frame = next(generate_frames(film.PixelData, number_of_frames=1))
    film.PixelData = encapsulate([frame[: len(frame) // 4 * 2]])
    film["PixelData"].is_undefined_length = True
    film.save_as(path)
    with pytest.raises(Refused, match="RLE Lossless.* is damaged or cut short"):
        read_film(path)


def test_a_missing_codec_is_named_with_the_line_to_type(make_film):
    path = in_syntax(make_film(), "JPEGLSLossless")
    said = in_a_new_process(
        "import sys; sys.modules |= {'gdcm': None, 'jpeg_ls': None};"
        "sys.executable = '/nowhere/python';"  # or a helper would know them
        "from napari_hipbmd.dicom import inspect;"
        "print(inspect(sys.argv[1])['reason'])",
        path,
    )
    assert said.endswith("python -m pip install pyjpegls")


def test_a_codec_that_dies_costs_one_film(make_film, hip):
    """A precision of 0 bits makes GDCM end its process (seen in 3.2.6)."""
    path = in_syntax(make_film(), "JPEGExtendedProcess2_4")
    good = path.read_bytes()
    frame_header = good.index(b"\xff\xc1")
    path.write_bytes(good[: frame_header + 4] + b"\0" + good[frame_header + 5 :])
    with pytest.raises(Refused, match="cannot be decoded"):
        read_film(path)
    path.write_bytes(good)
    assert np.abs(read_film(path).pixels - hip).max() <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_pause_between_two_films_mixes_up_no_answers(make_film, hip):
    """The helper's clock stands still while nothing is asked."""
    paths = []
    for number in (1, 2, 3):
        path = make_film(hip // number, name=f"{number}.dcm")
        paths.append(in_syntax(path, "JPEG2000Lossless", path.with_suffix(".j2k")))
    in_a_new_process(
        """
import subprocess, sys, time
import numpy as np
from napari_hipbmd.dicom import open_film

HURRIED = "; ".join((
    "import napari_hipbmd.dicom.decoding.helper as h",
    "h.WALL_SECONDS, h.CPU_SECONDS = 1.5, 5.0",
    "h.main()",
))
usual = subprocess.Popen
subprocess.Popen = lambda command, **how: usual([command[0], "-c", HURRIED], **how)
for path in sys.argv[1:]:
    np.save(path + ".npy", open_film(path).stored)
    time.sleep(2)
""",
        *paths,
    )
    for number, path in enumerate(paths, start=1):
        np.testing.assert_array_equal(np.load(f"{path}.npy"), hip // number)


def test_films_are_read_where_no_helper_can_be_started(make_film, hip):
    path = in_syntax(make_film(), "JPEG2000Lossless")
    in_a_new_process(
        "import sys; sys.executable = '/nowhere/python';"
        "import numpy as np; from napari_hipbmd.dicom import read_film;"
        "np.save(sys.argv[1] + '.npy', read_film(sys.argv[1]).pixels)",
        path,
    )
    np.testing.assert_array_equal(np.load(f"{path}.npy"), hip)
