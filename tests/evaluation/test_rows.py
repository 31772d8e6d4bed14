"""The rows, everything fitted inside the fold."""

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.evaluation.feature_table import FeatureTable, in_both_units
from napari_hipbmd.evaluation.gap import gap_closed
from napari_hipbmd.evaluation.row_result import ROWS
from napari_hipbmd.evaluation.rows import evaluate
from napari_hipbmd.runs.feature_cache import GAINS

NOISE = {"raw": 0.10, "ring": 0.06, "enhanced": 0.04, "exact": 0.02}


def table(n=120, seed=0, per_patient=1, **changes):
    """Rows that differ only in how much noise hides the bone."""
    rng = np.random.default_rng(seed)
    age = rng.normal(68, 14, n)
    neck = 0.7 - 0.005 * (age - 68) + rng.normal(0, 0.11, n)
    grey = np.repeat(0.3 * neck[:, None], 9, axis=1)
    rows = {
        row: grey
        + np.repeat(rng.normal(0, sd, (n, 3)), 3, axis=1)
        + rng.normal(0, 0.002, (n, 9))
        for row, sd in NOISE.items()
    }
    for row, image in GAINS.items():
        gains = np.column_stack([np.full(n, 0.3), rng.uniform(0.05, 0.1, n)])
        rows[row] = in_both_units(rows[image], gains)
    known = {
        "case_ids": [f"c{i}" for i in range(n)],
        "groups": [f"p{i // per_patient}" for i in range(n)],
        "covariates": np.column_stack(
            [rng.integers(0, 2, n), age, rng.normal(155, 8, n), rng.normal(58, 11, n)]
        ).astype(float),
        "dxa_g_cm2": neck[:, None] * (1.0, 0.9, 1.4, 1.2),
        "features": rows,
    }
    return FeatureTable(**{**known, **changes})


@pytest.fixture(scope="module")
def results():
    return evaluate(table())


def r_of(results, site="neck"):
    return {found.row: found.agreement.r for found in results if found.site == site}


def test_the_less_noise_a_row_has_the_better_it_does(results):
    r = r_of(results)
    assert list(r) == list(ROWS)
    assert r["raw"] < r["ring"] < r["enhanced"] < r["exact"]


def test_all_four_sites_are_reported(results):
    assert {found.site for found in results} == {
        "neck",
        "trochanter",
        "intertrochanter",
        "total",
    }


def test_features_without_information_do_not_seem_to_predict():
    rng = np.random.default_rng(8)
    noise = rng.normal(size=(200, 9))
    found = evaluate(
        table(200, features={"raw": noise}, covariates=rng.normal(size=(200, 4)))
    )
    assert all(r < 0.2 for r in r_of(found).values())


def test_copies_of_a_film_of_one_patient_do_not_leak():
    # Two films of each patient are the same film with the same reading. Folds by
    # film would let the regression recognise the patient by thirty noise columns.
    rng = np.random.default_rng(3)
    twice = np.repeat(rng.normal(size=(40, 9)), 2, axis=0)
    reading = np.repeat(rng.normal(0.7, 0.1, (40, 4)), 2, axis=0)
    honest = table(
        80,
        per_patient=2,
        features={"raw": twice},
        dxa_g_cm2=reading,
        covariates=np.full((80, 4), np.nan),
    )
    (neck, *_) = evaluate(honest, biology=False, preset="paper")
    assert neck.agreement.r < 0.3
    for k in range(10):
        patients = {honest.groups[i] for i in np.flatnonzero(neck.folds[0] == k)}
        others = {honest.groups[i] for i in np.flatnonzero(neck.folds[0] != k)}
        assert not patients & others


def test_every_row_is_judged_on_the_same_cases():
    rows = table().features
    rows["ring"][5] = np.nan
    results = evaluate(table(features=rows))
    assert {found.reading.size for found in results} == {119}
    assert all("c5" not in found.case_ids for found in results)


def test_exact_sto_for_some_films_only_does_not_cost_the_others():
    rows = table().features
    rows["exact"][10:] = np.nan
    results = evaluate(table(features=rows))
    assert "exact" not in r_of(results)
    assert {found.reading.size for found in results} == {120}


def test_without_biology_the_biology_row_is_absent():
    assert "biology" not in r_of(evaluate(table(), biology=False))


def test_the_same_seed_gives_the_same_figures_and_another_seed_others(results):
    assert r_of(evaluate(table(), seed=0)) == r_of(results)
    assert r_of(evaluate(table(), seed=2)) != r_of(results)


def test_a_site_without_readings_is_left_out():
    dxa = table().dxa_g_cm2
    dxa[:, 2] = np.nan
    assert not r_of(evaluate(table(dxa_g_cm2=dxa)), "intertrochanter")


def test_the_share_of_the_gap_is_counted_from_raw_to_exact(results):
    r = r_of(results)
    expected = (r["enhanced"] - r["raw"]) / (r["exact"] - r["raw"])
    assert gap_closed(results) == pytest.approx(expected)
    assert 0 < gap_closed(results) < 1


def test_without_exact_sto_there_is_no_gap():
    rows = {row: x for row, x in table().features.items() if row != "exact"}
    assert np.isnan(gap_closed(evaluate(table(features=rows))))


def test_ten_folds_give_ten_figures(results):
    (first, *_) = results
    assert len(first.by_fold()) == 10
    assert sum(fold.n for fold in first.by_fold()) == 120


def test_twelve_films_are_refused_with_their_number():
    with pytest.raises(Refused, match="the study has 12"):
        evaluate(table(12))


def test_no_readings_are_refused_with_the_columns_to_fill():
    with pytest.raises(Refused, match="bmd_neck"):
        evaluate(table(dxa_g_cm2=np.full((120, 4), np.nan)))


def test_unknown_biology_is_counted_in_the_refusal():
    with pytest.raises(Refused, match="0 have age, sex, height and weight"):
        evaluate(table(covariates=np.full((120, 4), np.nan)))


def test_no_measured_film_is_refused():
    with pytest.raises(Refused):
        evaluate(table(features={}), biology=False)


def test_one_patient_in_all_films_is_refused():
    with pytest.raises(Refused, match="at least 10 patients"):
        evaluate(table(per_patient=1000))


def test_the_paper_preset_does_not_need_the_sex():
    covariates = table().covariates
    covariates[:, 0] = np.nan
    assert r_of(evaluate(table(covariates=covariates), preset="paper"))


def test_repeats_draw_the_folds_anew_and_are_averaged():
    once = evaluate(table(), seed=1, rows=("raw",), sites=("neck",))[0]
    twice = evaluate(table(), seed=1, repeats=2, rows=("raw",), sites=("neck",))[0]
    again = evaluate(table(), seed=2, rows=("raw",), sites=("neck",))[0]
    assert twice.estimates.shape == twice.folds.shape == (2, 120)
    np.testing.assert_array_equal(
        twice.estimates, [once.estimates[0], again.estimates[0]]
    )
    assert not np.array_equal(twice.folds[0], twice.folds[1])
    assert len(twice.by_fold()) == 20
    mean = (once.agreement.mae_g_cm2 + again.agreement.mae_g_cm2) / 2
    assert twice.agreement.mae_g_cm2 == pytest.approx(mean)
    np.testing.assert_allclose(twice.estimate, twice.estimates.mean(axis=0))


def test_results_are_told_fold_by_fold_with_the_cases_that_are_estimated():
    told = []
    found = evaluate(
        table(), 5, repeats=2, rows=("raw", "enhanced"), sites=("neck",),
        report=lambda done, count, results: told.append((done, count, results)),
    )  # fmt: skip
    assert [done for done, _, _ in told] == list(range(1, 21))
    assert {count for _, count, _ in told} == {20}
    sizes = [len(results[-1].case_ids) for _, _, results in told]
    assert sizes[:5] == sorted(sizes[:5]) and sizes[4:10] == [120] * 6
    partial, whole = told[2][2][0], found[0]
    places = [whole.case_ids.index(name) for name in partial.case_ids]
    np.testing.assert_array_equal(partial.estimate, whole.estimates[0][places])
    assert np.isfinite(partial.agreement.r)
