"""Whatever is in a file of a stranger, it ends in one sentence and nothing is kept."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study import FilmFacts, Label, Labels, Study
from napari_hipbmd.study.exchange import FORMATS, ImportPlan, Names, import_labels
from napari_hipbmd.study.exchange.importing import LARGEST_BYTES
from napari_hipbmd.study.exchange.parcel import Intake, Parcel

FILM = FilmFacts((120, 90), (0.15, 0.15), "L")
INTAKE = Intake(Names(), lambda _name: FILM, "imported")


def read(name: str, data: bytes) -> list[Parcel]:
    form = FORMATS[name]
    file = f"hip{form.endings[0]}"
    if form.read_study is not None:
        return form.read_study(data, file, INTAKE)
    return [form.read_case(data, file, "hip", INTAKE)]


def good(name: str) -> bytes:
    marks = {
        n: Label((20.0 + 3 * i, 30.0 + i * i / 4)) for i, n in enumerate(LANDMARK_IDS)
    }
    outline = ((10.0, 10.0), (50.0, 12.0), (30.0, 60.0))
    labels = Labels("hip", "anna", marks, regions={"neck": outline}, film=FILM)
    form = FORMATS[name]
    return form.write_study([labels]) if form.write_study else form.write_case(labels)


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_are_read_or_refused_and_nothing_else(name: str) -> None:
    chance = random.Random(5)
    data = good(name)
    refused = 0
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(broken))
            match chance.randrange(3):
                case 0:
                    broken[at] = chance.randrange(256)
                case 1:
                    del broken[at : at + chance.randint(1, 40)]
                case 2:
                    broken[at:at] = data[: chance.randint(1, 30)]
        try:
            read(name, bytes(broken))
        except Refused as refusal:
            refused += 1
            assert str(refusal).startswith("hip.") and "\n" not in str(refusal)
    assert refused > 20


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 99, b"{}", b"[]", b"1e999", b"[" * 100_000, b"\xff\xfe{", b"{"],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Refused, match="^hip"):
        read(name, data)


def coco(**what) -> bytes:
    content = json.loads(good("coco"))
    for key, value in what.items():
        content["annotations"][0][key] = value
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("coco", coco(keypoints=[1, 2, 2]), "3 numbers are given for 16 keypoints"),
        ("coco", coco(keypoints=[1, 2, 7] * 16), "the visibility 7, not 0, 1 or 2"),
        ("coco", coco(keypoints=[1e300, 2, 2] * 16), "farther away than any film"),
        ("coco", coco(image_id=99), "an image that is not there"),
        ("coco", good("coco").replace(b"20.0", b"NaN"), "NaN, which is not a number"),
        ("slicer", good("slicer").replace(b'"LPS"', b'"IJK"'), "'IJK', not LPS or RAS"),
        ("slicer", good("slicer").replace(b'"mm"', b'"um"'), "unit is 'um', not mm"),
        ("slicer", good("slicer").replace(b'l": "N2"', b'l": "N1"'), "N1 occurs twice"),
        ("slicer", good("slicer").replace(b"0.0\n", b"9.5\n"), "off the plane"),
        ("pts", good("pts").replace(b"16", b"17"), "says 17 points and holds 16"),
        ("pts", b"version: 1\n{\n1 2\n}\n", "it has 1 points, and a hip 16"),
        ("pts", good("pts").replace(b"}", b""), "one pair of braces"),
        ("pts", good("pts").replace(b".", b","), "point 1 is .* not two numbers"),
        ("coco", b"<?xml version='1.0'?><annotations/>", "XML.*export it as COCO"),
        ("coco", b'[{"data": {}}]', "a list of tasks: export it as COCO"),
        ("csv", good("csv").replace(b",N2,", b",N1,"), "N1 of hip occurs twice"),
        ("csv", good("csv").replace(b"20.0", b"twenty"), "'twenty' is not a number"),
        ("csv", good("csv").replace(b"neck 2", b"neck 4"), "neck of hip lacks a corn"),
        ("csv", good("csv").replace(b",3.0,", b",4.0,"), "do not fit a film of 0.15"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_is_wrong(name, data, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        read(name, data)


def picture(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def regions(**at) -> np.ndarray:
    image = np.zeros(FILM.shape, np.uint8)
    image[10:50, 10:50] = 1
    return image


def with_hole() -> np.ndarray:
    image = regions()
    image[20:30, 20:30] = 0
    return image


def in_pieces() -> np.ndarray:
    image = regions()
    image[70:90, 20:40] = 1
    return image


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (picture(np.zeros((20_000, 20_000), np.uint8)), "more pixels than any film"),
        (picture(np.zeros((120, 91), np.uint8)), "120 × 91 pixels, and the film"),
        (picture(regions() * 255), "it holds the value 255"),
        (picture(with_hole()), "the neck has a hole"),
        (picture(in_pieces()), "the neck is in several pieces"),
        (picture(np.zeros((*FILM.shape, 3), np.uint8)), "not one grey picture"),
        (picture(regions())[:90], "neither a whole TIFF nor a whole PNG"),
    ],
    ids=["bomb", "size", "values", "hole", "pieces", "colour", "cut"],
)  # fmt: skip
def test_masks_that_are_no_regions_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read("png", data)


def test_a_huge_file_is_not_read(sample_study: Study, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    with pytest.raises(Refused, match="huge.csv .* is larger than 100 MB"):
        import_labels(sample_study, "csv", path, ImportPlan("anna"))
