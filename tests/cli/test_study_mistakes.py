"""What a study's mistakes give a user: a sentence with the column and the case.

Both commands say it before a film is opened: the studies here have none.
"""

import csv

import numpy as np
import pytest

COMMANDS = {
    "train bmd": lambda study, out: ("train", "bmd", "--study", study, "--out", out),
    "validate": lambda study, out: ("validate", study, "--out", out),
}
SITES = ("neck", "trochanter", "intertrochanter", "total")


def people(count=40):
    """Rows of a study that is as it should be."""
    rng = np.random.default_rng(0)
    return [
        {
            "case_id": f"hip-{i:02d}",
            "image": f"images/hip-{i:02d}.dcm",
            "side": "L",
            "sex": "FM"[i % 5 == 0],
            "age_years": f"{rng.normal(68, 9):.0f}",
            "height_cm": f"{rng.normal(156, 6):.1f}",
            "weight_kg": f"{rng.normal(58, 7):.1f}",
            **{f"bmd_{site}": f"{rng.normal(0.8, 0.1):.3f}" for site in SITES},
            "group": f"person-{i:02d}",
        }
        for i in range(count)
    ]


@pytest.fixture(params=COMMANDS)
def told(request, tmp_path, hipbmd):
    """What a command refuses rows for, having written and measured nothing."""

    def run(rows, *options):
        study, out = tmp_path / "study", tmp_path / "out"
        study.mkdir()
        with (study / "cases.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
        ran = hipbmd(*COMMANDS[request.param](study, out), *options)
        assert ran.status == 2 and not ran.out and not out.exists()
        *noticed, refused = ran.err.strip().splitlines()
        assert all(line.startswith("hipbmd: cases.csv: ") for line in noticed)
        return refused

    return run


def changed(column, change, rows=None, only=None):
    """The rows with one column changed, in all cases or in some."""
    rows = rows or people()
    for i, row in enumerate(rows):
        if only is None or i in only:
            row[column] = change(row[column])
    return rows


def test_a_study_without_dxa_columns_names_them(told):
    rows = [
        {name: cell for name, cell in row.items() if not name.startswith("bmd_")}
        for row in people()
    ]
    said = told(rows)
    assert "no DXA readings" in said
    assert all(f"bmd_{site}" in said for site in SITES) and "g/cm²" in said


def test_twelve_films_are_counted_and_named(told):
    said = told(people(12))
    assert "the study has 12" in said and "hip-00" in said and "bmd_neck" in said


@pytest.mark.parametrize(
    ("column", "cell"), [("age_years", "70"), ("height_cm", "155"), ("weight_kg", "60")]
)
def test_a_covariate_that_never_differs_is_named_with_the_way_out(told, column, cell):
    said = told(changed(column, lambda _: cell))
    assert f"Column {column} of cases.csv is {cell} in all 40 cases" in said
    assert "hip-00" in said and "--covariates" in said


def test_a_reading_that_never_differs_is_named(told):
    said = told(changed("bmd_neck", lambda _: "0.7"))
    assert "Column bmd_neck of cases.csv is 0.7 in all 40 cases (hip-00" in said


def test_one_patient_in_all_folds_is_told_by_the_column_that_says_so(told):
    said = told(changed("group", lambda _: "one person"))
    assert "All 40 cases" in said and "column 'group'" in said and "hip-00" in said


def test_readings_in_mg_are_named_by_column_and_case(told):
    said = told(changed("bmd_neck", lambda v: f"{1000 * float(v):.0f}"))
    assert "case hip-00" in said and "bmd_neck" in said and "mg/cm²" in said


def test_one_reading_in_mg_among_others_is_found(told):
    said = told(changed("bmd_total", lambda _: "812", only=[7]))
    assert "case hip-07" in said and "bmd_total is '812'" in said
    assert "812 mg/cm² would be 0.812" in said


def test_a_t_score_in_place_of_a_reading_is_found(told):
    said = told(changed("bmd_neck", lambda _: "-1.9", only=[3]))
    assert "case hip-03" in said and "T-score" in said


def test_heights_in_inches_are_found_in_all_cases(told):
    said = told(changed("height_cm", lambda v: f"{float(v) / 2.54:.1f}"))
    assert "Column height_cm of cases.csv" in said and "in 40 of 40 cases" in said
    assert "inches" in said and "give centimetres" in said


def test_one_height_in_inches_among_centimetres_is_found(told):
    said = told(changed("height_cm", lambda _: "61", only=[5]))
    assert "height_cm of cases.csv is 61 in 1 of 40 cases (hip-05)" in said
    assert "155 cm" in said


def test_heights_in_metres_are_found_in_all_cases_and_in_one(told):
    said = told(changed("height_cm", lambda _: "1.62", only=[9]))
    assert "case hip-09" in said and "height_cm is '1.62'" in said
    assert "1.62 m would be 162" in said


def test_weights_in_pounds_are_found(told):
    said = told(changed("weight_kg", lambda v: f"{float(v) / 0.4536:.0f}"))
    assert "Column weight_kg of cases.csv looks like pounds" in said


def test_a_year_of_birth_is_no_age(told):
    said = told(changed("age_years", lambda _: "1951", only=[2]))
    assert "case hip-02" in said and "year of birth" in said


def test_a_child_may_be_short():
    from napari_hipbmd.core.radiograph import Patient
    from napari_hipbmd.evaluation.checks import refuse_wrong_units
    from napari_hipbmd.study import Case

    child = Case("hip", "hip.dcm", patient=Patient("F", 4, 98, 15))
    refuse_wrong_units([child])
