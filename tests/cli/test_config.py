"""Options come from a file, and every run leaves the file that it can be run from."""

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pydicom
import pytest

from napari_hipbmd.cli.config import parsed
from napari_hipbmd.cli.kept_config import keep_config
from napari_hipbmd.cli.main import COMMANDS, build_parser
from napari_hipbmd.dicom import FilmTags, write_film

OWN = {
    "labels": ("export", "import", "undo", "compare", "status", "check"),
    "pacs": ("find", "get", "send"),
}


@pytest.fixture
def toml(tmp_path):
    """Write a file of options."""

    def write(text):
        path = tmp_path / "options.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def arguments(*given):
    words = [str(word) for word in given]
    return parsed(build_parser(words[0]), words)


@pytest.fixture
def two_films(sample_study, tmp_path):
    """A study of two of the sample films, beside the run's folder."""
    folder = tmp_path / "study"
    (folder / "images").mkdir(parents=True)
    lines = (sample_study.folder / "cases.csv").read_text("utf-8").splitlines(True)
    (folder / "cases.csv").write_text("".join(lines[:3]), "utf-8")
    for case in sample_study.cases[:2]:
        shutil.copy(case.image, folder / "images")
    return folder


@pytest.mark.slow
def test_a_run_folder_is_made_again_from_what_lies_in_it(two_films, tmp_path, hipbmd):
    out = tmp_path / "results"
    assert hipbmd("measure", two_films, "--withhold", "none", "--out", out).status == 0
    first = json.loads((out / "results.json").read_text("utf-8"))
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    kept = (out / "measure.toml").read_bytes()
    shutil.rmtree(out)
    (moved / "study").symlink_to(two_films)
    (moved / "results").mkdir()
    (moved / "results" / "measure.toml").write_bytes(kept)

    again = hipbmd("measure", "--config", moved / "results" / "measure.toml")

    assert again.status == 0
    second = json.loads((moved / "results" / "results.json").read_text("utf-8"))
    for one, other in zip(first, second, strict=True):
        assert one["bmd_g_cm2"] == other["bmd_g_cm2"]


def test_a_command_leaves_the_options_that_it_used(labelled_study, tmp_path, hipbmd):
    out = tmp_path / "theirs"
    given = ("labels", "export", labelled_study.folder, "--format", "pts")
    assert hipbmd(*given, "--annotator", "anna", "--out", out).status == 0
    kept = tomllib.loads((out / "labels-export.toml").read_text("utf-8"))
    assert kept == {
        "command": "labels export",
        "study": "../labelled",
        "format": "pts",
        "out": ".",
        "annotator": ["anna"],
    }
    again = arguments("labels", "export", "--config", out / "labels-export.toml")
    assert again.out == out and again.study == labelled_study.folder
    assert hipbmd(*given, "--out", out).status == 2  # refused: the file stays
    assert tomllib.loads((out / "labels-export.toml").read_text("utf-8")) == kept


def test_a_run_that_is_stopped_leaves_them_too(tmp_path, hipbmd, monkeypatch):
    out = tmp_path / "study"

    def stopped(folder, *_, **__):
        folder.mkdir()
        (folder / "cases.csv").write_text("")
        raise KeyboardInterrupt

    monkeypatch.setattr("napari_hipbmd.cli.phantom.make_study", stopped)
    assert hipbmd("phantom", "--n", 1, "--seed", 3, "--out", out).status == 130
    assert tomllib.loads((out / "phantom.toml").read_text("utf-8"))["seed"] == 3


def test_what_is_typed_goes_before_the_file(toml):
    path = toml('paths = ["a", "b"]\nage_years = 71\nworkers = 2\nhtml = true\nout="r"')
    args = arguments("measure", "c", "--config", path, "--workers", "4")
    assert args.paths == [Path("c")] and args.workers == 4
    assert args.age_years == 71.0 and args.html is True
    assert args.sex is None  # and what neither tells is as by default


def test_paths_of_a_file_are_relative_to_its_folder(toml, tmp_path):
    path = toml('paths = ["a"]\njson = "r.json"\nout = "../r"\nmodels = "/m"')
    args = arguments("measure", "--config", path)
    assert args.paths == [tmp_path / "a"] and args.json == str(tmp_path / "r.json")
    assert args.out == tmp_path.parent / "r" and args.models == Path("/m")
    args = arguments("measure", "--config", toml('paths = ["a"]\njson = "-"'))
    assert args.json == "-"


def test_options_are_called_as_in_python_or_as_their_flag(toml):
    path = toml('step = "landmarks"\nstudy = ["s"]\nout = "o"\nfrom = "m"\nepochs = 3')
    args = arguments("train", "--config", path)
    assert args.step == "landmarks" and args.start.name == "m" and args.epochs == 3
    path = toml('paths = ["a"]\nage-years = 70')
    assert arguments("measure", "--config", path).age_years == 70


def test_several_values_are_a_list(toml):
    path = toml('study = "s"\nout = "o"\nrows = ["raw", "enhanced"]')
    assert arguments("validate", "--config", path).rows == ("raw", "enhanced")
    path = toml('study = "s"\nformat = "coco"\nout = "o"\nannotator = ["anna", "bert"]')
    args = arguments("labels", "export", "--config", path)
    assert args.annotator == ["anna", "bert"] and args.format == "coco"
    typed = arguments("labels", "export", "--config", path, "--annotator", "clara")
    assert typed.annotator == ["clara"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("agee_years = 7", "'agee_years' is no option of hipbmd measure; age_years is"),
        ("nonsense = 7", "'nonsense' is no option of hipbmd measure."),
        ("age_years = 200", "age_years: 200 is not between 0 and 120 years"),
        ("age_years = true", "age_years: True is no value of it"),
        ('age_years = "old"', "age_years: 'old' is no number"),
        ("workers = 1.5", "workers: '1.5' is no whole number"),
        ('side = "X"', "side: 'X' is none of L, R"),
        ("html = 1", "html: 1 is neither true nor false"),
        ("box = [1, 2]", "box: 4 values are needed, and these are 2"),
        ("paths = []", "paths: the list is empty"),
        (
            'command = "train"',
            "has options of hipbmd train, and this is",
        ),
        (
            "age-years = 70\nage_years = 71",
            "gives age_years twice, as 'age_years', too",
        ),
        ("[side]\na = 1", "side: {'a': 1} is no value of it"),
        ("side = ", "is no TOML file"),
        (r'csv = "C:\new.csv"', "csv: 'C:\\new.csv' holds a line break or a tab"),
        ("side = 1979-05-27", "side: datetime.date(1979, 5, 27) is no value of it"),
    ],
)
def test_a_wrong_file_is_one_sentence_with_its_name(toml, hipbmd, text, sentence):
    ran = hipbmd("measure", "film.dcm", "--config", toml(text))
    assert ran.status == 2 and not ran.out
    [said] = ran.err.strip().splitlines()
    assert said.startswith("hipbmd: options.toml") and sentence in said


def test_a_file_that_is_not_there_is_one_sentence(tmp_path, hipbmd):
    ran = hipbmd("measure", "--config", tmp_path / "none.toml")
    assert ran.status == 2 and "none.toml cannot be read" in ran.err


def test_an_empty_file_is_said_to_hold_no_options(toml, hipbmd):
    ran = hipbmd("measure", "--config", toml(""))
    assert ran.status == 2
    assert ran.err.startswith("hipbmd: options.toml holds no options") and (
        "needs paths" in ran.err
    )


def test_what_neither_gives_is_asked_for_as_usual(toml, hipbmd):
    ran = hipbmd("measure", "--config", toml("age_years = 7"))
    assert ran.status == 2
    assert "the following arguments are required: paths" in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_file(command, capsys):
    for inner in OWN.get(command, ("",)):
        words = [word for word in (command, inner) if word]
        with pytest.raises(SystemExit):
            arguments(*words, "--help")
        assert "--config FILE.toml" in capsys.readouterr().out


def test_a_path_that_names_the_patient_is_left_out(tmp_path):
    named = tmp_path / "Quillfeather_Ottoline"
    named.mkdir()
    film = np.linspace(0, 1000, 128 * 128).reshape(128, 128).astype(np.uint16)
    write_film(named / "film.dcm", film, FilmTags("film"))
    stored = pydicom.dcmread(named / "film.dcm")
    stored.PatientName = "Quillfeather^Ottoline"
    stored.PatientIdentityRemoved = "NO"
    stored.save_as(named / "film.dcm")
    out = tmp_path / "results"
    out.mkdir()
    (out / "results.json").write_text("{}")
    keep_config(arguments("measure", named, "--out", out))
    kept = (out / "measure.toml").read_text("utf-8")
    assert "Quillfeather" not in kept and "Ottoline" not in kept
    assert "# paths: left out, since it names a patient" in kept
    assert tomllib.loads(kept)["out"] == "."


def test_a_path_that_begins_at_home_is_found_there(toml, tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    told = arguments("measure", "~/study", "--out=~/results", "--landmarks", "~anna")
    assert told.paths == [home / "study"] and told.out == home / "results"
    assert told.landmarks == "~anna"  # no path
    told = arguments("measure", "--config", toml('paths = ["~/study"]\nout = "~/r"\n'))
    assert told.paths == [home / "study"] and told.out == home / "r"
