"""Files about the sample films are what they were, to the byte."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = ("measure.json", "page.html", "sr.txt", "features.csv", "coco.json")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("snapshot")
    command = [sys.executable, HERE / "make_snapshot.py", folder]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_it_was(made, name):
    assert (made / name).read_text("utf-8") == (HERE / "snapshot" / name).read_text(
        "utf-8"
    )
