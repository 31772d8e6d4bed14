"""What a user may rely on: the repeat of the paper sets digital hips by patients."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.evaluation.published import PATIENTS, figures_of, people_lines
from napari_hipbmd.evaluation.row_result import RowResult
from napari_hipbmd.evaluation.success import success_curve, success_gain
from napari_hipbmd.study import Case, write_cases
from napari_hipbmd.tasks.digital_case import drawn_person
from napari_hipbmd.tasks.paper_repeat import SEED


@pytest.fixture(scope="module")
def repeated(tiny_study, tmp_path_factory):
    """One short run that several tests read."""
    from napari_hipbmd.cli import main

    out = tmp_path_factory.mktemp("repeat")
    assert main(["paper-repeat", "--study", str(tiny_study), "--out", str(out)]) == 0
    return out


def test_both_columns_stand_side_by_side(repeated):
    text = (repeated / "paper-repeat.txt").read_text("utf-8")
    told = json.loads((repeated / "paper-repeat.json").read_text("utf-8"))
    by_name = {line["name"]: line for line in told["results"]}
    validation = json.loads(
        (repeated / "validation" / "validation.json").read_text("utf-8")
    )
    [row] = [
        r
        for r in validation["rows"]
        if (r["row"], r["site"], r["inputs"]) == ("enhanced", "neck", "with biology")
    ]
    spread = by_name["enhanced: MAE, g/cm², 1.96 SD of the folds"]
    assert spread == {
        "name": spread["name"],
        "ours": pytest.approx(row["fold_spread_mae_g_cm2"]),
        "theirs": 0.008,
        "digits": 3,
    }
    assert by_name["enhanced: r, mean of the folds"]["theirs"] == 0.81
    assert by_name["enhanced: r in sample"]["ours"] == row["in_sample_r"]
    assert "digital hips" in text and "patients" in text and "women" in text
    assert validation["preset"]["kind"] == "ols"


def test_what_may_and_may_not_be_concluded_is_told(repeated):
    text = (repeated / "paper-repeat.txt").read_text("utf-8")
    # On films this small, one of 24 tells a pixel size that no film has, and so none.
    assert "What may be concluded, of 23 digital hips" in text
    assert "What may not be concluded" in text
    assert text.index("What may be") < text.index("What may not be")


def test_figures_7_8_and_9_are_drawn_and_the_page_needs_nothing_else(repeated):
    page = (repeated / "paper-repeat.html").read_text("utf-8")
    for number in (7, 8, 9):
        with Image.open(repeated / f"fig{number}.png") as image:
            assert min(image.size) > 300
        assert f"Fig. {number}: " in page
    assert page.count("data:image/png") == 3 and 'src="http' not in page


def test_a_study_of_films_that_are_no_digital_hips_is_refused(tmp_path, hipbmd):
    write_cases(tmp_path, [Case("film-1", Path("images/film-1.dcm"), "L")])
    ran = hipbmd("paper-repeat", "--study", tmp_path, "--out", tmp_path / "out")
    assert ran.status == 2 and "film-1 is no digital hip" in ran.err
    assert "hipbmd validate" in ran.err and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--n", 2], "needs at least 20 digital hips, and --n is 2"),
        (["--n", 30, "--models", "nowhere"], "nowhere holds no models"),
    ],
)
def test_what_cannot_be_repeated_is_told_before_a_digital_hip_is_made(
    tmp_path, hipbmd, options, sentence
):
    out = tmp_path / "out"
    ran = hipbmd("paper-repeat", *options, "--pixels", 128, "--out", out)
    assert ran.status == 2 and sentence in ran.err and not out.exists()


def test_folds_are_told_as_in_the_paper():
    rng = np.random.default_rng(0)
    reading = rng.normal(0.7, 0.15, 100)
    estimate = reading + rng.normal(0, 0.08, 100)
    fold = np.arange(100) % 10
    found = RowResult(
        "raw", "neck", tuple(map(str, range(100))), np.arange(100), estimate[None],
        fold[None], reading, reading, np.full(100, np.nan),
    )  # fmt: skip
    of_each = [
        np.corrcoef(estimate[fold == k], reading[fold == k])[0, 1] for k in range(10)
    ]
    told = figures_of(found)
    assert told.r == pytest.approx(np.mean(of_each))
    assert told.r_spread == pytest.approx(1.96 * np.std(of_each, ddof=1))
    assert told.fit_r == pytest.approx(1)


def test_a_gain_in_success_is_the_area_between_the_curves():
    rng = np.random.default_rng(1)
    reading = rng.normal(0.7, 0.15, 300)
    rows = [
        RowResult(
            "enhanced", "neck", tuple(map(str, range(300))), np.arange(300),
            (reading + rng.normal(0, sd, 300))[None], np.zeros((1, 300), int), reading,
            reading, np.full(300, np.nan),
        )
        for sd in (0.03, 0.08)
    ]  # fmt: skip
    gain, (low, high) = success_gain(*rows, 0.045)
    levels = np.linspace(0, 0.045, 2001)
    better, worse = (success_curve(row, levels).mean() for row in rows)
    assert gain == pytest.approx(better - worse, abs=1e-3)
    assert 0 < low < gain < high
    assert success_gain(rows[0], rows[0], 0.045) == (0, (0, 0))


def test_the_people_of_the_repeat_follow_table_1():
    cases = []
    for index in range(sum(PATIENTS.values())):
        person, _ = drawn_person("shifted", SEED, index)
        who = Patient(person.sex, person.age_years, person.height_cm, person.weight_kg)
        dxa = {"neck": person.neck_bmd_g_cm2}
        cases.append(Case(f"hip-{index}", Path("x.dcm"), "L", who, dxa))
    for sex, lines in people_lines(cases).items():
        films, *rest = lines
        assert films.ours == pytest.approx(PATIENTS[sex], abs=35)
        for mean, sd in zip(rest[::2], rest[1::2], strict=True):
            assert mean.ours == pytest.approx(mean.theirs, abs=0.25 * sd.theirs)
            assert sd.ours == pytest.approx(sd.theirs, rel=0.2)
