"""A study is a folder that opens as it was left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study import Case, Label, Labels, Study


def test_a_new_study_opens_with_its_cases(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", [Case("a", Path("images/a.png"), "L")])
    assert study == Study.open(tmp_path / "s")
    assert study.case("a").image == tmp_path / "s" / "images" / "a.png"


def test_a_study_is_not_made_over_another(tmp_path: Path) -> None:
    Study.create(tmp_path)
    with pytest.raises(Refused, match="already a study"):
        Study.create(tmp_path)


def test_only_a_folder_with_a_table_is_a_study(tmp_path: Path) -> None:
    assert not Study.is_study(tmp_path)
    assert not Study.is_study(tmp_path / "nowhere")
    Study.create(tmp_path)
    assert Study.is_study(tmp_path)
    assert not Study.is_study(tmp_path / "cases.csv")


def test_a_folder_opens_from_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Study.create(tmp_path / "s", [Case("a", Path("a.png"))])
    monkeypatch.chdir(tmp_path)
    study = Study.open("s")
    monkeypatch.chdir("/")
    assert study.case("a").image == tmp_path / "s" / "a.png"
    assert study.truth("a") is None


def test_an_unknown_case_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="'b'"):
        Study.create(tmp_path).case("b")


def test_labels_are_found_by_annotator(tmp_path: Path) -> None:
    study = Study.create(tmp_path, [Case("a", Path("a.png"))])
    assert study.annotators() == ()
    for who in ("bo", "anna"):
        study.write_labels(Labels("a", who, {"N1": Label((1, 2))}))
    assert study.annotators() == ("anna", "bo")
    labels = study.labels("bo", "a")
    assert labels is not None
    np.testing.assert_array_equal(labels.xy[0], (1, 2))
    with pytest.raises(Refused, match="no case 'b'"):
        study.write_labels(Labels("b", "anna"))
