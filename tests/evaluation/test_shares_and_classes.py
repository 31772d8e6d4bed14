"""Shares, classes, trends and precision, against libraries and other forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from napari_hipbmd.bmd import patient_weights, t_scores
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.evaluation.agreement import agreement
from napari_hipbmd.evaluation.bootstrap import Resampled, share_interval
from napari_hipbmd.evaluation.classes import reclassification
from napari_hipbmd.evaluation.grids import repeatability_grid
from napari_hipbmd.evaluation.repeatability import repeatability
from napari_hipbmd.evaluation.row_result import RowResult
from napari_hipbmd.evaluation.screening import screening
from napari_hipbmd.evaluation.strata import strata
from napari_hipbmd.study import Case


def pair(seed: int, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    reading = rng.normal(0.7, 0.15, n)
    return 0.1 + 0.85 * reading + rng.normal(0, 0.08, n), reading


def result(
    estimate: np.ndarray, reading: np.ndarray, patient: np.ndarray | None = None
) -> RowResult:
    n = reading.size
    return RowResult(
        "enhanced", "neck", tuple(f"hip-{i}" for i in range(n)),
        np.arange(n) if patient is None else patient, estimate[None],
        np.zeros((1, n), np.int64), reading, estimate, np.full(n, 0.13),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_trend_is_the_slope_of_the_differences_over_the_means(seed: int) -> None:
    estimate, reading = pair(seed)
    line = stats.linregress((estimate + reading) / 2, estimate - reading)
    assert agreement(estimate, reading).trend == pytest.approx(line.slope)


def test_estimates_that_shrink_to_the_mean_have_a_trend_below_zero() -> None:
    reading = pair(0)[1]
    shrunk = reading.mean() + 0.5 * (reading - reading.mean())
    assert agreement(shrunk, reading).trend == pytest.approx(-2 / 3)
    assert agreement(reading, shrunk).trend == pytest.approx(2 / 3)


@given(st.integers(1, 60), st.booleans())
def test_a_share_of_all_or_none_has_the_exact_interval(n: int, every: bool) -> None:
    hits = np.full(n, float(every))
    weights = patient_weights(list(range(n)), 50)
    exact = stats.binomtest(n if every else 0, n).proportion_ci()
    found = share_interval(hits, weights, np.arange(n))
    assert found == pytest.approx((exact.low, exact.high))


def test_two_hips_of_a_patient_are_one_in_the_interval_of_a_share_of_all() -> None:
    hits, patient = np.ones(20), np.repeat(np.arange(10), 2)
    weights = patient_weights(patient, 50)
    exact = stats.binomtest(10, 10).proportion_ci()
    assert share_interval(hits, weights, patient)[0] == pytest.approx(exact.low)


def test_finding_nobody_or_everybody_is_not_told_as_certain() -> None:
    reading = np.concatenate([np.full(4, 0.5), np.linspace(0.7, 1.0, 30)])
    found = result(np.full(34, 0.8), reading)
    osteoporosis, _ = screening(found, patient_weights(found.patient, 200))
    assert osteoporosis.sensitivity == 0 and osteoporosis.specificity == 1
    assert osteoporosis.sensitivity_interval[1] == pytest.approx(0.602, abs=0.001)
    assert osteoporosis.specificity_interval[0] == pytest.approx(0.884, abs=0.001)
    parted = result(reading, reading)
    assert np.isnan(
        screening(parted, patient_weights(parted.patient, 9))[0].auc_interval
    ).all()


@pytest.mark.parametrize("seed", range(3))
def test_classes_and_kappa_are_those_of_scikit_learn(seed: int) -> None:
    estimate, reading = pair(seed)

    def classes(values: np.ndarray) -> list[int]:
        scores = [t_scores({"neck": float(v)})["neck"] for v in values]
        return [0 if t <= -2.5 else 1 if t < -1 else 2 for t in scores]

    found = result(estimate, reading)
    (one,) = reclassification(found, patient_weights(found.patient, 300))
    by_dxa, estimated = classes(reading), classes(estimate)
    np.testing.assert_array_equal(one.counts, confusion_matrix(by_dxa, estimated))
    assert one.same == pytest.approx(np.mean(np.equal(by_dxa, estimated)))
    kappa = cohen_kappa_score(by_dxa, estimated, weights="linear")
    assert one.kappa == pytest.approx(kappa)
    assert one.kappa_interval[0] < kappa < one.kappa_interval[1]
    assert not reclassification(replace(found, site="trochanter"), np.ones((1, 120)))


def cases(sides: list[str | None]) -> list[Case]:
    return [
        Case(f"hip-{i}", Path("x.png"), side=side)  # type: ignore[arg-type]
        for i, side in enumerate(sides)
    ]


def test_precision_is_the_root_mean_square_of_the_hips_standard_deviations() -> None:
    rng = np.random.default_rng(0)
    estimate = rng.normal(0.7, 0.1, 30).repeat(2) + rng.normal(0, 0.02, 60)
    patient = np.arange(30).repeat(2)
    found = result(estimate, np.linspace(0.5, 0.9, 30).repeat(2), patient)
    (one,) = repeatability(found, cases(["L"] * 60))
    sds = estimate.reshape(30, 2).std(axis=1, ddof=1)
    assert (one.hips, one.freedom) == (30, 30)
    assert one.error_g_cm2 == pytest.approx(np.sqrt((sds**2).mean()))
    assert one.least_change_g_cm2 == pytest.approx(2.77 * one.error_g_cm2, rel=1e-3)
    assert one.cv == pytest.approx(one.error_g_cm2 / estimate.mean())
    assert one.interval_g_cm2[0] < 0.02 < one.interval_g_cm2[1]


def test_the_other_hip_another_reading_or_an_unknown_side_is_no_second_film() -> None:
    patient, reading = np.arange(10).repeat(2), np.linspace(0.5, 0.9, 20)
    estimate = reading + 0.01
    assert not repeatability(result(estimate, reading, patient), cases(["L"] * 20))
    reading = reading[::2].repeat(2)
    found = result(estimate, reading, patient)
    assert not repeatability(found, cases(["L", "R"] * 10))
    assert not repeatability(found, cases([None] * 20))
    assert repeatability(found, cases(["R"] * 20))


def test_a_film_that_a_study_has_twice_tells_nothing_of_precision() -> None:
    reading = np.linspace(0.5, 0.9, 10).repeat(3)
    patient = np.arange(10).repeat(3)
    first, second = pair(0, 10)[0], pair(1, 10)[0]
    twice = np.column_stack([first, first, second]).ravel()
    (one,) = repeatability(result(twice, reading, patient), cases(["L"] * 30))
    assert (one.hips, one.freedom) == (10, 10)
    sds = np.column_stack([first, second]).std(axis=1, ddof=1)
    assert one.error_g_cm2 == pytest.approx(np.sqrt((sds**2).mean()))
    copies = result(first.repeat(3), reading, patient)
    assert not repeatability(copies, cases(["L"] * 30))


def test_no_least_significant_change_is_told_of_less_than_thirty_degrees() -> None:
    estimate, reading = pair(0, 29)
    two = np.column_stack([estimate, estimate + 0.01]).ravel()
    found = result(two, reading.repeat(2), np.arange(29).repeat(2))
    (one,) = repeatability(found, cases(["L"] * 58))
    assert one.freedom == 29 and np.isnan(one.least_change_g_cm2)
    line = repeatability_grid([one]).rows[0]
    assert line[-1] == "–" and "nan" not in "".join(line)


def test_nine_sick_patients_give_an_auc_and_no_interval_of_it() -> None:
    reading = np.linspace(0.7, 1.0, 60)
    estimate = np.random.default_rng(0).permutation(reading)
    for sick, told in ((9, False), (10, True)):
        low = np.where(np.arange(60) < sick, 0.5, reading)
        found = result(estimate, low)
        one = screening(found, patient_weights(found.patient, 50))[0]
        assert one.positive == sick and 0 < one.auc < 1
        assert bool(np.isfinite(one.auc_interval).all()) is told


def test_ten_films_of_one_man_are_figures_without_an_interval() -> None:
    estimate, reading = pair(0, 40)
    patient = np.where(np.arange(40) < 10, 0, np.arange(40))
    sexes = [Patient("M" if i < 10 else "F") for i in range(40)]
    known = [
        replace(case, patient=who)
        for case, who in zip(cases(["L"] * 40), sexes, strict=True)
    ]
    found = result(estimate, reading, patient)
    women, man = strata(found, known, patient_weights(patient, 50))
    assert man.n == 10 and np.isfinite([man.r, man.coverage]).all()
    intervals = man.r_interval, man.bias_interval_g_cm2, man.coverage_interval
    assert np.isnan(intervals).all()
    assert np.isfinite(women.r_interval).all()


def test_of_fewer_than_ten_patients_no_interval_is_told_and_nothing_warns(
    recwarn: pytest.WarningsRecorder,
) -> None:
    estimate, reading = pair(0, 27)
    found = result(estimate, reading, np.arange(27) // 3)
    both = Resampled([found, replace(found, row="raw")], 50)
    assert np.isnan(list(both.intervals("enhanced").values())).all()
    assert np.isnan(both.difference("enhanced", "raw").r_interval).all()
    assert not recwarn.list
