"""One film in every syntax it can be written in, read back."""

import io
import sys

import gdcm
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from napari_hipbmd.dicom import inspect, isolation, open_film, read_film
from napari_hipbmd.radiograph import FilmRefused

LOSSLESS = [
    "ImplicitVRLittleEndian",
    "ExplicitVRBigEndian",
    "DeflatedExplicitVRLittleEndian",
    "RLELossless",
    "JPEGLosslessProcess14",
    "JPEGLosslessProcess14_1",
    "JPEGLSLossless",
    "JPEG2000Lossless",
]
LOSSY = ["JPEGExtendedProcess2_4", "JPEGLSNearLossless", "JPEG2000"]


def in_syntax(path, syntax):
    """The film at ``path``, rewritten by GDCM in another transfer syntax."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    changed = path.with_name(f"{syntax}.dcm")
    writer.SetFileName(str(changed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return changed


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_lossless_films_come_back_bit_for_bit(make_film, hip, syntax):
    path = in_syntax(make_film(), syntax)
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, hip)
    np.testing.assert_array_equal(shown.radiograph.pixels, hip)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_so_do_sixteen_bit_films(make_film, hip, syntax):
    deep = hip * np.uint16(16) + np.uint16(5)
    path = in_syntax(make_film(deep, bits_stored=16), syntax)
    np.testing.assert_array_equal(open_film(path).stored, deep)


@pytest.mark.parametrize("syntax", LOSSY)
def test_lossy_films_come_back_within_a_grey_step_or_two(make_film, hip, syntax):
    film = open_film(in_syntax(make_film(), syntax))
    assert np.abs(film.stored.astype(int) - hip).max() <= 2


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


def test_an_unknown_transfer_syntax_is_named(make_film):
    path = make_film()
    film = pydicom.dcmread(path)
    film.PixelData = encapsulate([bytes(2000)])
    film.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    film.save_as(path)
    with pytest.raises(FilmRefused, match="video"):
        read_film(path)


def test_a_missing_codec_is_named_with_the_line_to_type(make_film, monkeypatch):
    from pydicom.pixels.decoders import base

    path = in_syntax(make_film(), "JPEGLSLossless")
    decoder = base.get_decoder("1.2.840.10008.1.2.4.80")
    monkeypatch.setattr(decoder, "_available", {})
    monkeypatch.setattr(isolation, "_start", lambda: None)
    monkeypatch.setattr(isolation, "_helper", isolation._Helper())
    assert inspect(path)["reason"].endswith("python -m pip install pyjpegls")


def test_a_codec_that_dies_costs_one_film(make_film, hip):
    """A precision of 0 bits makes GDCM end its process (seen in 3.2.6)."""
    path = in_syntax(make_film(), "JPEGExtendedProcess2_4")
    good = path.read_bytes()
    frame_header = good.index(b"\xff\xc1")
    path.write_bytes(good[: frame_header + 4] + b"\0" + good[frame_header + 5 :])
    with pytest.raises(FilmRefused, match="cannot be decoded"):
        read_film(path)
    path.write_bytes(good)
    assert np.abs(read_film(path).pixels - hip).max() <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_films_are_read_where_no_helper_can_be_started(make_film, hip, monkeypatch):
    path = in_syntax(make_film(), "JPEG2000Lossless")
    monkeypatch.setattr(isolation.sys, "executable", "/nowhere/python")
    monkeypatch.setattr(isolation, "_helper", isolation._Helper())
    np.testing.assert_array_equal(read_film(path).pixels, hip)
