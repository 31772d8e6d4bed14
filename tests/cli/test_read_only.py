"""Folders that cannot be written: told in one sentence, and before the work."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from napari_hipbmd.cli import main
from napari_hipbmd.study import Study

Freeze = Callable[[Path], Path]


@pytest.mark.parametrize(
    "option",
    ["--out {}", "--out {}/new/run", "--json {}/a.json", "--csv {}/a.csv"],
)
def test_results_that_cannot_be_written_are_refused_before_the_first_film(
    sample_study: Study,
    read_only: Freeze,
    tmp_path: Path,
    option: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    words = option.format(read_only(out)).split()
    with patch("napari_hipbmd.cli.measure.measure_paths", side_effect=AssertionError):
        assert main(["measure", str(sample_study.folder), *words]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"hipbmd: {out} cannot be written (")
    assert said[0].endswith("): choose another folder.")


def test_a_read_only_study_is_measured_and_looked_through(
    labelled_study: Study, read_only: Freeze, tmp_path: Path
) -> None:
    folder = str(read_only(labelled_study.folder))
    for command in (
        ["labels", "status", folder],
        ["labels", "check", folder],
        ["labels", "export", folder, "--format", "csv", "--out", f"{tmp_path}/csv"],
    ):
        assert main(command) == 0
    film = str(labelled_study.cases[0].image)
    assert main(["measure", film, "--csv", f"{tmp_path}/a.csv"]) == 0
    assert (tmp_path / "a.csv").is_file()


def test_what_would_change_a_read_only_study_says_which_folder(
    labelled_study: Study,
    read_only: Freeze,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    exported = f"{tmp_path}/csv"
    folder = labelled_study.folder
    export = ["labels", "export", str(folder), "--format", "csv", "--out", exported]
    assert main([*export, "--annotator", "anna"]) == 0
    capsys.readouterr()
    words = [exported, "--format", "csv", "--annotator", "carl"]
    assert main(["labels", "import", str(read_only(folder)), *words]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert "cannot be written (" in said[-1] and str(folder) in said[-1]


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_the_folder_is_named_and_not_the_temporary_file(
    sample_study: Study,
    tmp_path: Path,
    number: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = OSError(number, os.strerror(number), f"{tmp_path}/.a.csv.x1y2z3w4.tmp")
    film = str(sample_study.cases[0].image)
    with patch("napari_hipbmd.tasks.measure.write_text_atomic", side_effect=error):
        assert main(["measure", film, "--csv", f"{tmp_path}/a.csv"]) == 2
    assert f"{tmp_path} cannot be written ({error.strerror})" in capsys.readouterr().err


def test_a_film_that_may_not_be_read_is_not_called_one_that_cannot_be_written(
    tmp_path: Path,
) -> None:
    from napari_hipbmd.core.writable import unwritable

    film = tmp_path / "film.dcm"
    film.touch()
    denied = OSError(errno.EACCES, "Permission denied", str(film))
    with patch("os.access", return_value=False):
        assert unwritable(denied) is None
    assert unwritable(denied) == film
    assert unwritable(OSError(errno.ENOSPC, "disk full", str(film))) is None
