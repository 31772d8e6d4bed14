"""A clinic's own regression, with a stand-in for the networks."""

import json
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.bmd import PRESETS, BmdModel
from napari_hipbmd.core.anatomy import REGIONS
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.core.measurement import RegionMeasurement
from napari_hipbmd.core.radiograph import Flag, Patient
from napari_hipbmd.pipeline.estimates import estimate
from napari_hipbmd.pipeline.gain import FilmGain
from napari_hipbmd.study import Study, write_cases
from napari_hipbmd.tasks.fit import fit_regression
from napari_hipbmd.tasks.fit_plan import FitPlan
from napari_hipbmd.tasks.fit_tables import fit_grids, fit_notes

PLAN = FitPlan(targets=("neck",), folds=4)
OLS = PRESETS["paper"]


def fit(made_up, out, plan=PLAN, **options):
    return fit_regression(made_up.study, out, plan, prepare=made_up.prepare, **options)


def test_a_fit_that_was_stopped_goes_on_and_ends_as_one_that_was_not(made_up, tmp_path):
    with pytest.raises(Cancelled):
        fit(made_up, tmp_path / "a", cancelled=lambda: len(made_up.measured) == 25)
    assert not (tmp_path / "a" / "bmd.json").exists()
    first = fit(made_up, tmp_path / "a")
    assert len(made_up.measured) == len(set(made_up.measured)) == 40
    whole = fit(made_up, tmp_path / "b")
    assert first.model.to_json() == whole.model.to_json()


def test_a_fit_can_be_stopped_while_it_estimates(made_up, tmp_path):
    steps = []

    def asked():
        return any(step.stage == "estimating" for step in steps)

    with pytest.raises(Cancelled):
        fit(
            made_up, tmp_path, cancelled=asked,
            report=lambda step, results: steps.append(step),
        )  # fmt: skip
    assert len(made_up.measured) == 40
    assert not (tmp_path / "bmd.json").exists()


def test_an_earlier_regression_stays_until_the_new_one_is_whole(made_up, tmp_path):
    fit(made_up, tmp_path)
    before = (tmp_path / "bmd.json").read_bytes()
    with pytest.raises(Cancelled):
        fit(made_up, tmp_path, FitPlan(folds=5), cancelled=lambda: True)
    assert (tmp_path / "bmd.json").read_bytes() == before


def test_figures_fill_in_film_by_film_and_fold_by_fold(made_up, tmp_path):
    sizes = {"measuring": set(), "estimating": []}

    def report(step, results):
        if results and step.stage == "measuring":
            sizes["measuring"].add(len(results[0].case_ids))
        elif step.stage == "estimating":
            sizes["estimating"].append(len(results[-1].case_ids))

    fit(made_up, tmp_path, report=report)
    assert min(sizes["measuring"]) < 39
    assert len(sizes["estimating"]) == 4
    assert sizes["estimating"] == sorted(sizes["estimating"])
    assert sizes["estimating"][-1] == 39, "hip-03 is a spine"


def test_in_sample_and_out_of_fold_stand_beside_each_other(made_up, tmp_path):
    found = fit(made_up, tmp_path)
    quality, coefficients = fit_grids(found)
    cells = dict(zip(quality.heads, quality.rows[0], strict=True))
    (result,) = found.results
    assert float(cells["r in sample"]) == round(result.in_sample.r, 3)
    assert float(cells["r out of fold"]) == round(found.model.with_biology["neck"].r, 3)
    assert float(cells["r in sample"]) >= float(cells["r out of fold"])
    assert len(coefficients.rows) == 9 + 3, "sex is the same in all and is left out"
    assert all(float(row[2]) > 0 for row in coefficients.rows)
    assert any("hip-03" in note for note in fit_notes(found))
    assert not found.digital


def test_own_networks_go_along_with_the_regression(made_up, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "napari_hipbmd.runs.collecting.prepare_with", lambda _: made_up.prepare
    )
    own, out = tmp_path / "own", tmp_path / "out"
    own.mkdir()
    for name in ("landmarks.json", "landmarks.safetensors", "bmd.json", "notes.txt"):
        (own / name).write_text(f"{name} of my own")
    fit_regression(made_up.study, out, PLAN, models=own)
    assert (
        out / "landmarks.safetensors"
    ).read_text() == "landmarks.safetensors of my own"
    assert not (out / "notes.txt").exists()
    assert BmdModel.from_json((out / "bmd.json").read_text("utf-8")).features_only


def without_readings_of_the_neck(case):
    return {site: None if site == "neck" else value for site, value in case.dxa.items()}


def test_a_target_that_nobody_has_read_is_named(made_up, tmp_path):
    from dataclasses import replace

    folder = made_up.study.folder
    write_cases(
        folder,
        [replace(c, dxa=without_readings_of_the_neck(c)) for c in made_up.study.cases],
    )
    with pytest.raises(Refused, match="no DXA readings of bmd_neck"):
        fit_regression(Study.open(folder), tmp_path, PLAN, prepare=made_up.prepare)
    assert not made_up.measured


def test_landmarks_of_somebody_who_placed_none_are_refused_before_measuring(
    made_up, tmp_path
):
    plan = FitPlan(("neck",), landmarks="zoe")
    with pytest.raises(Refused, match="'zoe' has no labels in this study: choose one"):
        fit_regression(made_up.study, tmp_path, plan, prepare=made_up.prepare)
    assert not made_up.measured


def test_a_film_that_contradicts_the_table_is_told(made_up, tmp_path):
    def prepare(job):
        hip = made_up.prepare(job)
        other = Patient(sex="M" if job.name == "hip-05" else None)
        return replace(hip, film=replace(hip.film, patient=other))

    found = fit_regression(made_up.study, tmp_path, PLAN, prepare=prepare)
    (note,) = (note for note in fit_notes(found) if note.startswith("Doubted"))
    assert "hip-05" in note and "sex F against M" in note


def test_many_contradictions_are_counted_and_all_in_the_model(made_up, tmp_path):
    def prepare(job):
        hip = made_up.prepare(job)
        return replace(hip, hip_flags=(Flag("side", "It may be mirrored."),))

    found = fit_regression(made_up.study, tmp_path, PLAN, prepare=prepare)
    notes = [note for note in fit_notes(found) if note.startswith("Doubted")]
    assert len(notes) == 21
    assert notes[-1] == "Doubted: 39 cases, all in bmd.json"
    told = json.loads((tmp_path / "bmd.json").read_text("utf-8"))["provenance"]
    assert len(told["contradictions"]) == 39


def test_the_model_says_where_it_comes_from(made_up, tmp_path):
    fit(made_up, tmp_path, command="hipbmd train bmd")
    told = json.loads((tmp_path / "bmd.json").read_text("utf-8"))["provenance"]
    assert told["cases"] == 40 and told["left_out"] == {"hip-03": "It is a spine."}
    assert told["targets"] == ["bmd_neck"] and told["command"] == "hipbmd train bmd"
    assert np.datetime64(told["date"])


def with_few(made_up, count, per_patient=1):
    """The study with readings of the trochanter in some cases alone."""
    cases = [
        replace(
            case,
            dxa=case.dxa if i < count else {**case.dxa, "trochanter": None},
            group=f"p{i // per_patient}" if i < count else f"q{i}",
        )
        for i, case in enumerate(made_up.study.cases)
    ]
    write_cases(made_up.study.folder, cases)
    return Study.open(made_up.study.folder)


TWO = FitPlan(targets=("neck", "trochanter"), folds=4)


def test_a_target_with_too_few_readings_is_told_and_the_others_are_fitted(
    made_up, tmp_path
):
    study = with_few(made_up, 12)
    found = fit_regression(study, tmp_path, TWO, prepare=made_up.prepare)
    assert list(found.model.with_biology) == ["neck"]
    (note,) = (one for one in fit_notes(found) if "not fitted" in one)
    assert "trochanter (12 readings of 12 patients" in note


def test_a_target_of_fewer_patients_than_folds_does_not_stop_the_others(
    made_up, tmp_path
):
    study = with_few(made_up, 24, 8)
    found = fit_regression(study, tmp_path, TWO, prepare=made_up.prepare)
    assert list(found.model.features_only) == ["neck"]
    assert "24 readings of 3 patients" in "".join(fit_notes(found))


def test_a_target_of_which_few_know_the_biology_takes_it_from_no_other(
    made_up, tmp_path
):
    cases = list(with_few(made_up, 24).cases)
    for i in range(8):
        cases[i] = replace(cases[i], patient=Patient("F", 70.0 + i, 160.0 + i))
    write_cases(made_up.study.folder, cases)
    found = fit_regression(
        Study.open(made_up.study.folder), tmp_path, TWO, prepare=made_up.prepare
    )
    assert list(found.model.with_biology) == ["neck"]
    assert {one.site for one in found.results} == {"neck"}
    assert found.not_fitted.keys() == {"trochanter"}


def test_least_squares_of_more_inputs_than_films_is_refused_before_measuring(
    made_up, tmp_path
):
    few = with_few(made_up, 24)
    plan = replace(TWO, targets=("trochanter",), image="calibrated", preset=OLS)
    with pytest.raises(Refused, match="26 inputs needs at least 28 cases .* are 24"):
        fit_regression(few, tmp_path, plan, prepare=made_up.prepare)
    assert not made_up.measured


def test_many_films_that_are_left_out_are_counted(made_up, tmp_path):
    found = fit(made_up, tmp_path)
    many = replace(found, left_out={f"c{i}": "height_cm missing" for i in range(3000)})
    notes = [one for one in fit_notes(many) if one.startswith("Left out")]
    assert len(notes) == 21
    assert notes[-1] == "Left out: 3000 cases, all in bmd.json"


def test_a_sex_of_which_everybody_was_left_out_is_none_that_was_learned_from(
    made_up, tmp_path
):
    cases = [
        replace(case, patient=Patient("M", 70.0 + i, 170.0)) if i < 4 else case
        for i, case in enumerate(made_up.study.cases)
    ]
    write_cases(made_up.study.folder, cases)
    found = fit_regression(
        Study.open(made_up.study.folder), tmp_path, PLAN, prepare=made_up.prepare
    )
    row = found.model.features_only["neck"].linear.mean
    man = Patient("M", 68.0, 155.0, 58.0)
    assert "sex" in found.model.unlike_fitted(row, man)


def test_two_fits_into_one_folder_do_not_mix(made_up, tmp_path):
    def second(step, results):
        fit(made_up, tmp_path)

    with pytest.raises(Refused, match="Another run writes its results into"):
        fit(made_up, tmp_path, report=second)
    assert fit(made_up, tmp_path).model.features_only


def test_a_regression_on_another_densitometers_scale_gives_no_t_scores(
    made_up, tmp_path
):
    def fitted(maker):
        cases = [
            replace(case, extra={**case.extra, "dxa_maker": maker})
            for case in made_up.study.cases
        ]
        study = Study(made_up.study.folder, tuple(cases))
        return fit_regression(study, tmp_path, PLAN, prepare=made_up.prepare)

    def scores(model):
        model = BmdModel.from_json(model.to_json())
        row = model.features_only["neck"].linear.mean
        regions = {
            region: RegionMeasurement(
                np.zeros((3, 2)),
                np.zeros((3, 2)),
                row[3 * i : 3 * i + 3],
                5.0,
                1.0,
                0.0,
            )
            for i, region in enumerate(REGIONS)
        }
        return estimate(model, regions, FilmGain(None), Patient(), (0.15, 0.15))

    lunar = fitted("GE Lunar")
    found = scores(lunar.model)
    assert found.bmd_g_cm2 and found.t_score == {}
    assert "other-scale" in {flag.code for flag in found.flags}
    assert any("No T-scores" in note for note in fit_notes(lunar))
    found = scores(fitted("Hologic").model)
    assert found.t_score and not {f.code for f in found.flags} & {"other-scale"}


def test_a_regression_of_which_some_films_are_digital_says_so(made_up, tmp_path):
    cases = [
        replace(case, extra={**case.extra, "family": "train"} if i == 7 else {})
        for i, case in enumerate(made_up.study.cases)
    ]
    study = Study(made_up.study.folder, tuple(cases))
    found = fit_regression(study, tmp_path, PLAN, prepare=made_up.prepare)
    assert "1 of them digital hips" in found.model.calibrated_on
    assert found.digital and any(
        "not valid for patients" in n for n in fit_notes(found)
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"targets": ("hip",)}, "'hip' is no target: choose among neck"),
        ({"targets": ()}, "is no target"),
        ({"image": "bone"}, "'bone' is no image: choose among raw"),
        ({"preset": "paper"}, "is one of napari_hipbmd.bmd.PRESETS"),
    ],
)
def test_a_plan_of_what_there_is_not_is_refused_as_it_is_made(wrong, why):
    with pytest.raises(Refused, match=why):
        FitPlan(**wrong)


def test_a_regression_of_too_few_with_biology_says_so_and_misses_none_of_a_patient(
    made_up, tmp_path
):
    whole = made_up.study.cases[0].patient
    cases = [
        case if i < 15 else replace(case, patient=Patient())
        for i, case in enumerate(made_up.study.cases)
    ]
    write_cases(made_up.study.folder, cases)
    study = Study.open(made_up.study.folder)
    found = fit_regression(study, tmp_path / "out", prepare=made_up.prepare)
    assert not found.model.with_biology
    assert (
        "Fitted without the biology: fewer than 20 cases with a reading know all of"
        " age_years, height_cm, weight_kg" in fit_notes(found)
    )
    assert not found.model.lacks_biology(whole)
