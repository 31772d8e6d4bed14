"""What odd input gives a user: one sentence, the right exit status, nothing lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_hipbmd.cli import main
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import FilmTags, write_film

FILM = sorted((sample_data_dir() / "images").glob("*.dcm"))[0]


def measured(capsys, *arguments):
    """Exit status, JSON and stderr of ``hipbmd measure``."""
    status = main(["measure", *map(str, arguments), "--json", "-"])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out.strip() else None, err


def test_a_missing_path_is_told_before_anything_is_measured(tmp_path, capsys):
    status, found, err = measured(capsys, FILM, tmp_path / "missing.dcm")
    assert status == 2
    assert found is None
    assert "There is no file or folder" in err


def test_an_empty_folder_does_not_stop_the_films_beside_it(tmp_path, capsys):
    status, found, err = measured(capsys, tmp_path, FILM)
    assert status == 3
    assert [hip["status"] for hip in found] == ["refused", "measured"]
    assert "holds no films" in err


def test_the_folder_one_is_in_has_its_name(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, _, err = measured(capsys, Path(), FILM)
    assert f"hipbmd: {tmp_path.name}: The folder . holds no films." in err


@pytest.mark.parametrize("command", ["measure", "enhance"])
def test_a_table_without_rows_is_said_to_hold_no_cases(tmp_path, capsys, command):
    (tmp_path / "cases.csv").write_text("case_id,image\n")
    status = main([command, str(tmp_path), "--out", str(tmp_path / "out")])
    assert status != 0
    assert "holds no cases: give its films a row each" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
def test_what_is_called_a_film_and_can_be_none_is_listed_with_its_reason(
    tmp_path, capsys
):
    (tmp_path / "b.dcm").touch()
    (tmp_path / "c.dcm").write_text("hello")
    (tmp_path / "d.dcm").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "e.dcm")
    (tmp_path / "g.png").write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("hello")
    status, found, err = measured(capsys, tmp_path)
    assert status == 3
    told = {hip["image"]: hip["reason"] for hip in found}
    assert list(told) == ["b.dcm", "c.dcm", "d.dcm", "e.dcm", "g.png"]
    assert "empty" in told["b.dcm"] and "text file" in told["c.dcm"]
    assert "no such file" in told["d.dcm"] and "not an ordinary" in told["e.dcm"]
    assert "c.dcm" in err


def test_a_folder_of_packed_films_says_what_to_do_with_each(tmp_path, capsys):
    for name in ("anna.zip", "ben.zip"):
        (tmp_path / name).write_bytes(b"PK\3\4" + bytes(600))
    status, found, err = measured(capsys, tmp_path)
    assert status == 3
    assert ["unpack it" in hip["reason"] for hip in found] == [True, True]
    assert "holds no films" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["measure", FILM],
        ["enhance", FILM],
        ["validate", sample_data_dir()],
        ["train", "bmd", "--study", sample_data_dir()],
        ["labels", "export", sample_data_dir(), "--format", "csv"],
        ["phantom", "--n", "1"],
    ],
)
def test_a_file_as_output_folder_is_refused_at_once(tmp_path, capsys, arguments):
    there = tmp_path / "cases.csv"
    there.touch()
    assert main([*map(str, arguments), "--out", str(there)]) == 2
    err = capsys.readouterr().err
    assert f"--out needs a folder, and {there} is a file." in err


@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_a_folder_as_output_file_is_refused_at_once(tmp_path, capsys, option):
    status = main(["measure", str(FILM), option, str(tmp_path)])
    assert status == 2
    assert "is a folder" in capsys.readouterr().err


def test_a_film_of_one_even_grey_is_refused(tmp_path, capsys):
    Image.fromarray(np.full((200, 200), 90, np.uint8)).save(tmp_path / "flat.png")
    status, found, err = measured(
        capsys, tmp_path / "flat.png", "--spacing-mm", "0.5", "--side", "L"
    )
    assert status == 3
    assert found[0]["status"] == "refused"
    assert "one even grey" in err


def test_noise_never_gets_an_abmd_below_zero(tmp_path, capsys):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    _status, found, _err = measured(
        capsys, tmp_path / "noise.png", "--spacing-mm", "0.5", "--side", "L"
    )
    values = found[0]["bmd_g_cm2"]
    assert values is None or min(v["value"] for v in values.values()) > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--age-years", "1000"],
        ["--height-cm", "1.6"],
        ["--weight-kg", "0"],
        ["--spacing-mm", "1e-9"],
    ],
)
def test_impossible_people_and_spacings_are_wrong_usage(arguments, capsys):
    assert main(["measure", str(FILM), *arguments]) == 2
    assert "not between" in capsys.readouterr().err


def test_a_file_named_after_its_patient_gives_nobody_away(tmp_path, capsys):
    import pydicom

    stored = np.tile(np.arange(256, dtype=np.uint16) * 16, (256, 1))
    path = tmp_path / "KOWALSKA_ANNA.dcm"
    write_film(path, stored, FilmTags("x", side="L", pixel_spacing_mm=(0.7, 0.7)))
    film = pydicom.dcmread(path)
    film.PatientName = "Kowalska^Anna"
    film.save_as(path)
    layers, table = tmp_path / "layers", tmp_path / "table.csv"
    status = main(
        ["measure", str(path), "--json", "-", "--layers", str(layers), "--csv"]
        + [str(table)]
    )
    out, err = capsys.readouterr()
    assert status in (0, 3)
    written = " ".join(p.name for p in layers.glob("*")) + table.read_text()
    assert "KOWALSKA" not in (out + err + written).upper()


def test_a_negative_seed_and_an_unknown_device_are_told_in_a_sentence(
    tmp_path, capsys, tiny_study
):
    assert main(["phantom", "--n", "1", "--seed", "-1", "--out", str(tmp_path)]) == 2
    arguments = ["--study", str(tiny_study), "--out", str(tmp_path / "m")]
    assert main(["train", "enhancement", "--device", "banana", *arguments]) == 2
    assert "cannot be used here" in capsys.readouterr().err


def test_an_option_without_effect_is_refused_rather_than_ignored(
    tmp_path, capsys, tiny_study
):
    arguments = ["--study", str(tiny_study), "--out", str(tmp_path)]
    assert main(["train", "bmd", "--epochs", "3", *arguments]) == 2
    assert "--epochs has no effect on bmd" in capsys.readouterr().err


def test_a_calibration_behind_missing_networks_is_refused(tmp_path, capsys, tiny_study):
    arguments = ["--study", str(tiny_study), "--out", str(tmp_path / "out")]
    assert main(["train", "bmd", "--models", str(tmp_path / "typo"), *arguments]) == 2
    assert "holds no models" in capsys.readouterr().err


def test_a_cohort_is_not_continued_with_films_of_another_size(
    tmp_path, capsys, tiny_study
):
    assert main(["phantom", "--n", "1", "--pixels", "128", "--out", str(tmp_path)]) == 0
    assert main(["phantom", "--n", "2", "--pixels", "200", "--out", str(tmp_path)]) == 2
    assert "--pixels as before" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_as_what_it_is(tmp_path, capsys):
    os.mkfifo(tmp_path / "film.dcm")
    assert main(["measure", str(tmp_path / "film.dcm")]) == 3
    assert "not an ordinary file" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_a_device_as_output_file_is_refused_at_once(capsys, option):
    status = main(["measure", str(FILM), option, os.devnull])
    assert status == 2 and "a device or pipe" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_a_full_disk_behind_the_output_is_told_in_a_sentence():
    command = [sys.executable, "-m", "napari_hipbmd.cli", "inspect", str(FILM)]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 2
    assert ran.stderr == "hipbmd: No space left on device.\n"
