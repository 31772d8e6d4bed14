"""Film names that would steer a terminal or a spreadsheet."""

import csv
import shutil

from napari_hipbmd.core.cells import bare, guarded, printable


def test_a_films_name_steers_no_terminal(hipbmd, tmp_path, sample_study):
    name = "\x1b[31m\x1b]0;owned\x07hip.dcm"
    (tmp_path / name).write_bytes(b"no film")
    ran = hipbmd("measure", tmp_path / name)
    assert "\x1b" not in ran.out + ran.err and "\x07" not in ran.out + ran.err
    assert "\\x1b[31m" in ran.err
    ran = hipbmd("inspect", tmp_path / name)
    assert "\x1b" not in ran.out + ran.err


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
