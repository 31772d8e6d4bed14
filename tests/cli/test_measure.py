"""What a user may rely on: ``hipbmd measure`` and ``inspect`` keep their contract."""

import csv
import importlib
import io
import json
import shutil

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_hipbmd.core.anatomy import SITES
from napari_hipbmd.dicom import read_film


@pytest.fixture
def film(sample_study):
    return sample_study.cases[1].image


@pytest.fixture
def folder(sample_study, tmp_path):
    """Two good films and one that is none."""
    films = tmp_path / "films"
    films.mkdir()
    for case in sample_study.cases[:2]:
        (films / case.image.name).write_bytes(case.image.read_bytes())
    (films / "broken.dcm").write_bytes(sample_study.cases[0].image.read_bytes()[:900])
    return films


@pytest.fixture
def png(film, tmp_path):
    grey = read_film(film).grey()
    path = tmp_path / "hip.png"
    Image.fromarray(np.round(grey.clip(0, 1) * 65535).astype(np.uint16)).save(path)
    return path


def test_one_film_under_two_names_is_told_at_the_end(hipbmd, film, tmp_path):
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / name).write_bytes(film.read_bytes())
    ran = hipbmd("measure", tmp_path)
    assert ran.status == 0
    assert "a.dcm and b.dcm hold one and the same film: check whose it is." in ran.err


def test_one_film_gives_one_json_object_on_stdout(hipbmd, film):
    ran = hipbmd("measure", film, "--json", "-")
    [hip] = json.loads(ran.out)
    assert (ran.status, hip["status"], hip["image"]) == (0, "measured", film.name)


def test_one_bad_film_never_stops_the_others(hipbmd, folder):
    ran = hipbmd("measure", folder, "--json", "-")
    by_name = {hip["image"]: hip for hip in json.loads(ran.out)}
    assert ran.status == 3
    assert [h["status"] for h in by_name.values()].count("measured") == 2
    bad = by_name["broken.dcm"]
    assert bad["status"] == "refused" and bad["reason"]
    assert bad["landmarks"] == bad["regions"] == {} and bad["bmd_g_cm2"] is None
    assert f"broken.dcm: {bad['reason']}" in ran.err


def test_a_table_for_people_names_every_film_and_its_flags(hipbmd, folder):
    ran = hipbmd("measure", folder)
    assert "broken.dcm" in ran.out and "refused" in ran.out
    assert "calibration" in ran.out
    assert "Research use" in ran.out
    for site in SITES:
        assert site in ran.out


def test_the_table_of_a_study_shows_the_truth_and_the_error(hipbmd, sample_study):
    ran = hipbmd("measure", sample_study.folder)
    assert ran.status == 0
    line = next(text for text in ran.out.splitlines() if "train-77-00000" in text)
    assert "0.856" in line  # true neck aBMD of cases.csv, .8555


def test_json_csv_and_layers_are_written_to_files(hipbmd, film, tmp_path):
    ran = hipbmd(
        "measure", film, "--json", tmp_path / "a" / "hip.json",
        "--csv", tmp_path / "hip.csv", "--layers", tmp_path / "layers",
    )  # fmt: skip
    assert ran.status == 0
    [hip] = json.loads((tmp_path / "a" / "hip.json").read_text("utf-8"))
    [row] = csv.DictReader(io.StringIO((tmp_path / "hip.csv").read_text("utf-8")))
    for site in SITES:
        assert float(row[f"bmd_{site}_g_cm2"]) == hip["bmd_g_cm2"][site]["value"]
    assert float(row["N1_x_px"]) == hip["landmarks"]["N1"]["xy"][0]
    sto, bone = (
        tifffile.imread(tmp_path / "layers" / f"{film.stem}_{name}.tif")
        for name in ("sto", "bone")
    )
    assert sto.dtype == bone.dtype == np.float32
    np.testing.assert_allclose(sto + bone, read_film(film).grey(), atol=1e-6)


def test_a_picture_without_spacing_is_measured_in_part(hipbmd, png):
    ran = hipbmd("measure", png, "--side", "L", "--json", "-")
    [hip] = json.loads(ran.out)
    assert (ran.status, hip["status"]) == (0, "partial")
    assert "spacing" in hip["reason"] and hip["bmd_g_cm2"] is None
    assert len(hip["landmarks"]) == 16


def test_a_picture_with_its_spacing_and_patient_is_measured(hipbmd, png, film):
    spacing = read_film(film).spacing_mm[0]
    ran = hipbmd(
        "measure", png, "--spacing-mm", spacing, "--side", "L", "--sex", "F",
        "--age-years", 49, "--height-cm", 168, "--weight-kg", 59, "--json", "-",
    )  # fmt: skip
    [hip] = json.loads(ran.out)
    assert (ran.status, hip["status"]) == (0, "measured")
    assert hip["spacing_source"] == "given by the user"
    [same] = json.loads(hipbmd("measure", film, "--json", "-").out)
    assert hip["bmd_g_cm2"]["neck"]["value"] == pytest.approx(
        same["bmd_g_cm2"]["neck"]["value"],
        abs=0.08,  # a picture tells no tube voltage, which two rulers look at
    )


def test_a_box_beside_the_film_refuses_the_film(hipbmd, film):
    ran = hipbmd("measure", film, "--box", 5000, 0, 6000, 900, "--json", "-")
    [hip] = json.loads(ran.out)
    assert ran.status == 3 and "outside the film" in hip["reason"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["measure"],
        ["measure", "x.dcm", "--side", "left"],
        ["measure", "x.dcm", "--age-years", "-3"],
        ["measure", "x.dcm", "--spacing-mm", "nan"],
        ["measure", "x.dcm", "--box", "1", "2", "3"],
        ["measure", "no-such-film.dcm"],
        ["measure", "no-such-film.dcm", "--box", "0", "0", "5", "5"],
        ["measure", ".", "--models", "no-such-folder"],
        ["phantom", "--n", "0", "--out", "x"],
        ["phantom", "--n", "1", "--pixels", "9", "--out", "x"],
        ["train", "everything", "--study", "x", "--out", "y"],
        ["train", "bmd", "--study", "no-such-study", "--out", "y"],
        ["validate", "no-such-study", "--out", "y"],
        ["grow"],
        [],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_status_2_and_one_sentence(
    arguments, hipbmd, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    ran = hipbmd(*arguments)
    assert ran.status == 2
    assert ran.err.strip() and "usage:" not in ran.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("typed", ["--mod", "--modles"])
def test_an_option_that_is_not_spelt_out_is_refused_with_the_one_that_is_meant(
    typed, hipbmd
):
    ran = hipbmd("measure", "x.dcm", typed, "somewhere")
    assert ran.status == 2
    assert f"{typed} somewhere is no option" in ran.err and "--models is" in ran.err


@pytest.mark.parametrize(
    "command", [[], ["measure"], ["inspect"], ["phantom"], ["train"], ["validate"]]
)
def test_every_command_has_help(command, hipbmd):
    ran = hipbmd(*command, "--help")
    assert ran.status == 0 and "usage: hipbmd" in ran.out


def test_ctrl_c_ends_with_status_130_and_says_what_is_kept(hipbmd, film, monkeypatch):
    def press(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("napari_hipbmd.runs.measuring.measure_job", press)
    ran = hipbmd("measure", film)
    assert ran.status == 130 and "what was finished is kept" in ran.err


def test_no_table_is_written_over_a_film_a_study_or_a_journal(
    hipbmd, sample_study, tmp_path
):
    study, film = tmp_path / "study", tmp_path / "film.dcm"
    shutil.copytree(sample_study.folder, study)
    film.write_bytes(sample_study.cases[0].image.read_bytes())
    (tmp_path / "results.jsonl").write_text("a journal")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for given, told in (
        (("--csv", study / "cases.csv"), "which a study or a run needs"),
        (("--json", tmp_path / "results.jsonl"), "which a study or a run needs"),
        (("--json", film), f"--json would write over the film {film}"),
        (("--csv", "t", "--json", "t"), "need a file each"),
    ):
        ran = hipbmd("measure", film, *given)
        assert ran.status == 2 and told in ran.err
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}


def test_a_file_that_cannot_be_written_is_told_in_one_line(hipbmd, film, tmp_path):
    (tmp_path / "file").write_text("in the way")
    ran = hipbmd("measure", film, "--json", tmp_path / "file" / "hip.json")
    assert ran.status == 2 and ran.err.startswith("hipbmd: ")


def test_inspect_tells_what_the_reader_understood(hipbmd, film):
    ran = hipbmd("inspect", film, "--json")
    found = json.loads(ran.out)
    assert (ran.status, found["status"]) == (0, "readable")
    assert {
        "status", "reason", "flags", "rows", "columns", "bits_stored",
        "transfer_syntax", "modality", "body_part", "view", "side", "photometric",
        "inverted", "spacing_mm", "spacing_source", "windows",
    } <= set(found)  # fmt: skip
    assert "900" in hipbmd("inspect", film).out


def test_inspect_refuses_what_is_no_film_with_status_3(hipbmd, folder):
    ran = hipbmd("inspect", folder / "broken.dcm", "--json")
    assert ran.status == 3 and json.loads(ran.out)["reason"]


def test_the_command_withholds_what_it_is_told_to(hipbmd, sample_study):
    film = sample_study.cases[0].image
    [shown] = json.loads(hipbmd("measure", film, "--json", "-").out)
    ran = hipbmd("measure", film, "--withhold", "calibration", "--json", "-")
    [left] = json.loads(ran.out)
    assert shown["bmd_g_cm2"]["neck"]["value"] > 0 and shown["withheld"] == {}
    assert left["bmd_g_cm2"] == dict.fromkeys(SITES)
    assert left["t_score"] == {} and left["policy"] == "given"
    ran = hipbmd("measure", film, "--withhold", "calibration")
    assert "withheld: calibration" in ran.out
    assert hipbmd("measure", film, "--withhold", "nonsense").status == 2


def test_ctrl_c_while_a_command_is_loaded_is_no_traceback(hipbmd, film, monkeypatch):
    def press(*_):
        raise KeyboardInterrupt

    module = importlib.import_module("napari_hipbmd.cli.main")
    monkeypatch.setattr(module, "import_module", press)
    assert hipbmd("measure", film).status == 130


def test_the_table_tells_films_apart_that_differ_at_the_end_of_a_long_name(
    hipbmd, film, tmp_path
):
    names = [f"1.2.840.113619.2.5.1762583153.{i}.dcm" for i in (1, 2)]
    for name in names:
        shutil.copy(film, tmp_path / name)
    printed = hipbmd("measure", tmp_path).out
    assert all(name in printed for name in names)
    assert "g/cm²" in printed


def test_the_flags_of_one_film_are_told_in_words(hipbmd, film):
    assert "calibration: The regression is fitted to digital hips" in (
        hipbmd("measure", film).out
    )
