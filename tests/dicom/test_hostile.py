"""A file made to do harm costs nothing: no traceback, no wait, no gigabytes."""

import gc
import os
import random
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate

from napari_hipbmd.dicom import inspect, read_film
from napari_hipbmd.radiograph import FilmRefused

SYNTAXES = [
    "ImplicitVRLittleEndian",
    "ExplicitVRBigEndian",
    "DeflatedExplicitVRLittleEndian",
    "RLELossless",
    "JPEGLosslessProcess14_1",
    "JPEGExtendedProcess2_4",
    "JPEGLSLossless",
    "JPEG2000Lossless",
]
MOST_SECONDS = 5.0
"""Ours are 2; a busy machine that runs other things gets some more."""


OWN_PROCESS = "HIPBMD_OWN_PROCESS"


def refused(path):
    """The sentence for a file that must be refused at once."""
    started = time.perf_counter()
    answer = inspect(path)
    assert time.perf_counter() - started < MOST_SECONDS
    assert answer["status"] == "refused"
    return answer["reason"]


def mutated(rng, data):
    """``data`` with a few bytes flipped, cut, doubled, or made to look like lengths."""
    changed = bytearray(data)
    kind = rng.choice(
        ["flip", "flip", "byte", "cut", "drop", "insert", "length", "copy"]
    )
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        # Half of the damage goes where the tags are.
        end = min(2000, len(changed)) if rng.random() < 0.5 else len(changed)
        at = rng.randrange(end)
        if kind == "flip":
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == "byte":
            changed[at] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        elif kind == "cut":
            return bytes(changed[: max(1, at)])
        elif kind == "drop":
            del changed[at : at + rng.randrange(1, 64)]
        elif kind == "insert":
            changed[at:at] = rng.randbytes(rng.randrange(1, 32))
        elif kind == "length":
            lengths = (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4), b"\xff\xff")
            changed[at : at + 4] = rng.choice(lengths)
        else:
            source = rng.randrange(len(changed))
            size = rng.randrange(1, 128)
            changed[at : at + size] = changed[source : source + size]
        if not changed:
            return b"\0"
    return bytes(changed)


def read_all(folder, corpus, count):
    """Read ``count`` mutated files; the counts by outcome, and the worst times."""
    path = folder / "mutated.dcm"
    read = turned_away = 0
    slowest = 0.0
    for number in range(count):
        name = sorted(corpus)[number % len(corpus)]
        path.write_bytes(mutated(random.Random(f"{name} {number}"), corpus[name]))
        started = time.perf_counter()
        try:
            read_film(path)
            read += 1
        except FilmRefused as refusal:
            assert str(refusal).endswith((".", "pyjpegls"))
            turned_away += 1
        slowest = max(slowest, time.perf_counter() - started)
    return read, turned_away, slowest


@pytest.fixture
def corpus(make_film):
    import gdcm

    path = make_film(pixel_spacing_mm=(0.2, 0.2), windows=((2048, 4096, "W"),))
    films = {"explicit": path.read_bytes()}
    for syntax in SYNTAXES:
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        kind = getattr(gdcm.TransferSyntax, syntax)
        change.SetTransferSyntax(gdcm.TransferSyntax(kind))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        other = path.with_name("other.dcm")
        writer.SetFileName(str(other))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
        films[syntax] = other.read_bytes()
    return films


def test_mutated_films_end_in_a_film_or_a_sentence(tmp_path, corpus):
    read, turned_away, slowest = read_all(tmp_path, corpus, 450)
    assert read and turned_away
    assert slowest < MOST_SECONDS


@pytest.mark.slow
def test_twenty_thousand_mutated_films(tmp_path, corpus, capsys):
    if not os.environ.get(OWN_PROCESS):  # other tests' memory is not the reader's
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"]
            + [f"{__file__}::test_twenty_thousand_mutated_films"],
            env={**os.environ, OWN_PROCESS: "1"},
            capture_output=True,
            text=True,
        )
        with capsys.disabled():
            print("\n" + next((x for x in run.stdout.split("\n") if " MB" in x), ""))
        assert run.returncode == 0, run.stdout[-2000:]
        return
    count = int(os.environ.get("HIPBMD_MUTATIONS", "20000"))
    read, turned_away, slowest = read_all(tmp_path, corpus, count)
    megabytes = _most_megabytes()
    print(
        f"\n{count} mutated films: {read} read, {turned_away} refused, slowest"
        f" {slowest:.2f} s, at most {megabytes:.0f} MB"
    )
    assert slowest < MOST_SECONDS
    assert megabytes < 500


def _most_megabytes() -> float:
    """Peak of this process and of those it started.

    Linux hands a parent's ``ru_maxrss`` down to what it starts, so the process itself
    is asked for the peak of its own memory.
    """
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if "VmHWM" in x)
        own = int(line.split()[1]) * 1024
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return max(own, started) / 1e6


def test_a_small_file_that_claims_a_huge_picture_is_refused(make_film):
    path = make_film(edit={"Rows": 65535, "Columns": 65535})
    assert "65535 × 65535" in refused(path)


def test_a_picture_larger_than_its_bytes_is_refused_before_memory_is_taken(make_film):
    reason = refused(make_film(edit={"Rows": 6000, "Columns": 6000}))
    assert "cut short: it has 15360 of the 72000000 bytes" in reason


def test_a_frame_larger_than_the_header_claims_is_refused(make_film, corpus):
    for syntax in ("JPEG2000Lossless", "JPEGLSLossless", "JPEGLosslessProcess14_1"):
        path = make_film()
        path.write_bytes(corpus[syntax])
        film = pydicom.dcmread(path)
        film.Rows -= 8
        film.save_as(path)
        assert "The compressed picture is 96 × 80" in refused(path)


def test_a_large_picture_in_few_compressed_bytes_is_refused(make_film):
    path = make_film(edit={"Rows": 7000, "Columns": 7000})
    film = pydicom.dcmread(path)
    film.PixelData = encapsulate([b"\xff\x4f\xff\x51" + bytes(5000)])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
    film.save_as(path)
    assert "too few for a film" in refused(path)


def test_a_deflated_bomb_is_refused(make_film):
    path = make_film()
    film = pydicom.dcmread(path, stop_before_pixels=True)
    film.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    film.save_as(path)
    head = path.read_bytes()
    start = 144 + struct.unpack("<I", head[140:144])[0]
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    zeros = bytes(1 << 20)
    bomb = b"".join(deflate.compress(zeros) for _ in range(300)) + deflate.flush()
    path.write_bytes(head[:start] + bomb)
    assert "unpacks to more than" in refused(path)


def test_deep_nesting_is_refused(make_film):
    path = make_film()
    data = path.read_bytes()
    start = 144 + struct.unpack("<I", data[140:144])[0]
    sequence = struct.pack("<HH2sHI", 0x0008, 0x1115, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    path.write_bytes(data[:start] + (sequence + item) * 20_000 + data[start:])
    assert refused(path)


def test_a_million_tiny_elements_are_refused(tmp_path, make_film):
    path = make_film()
    data = path.read_bytes()
    start = 144 + struct.unpack("<I", data[140:144])[0]
    tiny = struct.pack("<HH2sH", 0x0009, 0x0010, b"LO", 0)
    path.write_bytes(data[:start] + tiny * 1_000_000 + data[start:])
    assert "header is larger" in refused(path)


def test_an_element_that_claims_four_gigabytes_takes_none(make_film):
    path = make_film()
    data = path.read_bytes()
    start = 144 + struct.unpack("<I", data[140:144])[0]
    huge = struct.pack("<HH2sHI", 0x0009, 0x0010, b"OB", 0, 0xFFFFFFF0)
    path.write_bytes(data[:start] + huge + data[start:])
    assert refused(path)


@pytest.mark.parametrize(
    "tags",
    [
        {"Rows": 0},
        {"Rows": None},
        {"BitsAllocated": 64},
        {"BitsStored": 0},
        {"BitsStored": 200},
        {"HighBit": 3},
        {"SamplesPerPixel": 0},
        {"SamplesPerPixel": 7},
        {"RescaleSlope": "0"},
        {"PixelData": None},
        {"PixelData": b""},
    ],
)
def test_senseless_tags_are_refused(make_film, tags):
    refused(make_film(edit=tags))


@pytest.mark.parametrize(
    "tags",
    [
        {"SpecificCharacterSet": "NO SUCH SET"},
        {"SpecificCharacterSet": ["ISO 2022 IR 87", "\\", "x"]},
        {"PatientAge": "seven"},
        {"NumberOfFrames": None},
        {"PhotometricInterpretation": None},
        {"WindowCenter": "1"},
        {"BitsStored": None},
        {"HighBit": None},
        {"SOPClassUID": None},
        {"Modality": None},
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_odd_tags_do_not_keep_a_film_from_being_read(make_film, hip, tags):
    path = make_film(edit=tags)
    np.testing.assert_array_equal(read_film(path).pixels, hip)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.dcm")
    assert "not an ordinary file" in refused(tmp_path / "pipe.dcm")


def test_nothing_is_left_open_or_printed(make_film, capfd, recwarn):
    path = make_film(edit={"PatientAge": "nonsense"})
    path.write_bytes(path.read_bytes()[:-5000])
    recwarn.clear()
    refused(path)
    gc.collect()
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")
    open_now = Path("/proc/self/fd")
    if open_now.is_dir():
        names = [os.readlink(fd) for fd in open_now.iterdir() if fd.is_symlink()]
        assert str(path) not in names
