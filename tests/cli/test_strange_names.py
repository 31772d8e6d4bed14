"""Film names that would steer a terminal or a spreadsheet."""

import csv
import json
import os
import shutil
import sys

import pydicom
import pytest

from napari_hipbmd.core.cells import bare, guarded, printable, readable
from napari_hipbmd.dicom import read_film


def test_a_films_name_steers_no_terminal(hipbmd, tmp_path, sample_study):
    name = "\x1b[31m\x1b]0;owned\x07hip.dcm"
    (tmp_path / name).write_bytes(b"no film")
    ran = hipbmd("measure", tmp_path / name)
    assert "\x1b" not in ran.out + ran.err and "\x07" not in ran.out + ran.err
    assert "\\x1b[31m" in ran.err
    ran = hipbmd("inspect", tmp_path / name)
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="no such name there")
def test_a_films_name_makes_no_line_of_its_own(hipbmd, tmp_path, sample_study):
    for name in ("a\nhipbmd: all is well.dcm", "b.dcm"):
        shutil.copy(sample_study.cases[0].image, tmp_path / name)
    (tmp_path / "c\nhipbmd: all is well.dcm").write_bytes(b"no film")
    told = hipbmd("measure", tmp_path).err
    assert "text file" in told and "hold one and the same film" in told
    assert "\nhipbmd: all is well" not in told


def test_no_cell_of_a_table_is_a_formula(hipbmd, tmp_path, sample_study):
    (tmp_path / "films").mkdir()
    name = "=HYPERLINK(A1).dcm"
    shutil.copy(sample_study.cases[0].image, tmp_path / "films" / name)
    hipbmd("measure", tmp_path / "films", "--csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    assert row["image"] == f"'{name}"
    assert not any(cell.startswith(("=", "+", "@")) for cell in row.values())
    assert float(row["N1_x_px"]) and float(row["t_score_neck"])


def test_what_is_guarded_comes_back():
    for text in ("=1+1", "-hip", "@x", "plain", "'quoted", "'=1", "''=", "-1.5", ""):
        assert bare(guarded(text)) == text
    assert guarded("-1.5") == "-1.5" and guarded(-1.5) == -1.5
    assert printable("N1 – 5 °") == "N1 – 5 °"


@pytest.fixture
def old_disc(tmp_path, sample_study):
    """A folder of a film whose name is written in the letters of Western Europe."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("names are Unicode there")
    (tmp_path / "disc").mkdir()
    name = "hüfte.dcm".encode("cp1252")
    path = os.fsdecode(os.path.join(os.fsencode(tmp_path / "disc"), name))
    shutil.copy(sample_study.cases[0].image, path)
    return tmp_path / "disc"


def test_a_film_whose_name_is_no_utf_8_is_measured_and_its_tables_are_written(
    hipbmd, old_disc, tmp_path
):
    out = tmp_path / "out"
    ran = hipbmd("measure", old_disc, "--out", out, "--html")
    assert ran.status == 0 and "hüfte.dcm" in ran.out
    (hip,) = json.loads((out / "results.json").read_text("utf-8"))
    assert hip["case_id"] == "hüfte" and hip["status"] == "measured"
    (film,) = old_disc.iterdir()
    ran = hipbmd("measure", film, "--out", tmp_path / "one")
    kept = (tmp_path / "one" / "measure.toml").read_text("utf-8")
    assert ran.status == 0 and "# paths: left out, since its name is no UTF-8" in kept


def test_a_patient_is_known_in_a_name_that_is_no_utf_8(old_disc):
    (path,) = old_disc.iterdir()
    film = pydicom.dcmread(path)
    film.SpecificCharacterSet, film.PatientName = "ISO_IR 100", "Hüfte^Anna"
    film.PatientIdentityRemoved = "NO"
    film.save_as(path)
    assert read_film(path).case_id.startswith("film-")
    assert readable("hüfte") == "hüfte"
