"""The letters of a column of sexes mean what all of the column says."""

from pathlib import Path

import pytest

from napari_hipbmd.core.errors import Refused, StudyWarning
from napari_hipbmd.study import Study, read_cases
from napari_hipbmd.study.cases.sexes import Sexes


@pytest.mark.parametrize(
    ("heading", "cells", "sexes"),
    [
        ("Sex", "M F", "MF"),
        ("Sex", "M M", "MM"),
        ("Geschlecht", "m w", "MF"),
        ("Sexe", "H F", "MF"),
        ("Sexo", "H M", "MF"),
        ("Sex", "H M", "MF"),
        ("Sexo", "Hombre M", "MF"),
        ("Sexo", "V M", "MF"),
        ("Sexo", "V F", "MF"),
        ("Sexo", "M F", "MF"),
        ("Sexo", "M Femenino", "MF"),
        ("Geslacht", "M V", "MF"),
        ("Geslacht", "V M", "FM"),
        ("Sexo", "M M", "??"),
        ("Género", "M", "?"),
        ("Sexo", "M Masculino", "?M"),
        ("Sex", "M V", "??"),
        ("Sex", "H M F", "M?F"),
        ("Sex", "manly F", "?F"),
    ],
)
def test_a_letter_means_what_its_column_says(heading, cells, sexes):
    column = Sexes(cells.split(), [heading])
    assert "".join(column.named(cell) or "?" for cell in cells.split()) == sexes


def test_a_letter_with_its_word_is_no_riddle():
    column = Sexes(["M (masculino)", "M"], ["Sexo"])
    assert column.named("M (masculino)") == "M" and column.named("M") is None
    assert column.ambiguous == ["M"]


def table(folder: Path, *sexes: str, heading: str = "sex") -> Path:
    rows = (f"c{i},c{i}.png,{sex}" for i, sex in enumerate(sexes))
    text = "\n".join([f"case_id,image,{heading}", *rows])
    (folder / "cases.csv").write_text(text + "\n", "utf-8")
    return folder


def test_a_study_s_table_in_spanish_has_women_for_m(tmp_path):
    cases = read_cases(table(tmp_path, "H", "M", "M", "-"))
    assert [case.patient.sex for case in cases] == ["M", "F", "F", None]


def test_a_study_s_table_in_two_languages_is_refused(tmp_path):
    with pytest.raises(Refused, match="case c1.*may be a woman .* write F or M"):
        read_cases(table(tmp_path, "H", "M", "F"))


def test_a_spanish_column_of_another_name_is_not_to_be_renamed_alone(tmp_path):
    with pytest.warns(StudyWarning, match="write F or M: M may be mujer"):
        Study.open(table(tmp_path, "M", "M", heading="sexo"))
