"""What a user may rely on: patients learned from and tested on stay apart."""

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study.split import read_split


def test_the_parts_of_the_patients_are_read(tmp_path):
    (tmp_path / "split.csv").write_text("group,part\na,train\nb,test\n")
    assert read_split(tmp_path) == {"a": "train", "b": "test"}


def test_a_missing_table_is_asked_for(tmp_path):
    with pytest.raises(Refused, match=r"has no split\.csv: a table of group"):
        read_split(tmp_path)


@pytest.mark.parametrize("row", ["a,learn", ",train", "a,"])
def test_a_row_without_a_known_part_is_named(tmp_path, row):
    (tmp_path / "split.csv").write_text(f"group,part\nb,test\n{row}\n")
    with pytest.raises(Refused, match="Row 3"):
        read_split(tmp_path)


def test_no_patient_of_the_projects_own_labels_is_in_two_parts(repo_root):
    split = read_split(repo_root / "labels" / "fracatlas")
    parts = list(split.values())
    assert len(split) == 81
    assert 0.5 < parts.count("train") / len(parts) < 0.7
    assert parts.count("test") >= 15
