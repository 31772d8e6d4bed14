"""Columns that are passed over are told, with what they were probably meant as."""

import pytest

from napari_hipbmd.core.errors import Refused, StudyWarning
from napari_hipbmd.study import Study
from napari_hipbmd.study.cases.columns import advice, meant_as
from napari_hipbmd.study.cases.table import read_cases
from napari_hipbmd.tasks.digital_hips import make_study


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Age", "age_years"), ("Height", "height_cm"), ("Weight (kg)", "weight_kg"),
        ("bmd_total (g/cm2)", "bmd_total"), ("BMD neck [g/cm²]", "bmd_neck"),
        ("patient_id", "group"), ("PatientID", "group"), ("gender", "sex"),
        ("Größe", "height_cm"), ("Poids", "weight_kg"), ("Sexo", "sex"),
        ("age_year", "age_years"), ("hospital", None), ("kvp", None),
    ],
)  # fmt: skip
def test_a_name_is_known_by_what_it_was_meant_as(name, known):
    assert meant_as(name) == known


def study(tmp_path, text):
    (tmp_path / "cases.csv").write_text(text, "utf-8")
    return Study.open(tmp_path)


def test_a_column_that_is_passed_over_is_named_with_the_nearest_known_one(tmp_path):
    with pytest.warns(StudyWarning, match="'Age' is passed over; call it 'age_years'"):
        study(tmp_path, "case_id,image,Age\na,a.dcm,59\n")


def test_patients_that_repeat_without_a_group_are_warned_of(tmp_path):
    with pytest.warns(StudyWarning, match="no column 'group'"):
        study(tmp_path, "case_id,image,patient_id\na,a.dcm,1\nb,b.dcm,1\n")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text",
    [
        "case_id,image,patient_id,group\na,a.dcm,1,p\nb,b.dcm,1,p\n",
        "case_id,image,patient_id\na,a.dcm,1\nb,b.dcm,2\n",
        "case_id,image,Sex,hospital\na,a.dcm,F,x\nb,b.dcm,M,x\n",
    ],
)
def test_a_table_that_is_understood_is_no_reason_to_warn(tmp_path, text):
    assert study(tmp_path, text).cases


def test_the_command_line_tells_it_in_a_sentence(tmp_path, hipbmd):
    text = "case_id,image,Age\na,a.dcm,59\n"
    (tmp_path / "cases.csv").write_text(text, "utf-8")
    told = hipbmd("labels", "status", tmp_path).err
    assert told.count("call it 'age_years'") == 1


@pytest.mark.filterwarnings("error")
def test_the_sample_films_and_digital_hips_are_understood(sample_study, tmp_path):
    make_study(tmp_path, 1, 5, "train", 128, workers=1)
    assert Study.open(sample_study.folder).cases and Study.open(tmp_path).cases


PATIENT = "case_id,image,side,sex,height_cm,weight_kg,group"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,a.dcm,R,F,155,60,p\nb,a.dcm,L,F,155,60,q", "called two patients"),
        ("a,a.dcm,R,F,155,60,p\nb,a.dcm,R,F,155,60,p", "not told apart by their sides"),
        ("a,a.dcm,R,F,155,60,p\nb,b.dcm,L,M,155,60,p", "a woman and a man"),
        ("a,a.dcm,R,F,155,60,p\nb,b.dcm,L,F,155,60,P", "differ only in their capitals"),
        ("a,a.dcm,R,F,155,60,1\nb,b.dcm,L,F,155,60,001", "blanks or zeros"),
        ("a,a.dcm,R,F,155,60,1\nb,b.dcm,L,F,155,60,1.0", "blanks or zeros"),
        ("a,a.dcm,R,F,155,60,p 1\nb,b.dcm,L,F,155,60,p  1", "blanks or zeros"),
        ("a,a.dcm,R,F,155,60,p\nb,b.dcm,L,F,180,60,p", "155 and 180 cm tall"),
        ("a,a.dcm,R,F,60,155,p", "the two may be swapped"),
        ("a,a.dcm,R,F,61,132,p\nb,b.dcm,R,F,62,130,q", r"\(1 more of this kind\)"),
    ],
)
def test_rows_that_cannot_be_right_are_told(tmp_path, rows, told):
    with pytest.warns(StudyWarning, match=told):
        study(tmp_path, f"{PATIENT}\n{rows}\n")


def test_a_reading_of_the_whole_hip_that_is_no_mean_of_its_parts_is_told(tmp_path):
    header = "case_id,image,bmd_neck,bmd_trochanter,bmd_intertrochanter,bmd_total"
    with pytest.warns(StudyWarning, match="'b' has a bmd_total of 0.55 .*swapped"):
        study(tmp_path, f"{header}\na,a.dcm,.7,.55,.95,.8\nb,b.dcm,.8,.7,.95,.55\n")


def test_a_trochanter_denser_than_the_shaft_below_it_is_told(tmp_path):
    header = "case_id,image,bmd_trochanter,bmd_intertrochanter"
    with pytest.warns(StudyWarning, match="'b' has a bmd_trochanter of 0.95 .*swapped"):
        study(tmp_path, f"{header}\na,a.dcm,.55,.95\nb,b.dcm,.95,.7\n")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("group", ["NA", "n/a", "-", "none"])
def test_films_without_a_known_patient_are_not_all_of_one_patient(tmp_path, group):
    rows = f"a,a.dcm,R,F,155,60,{group}\nb,b.dcm,L,M,185,90,{group}\n"
    cases = study(tmp_path, f"{PATIENT}\n{rows}").cases
    assert [case.group for case in cases] == ["a", "b"]


@pytest.mark.filterwarnings("error")
def test_two_hips_of_one_patient_on_one_film_are_no_reason_to_warn(tmp_path):
    rows = "a,a.dcm,R,F,155,60,p\nb,a.dcm,L,F,155,60,p\nc,c.dcm,,,,,\n"
    assert len(study(tmp_path, f"{PATIENT}\n{rows}").cases) == 3


def table_of(tmp_path, columns, rows):
    lines = [f"c{i},c{i}.dcm,{row}" for i, row in enumerate(rows)]
    text = "\n".join([f"case_id,image,{columns}", *lines, ""])
    (tmp_path / "cases.csv").write_text(text, "utf-8")
    return advice(read_cases(tmp_path))


def test_necks_that_are_mostly_denser_than_the_whole_hip_are_told(tmp_path):
    swapped = ["0.93,0.85", "1.13,0.83", "1.1,0.86", "0.66,0.58", "0.7,0.72"]
    (told,) = table_of(tmp_path, "bmd_neck,bmd_total", swapped)
    assert "bmd_neck is above bmd_total in 4 of 5 cases" in told
    some = ["0.93,0.85", "0.83,1.13", "0.86,1.1", "0.58,0.66"] * 4
    assert table_of(tmp_path, "bmd_neck,bmd_total", some) == []


def test_an_age_of_99_that_many_have_is_told_as_a_code(tmp_path):
    (told,) = table_of(tmp_path, "age_years", [99, 71, 99, 64, 99, 99, 58])
    assert "age_years is 99 years in 4 of 7 patients" in told
    assert table_of(tmp_path, "age_years", [99, 98, 97, 99, 96, 95, 100, 99, 99]) == []


def test_a_percentage_in_the_place_of_a_reading_is_told_as_one(tmp_path):
    with pytest.raises(Refused, match="85' where .* may be per cent"):
        table_of(tmp_path, "bmd_neck", [85])
