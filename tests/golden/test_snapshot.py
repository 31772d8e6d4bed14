"""Files about the sample films say what they said: words alike, numbers near.

The last digits depend on the computer; a page's pictures are left out.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from .make_snapshot import make_snapshot

HERE = Path(__file__).parent
FILES = ("measure.json", "page.html", "sr.txt", "features.csv", "coco.json")
PICTURE = re.compile(r"base64,[A-Za-z0-9+/=]+")
NAMED = re.compile(r"(neck|trochanter)(-\d-)[0-9a-f]+")  # by a polygon's last bits
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("snapshot")
    make_snapshot(folder)
    return folder


def words_and_numbers(path):
    """The text with its numbers taken out, and the numbers."""
    text = NAMED.sub(r"\1\2", PICTURE.sub("", path.read_text("utf-8")))
    return NUMBER.sub("#", text), [float(n) for n in NUMBER.findall(text)]


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_it_said(made, name):
    words, numbers = words_and_numbers(made / name)
    known_words, known = words_and_numbers(HERE / "snapshot" / name)
    assert words == known_words
    np.testing.assert_allclose(numbers, known, rtol=0.01, atol=0.02)
