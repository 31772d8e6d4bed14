"""A file made to do harm costs nothing: no traceback, no wait, no gigabytes."""

import gc
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate

from napari_hipbmd.dicom import inspect, read_film

from .fuzz import CORPUS, exercise
from .mutation import mutated
from .syntaxes import in_syntax

MOST_SECONDS = 5.0
"""Ours are 2; a busy machine that runs other things gets some more."""


def first_element(data):
    """Where the elements begin that are none of the file's own."""
    return 144 + struct.unpack("<I", data[140:144])[0]


def refused(path):
    """The sentence for a file that must be refused at once."""
    started = time.perf_counter()
    answer = inspect(path)
    assert time.perf_counter() - started < MOST_SECONDS
    assert answer["status"] == "refused"
    return answer["reason"]


# In a process of its own: the memory of this one depends on the tests before.
READ_DAMAGED = """
import json, fuzz
fuzz.MOST_SECONDS = 5.0  # ours are 2; a busy machine gets some more
tally = fuzz.read_damaged(300, seed=1)
names = "read", "sentences", "failures"
print(json.dumps({name: getattr(tally, name) for name in names}))
"""


def test_damaged_films_end_in_a_film_or_a_sentence():
    run = subprocess.run(
        [sys.executable, "-c", READ_DAMAGED],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    tally = json.loads(run.stdout.splitlines()[-1])
    assert not tally["failures"], tally["failures"][0]
    assert tally["read"] > 30
    assert len(tally["sentences"]) > 10


def test_the_films_that_are_damaged_are_films():
    endings = Counter(exercise(path)[1] for path in CORPUS.iterdir())
    assert endings == {True: 23, False: 1}  # the loop of two frames


def test_damage_is_the_same_for_the_same_seed():
    data = (CORPUS / "explicit.dcm").read_bytes()
    one, same = (mutated(random.Random(5), data) for _ in range(2))
    assert one == same != data


@pytest.mark.slow
def test_a_thousand_damaged_films():
    command = [sys.executable, str(Path(__file__).with_name("fuzz.py"))]
    count = os.environ.get("HIPBMD_MUTATIONS", "1000")
    run = subprocess.run(
        [*command, "--count", count, "--workers", "2", "--seed", "7"],
        capture_output=True,
        text=True,
    )
    print(run.stdout)
    assert run.returncode == 0, run.stderr[-2000:]


def test_a_small_file_that_claims_a_huge_picture_is_refused(make_film):
    path = make_film(edit={"Rows": 65535, "Columns": 65535})
    assert "65535 × 65535" in refused(path)


def test_a_picture_larger_than_its_bytes_is_refused_before_memory_is_taken(make_film):
    reason = refused(make_film(edit={"Rows": 6000, "Columns": 6000}))
    assert "cut short: it has 15360 of the 72000000 bytes" in reason


def test_a_frame_larger_than_the_header_claims_is_refused(make_film):
    for syntax in ("JPEG2000Lossless", "JPEGLSLossless", "JPEGLosslessProcess14_1"):
        path = in_syntax(make_film(), syntax)
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
    start = first_element(head)
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    zeros = bytes(1 << 20)
    bomb = b"".join(deflate.compress(zeros) for _ in range(300)) + deflate.flush()
    path.write_bytes(head[:start] + bomb)
    assert "unpacks to more than" in refused(path)


def test_deep_nesting_is_refused(make_film):
    path = make_film()
    data = path.read_bytes()
    start = first_element(data)
    sequence = struct.pack("<HH2sHI", 0x0008, 0x1115, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    path.write_bytes(data[:start] + (sequence + item) * 20_000 + data[start:])
    assert refused(path)


def test_a_million_tiny_elements_are_refused(tmp_path, make_film):
    path = make_film()
    data = path.read_bytes()
    start = first_element(data)
    tiny = struct.pack("<HH2sH", 0x0009, 0x0010, b"LO", 0)
    path.write_bytes(data[:start] + tiny * 1_000_000 + data[start:])
    assert "header is larger" in refused(path)


def test_an_element_that_claims_four_gigabytes_takes_none(make_film):
    path = make_film()
    data = path.read_bytes()
    start = first_element(data)
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


NUMBERS = st.one_of(
    st.sampled_from([0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 32, 33, 64, 4096, 32768, 65535]),
    st.integers(0, 65535),
)
DECIMALS = st.lists(
    st.one_of(
        st.floats(allow_nan=False).map(lambda v: f"{v:.8e}"[:16]),
        st.sampled_from(["", "0", "-1", "1", "1e300", "0.2", "99999999"]),
    ),
    max_size=3,
)
CODES = st.text("ABCDELMNORSTUVWY1234567890 _", max_size=16)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Rows": NUMBERS,
        "Columns": NUMBERS,
        "BitsAllocated": NUMBERS,
        "BitsStored": NUMBERS,
        "HighBit": NUMBERS,
        "PixelRepresentation": NUMBERS,
        "SamplesPerPixel": NUMBERS,
        "PlanarConfiguration": NUMBERS,
        "NumberOfFrames": st.integers(-3, 3),
        "PixelSpacing": DECIMALS,
        "ImagerPixelSpacing": DECIMALS,
        "RescaleSlope": DECIMALS,
        "RescaleIntercept": DECIMALS,
        "WindowCenter": DECIMALS,
        "WindowWidth": DECIMALS,
        "EstimatedRadiographicMagnificationFactor": DECIMALS,
        "PixelIntensityRelationshipSign": st.integers(-32768, 32767),
        "PhotometricInterpretation": CODES,
        "PresentationLUTShape": CODES,
        "PixelIntensityRelationship": CODES,
        "VOILUTFunction": CODES,
        "BodyPartExamined": CODES,
        "PatientAge": st.text("0123456789YMWD", max_size=4),
    },
)


@settings(
    max_examples=100,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(header=HEADERS)
@pytest.mark.filterwarnings("ignore")
def test_any_header_ends_in_a_film_or_a_sentence(make_film, header):
    outcome, readable = exercise(make_film(edit=header))
    assert outcome
    if readable:
        film = read_film(make_film(edit=header))
        assert np.isfinite(film.pixels).all()
        low, high = film.grey_range
        assert low < high


@settings(max_examples=100, derandomize=True)
@given(data=st.binary(max_size=600), marked=st.booleans())
def test_any_bytes_end_in_a_sentence(data, marked):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        path.write_bytes(bytes(128) + b"DICM" + data if marked else data)
        assert inspect(path)["status"] == "refused"


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
