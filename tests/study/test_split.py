"""What a user may rely on: patients learned from and tested on stay apart."""

from pathlib import Path

import pytest

from napari_hipbmd.core.errors import Refused, StudyWarning
from napari_hipbmd.study import Case
from napari_hipbmd.study.split import part_of, read_split


def test_the_parts_of_the_patients_are_read(tmp_path):
    (tmp_path / "split.csv").write_text("group,part\na,train\nb,test\n")
    assert read_split(tmp_path) == {"a": "train", "b": "test"}


def test_a_missing_table_is_asked_for(tmp_path):
    with pytest.raises(Refused, match=r"has no split\.csv: a table of group"):
        read_split(tmp_path)


def test_a_table_that_is_there_and_cannot_be_read_is_not_called_missing(tmp_path):
    (tmp_path / "split.csv").mkdir()
    with pytest.raises(Refused, match=r"split\.csv cannot be read: it is no regular"):
        read_split(tmp_path)


@pytest.mark.parametrize("row", ["a,learn", ",train", "a,"])
def test_a_row_without_a_known_part_is_named(tmp_path, row):
    (tmp_path / "split.csv").write_text(f"group,part\nb,test\n{row}\n")
    with pytest.raises(Refused, match="Row 3"):
        read_split(tmp_path)


def test_a_patient_in_two_parts_is_refused(tmp_path):
    table = tmp_path / "split.csv"
    table.write_text("group,part\na,train\nb,test\na,train\n")
    assert read_split(tmp_path)["a"] == "train"
    table.write_text("group,part\na,train\nb,test\na,test\n")
    with pytest.raises(Refused, match="Row 4 .* puts the patient 'a' into test, who"):
        read_split(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_table_of_a_spreadsheet_is_read(tmp_path, encoding):
    table = tmp_path / "split.csv"
    table.write_text("Group;Part;note\nMüller;train;x\n", encoding)
    assert read_split(tmp_path) == {"Müller": "train"}
    table.write_text("group,part\nMüller,train\n", "latin-1")
    with pytest.raises(Refused, match="save it again as 'CSV UTF-8'"):
        read_split(tmp_path)


def test_cases_of_patients_in_no_part_are_told():
    cases = [Case(name, Path("x.png"), group=name) for name in ("a", "b", "c")]
    with pytest.warns(StudyWarning, match="1 of 3 cases .* the first 'c'"):
        found = part_of(cases, {"a": "train", "b": "test"}, "train")
    assert [case.case_id for case in found] == ["a"]


def test_no_patient_of_the_projects_own_labels_is_in_two_parts(repo_root):
    split = read_split(repo_root / "labels" / "fracatlas")
    parts = list(split.values())
    assert len(split) == 81
    assert 0.5 < parts.count("train") / len(parts) < 0.7
    assert parts.count("test") >= 15
