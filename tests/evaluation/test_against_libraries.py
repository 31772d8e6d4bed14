"""Every figure of a validation, against a library or a resampling written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from sklearn.metrics import (
    mean_absolute_error,
    r2_score,
    recall_score,
    root_mean_squared_error,
)

from napari_hipbmd.evaluation.agreement import agreement, limits_error_by_patient
from napari_hipbmd.evaluation.bootstrap import Resampled
from napari_hipbmd.evaluation.row_result import RowResult
from napari_hipbmd.evaluation.screening import screening

YOUNG_NECK = (0.858, 0.120)  # white women, Hologic (Looker 1998)


def pair(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    reading = rng.normal(0.7, 0.15, n)
    return 0.1 + 0.85 * reading + rng.normal(0, 0.08, n), reading


def result(
    row: str, estimate: np.ndarray, reading: np.ndarray, per_patient: int = 1
) -> RowResult:
    n = reading.size
    return RowResult(
        row, "neck", tuple(map(str, range(n))), np.arange(n) // per_patient,
        estimate[None], np.zeros((1, n), np.int64), reading, estimate,
        np.full(n, 0.13),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_agreement_is_that_of_scipy_and_scikit_learn(seed: int) -> None:
    estimate, reading = pair(seed, 90)
    found, line = agreement(estimate, reading), stats.linregress(estimate, reading)
    assert found.r == pytest.approx(stats.pearsonr(estimate, reading).statistic)
    assert found.r2 == pytest.approx(r2_score(reading, estimate))
    assert found.mae_g_cm2 == pytest.approx(mean_absolute_error(reading, estimate))
    assert found.rmse_g_cm2 == pytest.approx(root_mean_squared_error(reading, estimate))
    assert (found.slope, found.intercept_g_cm2) == pytest.approx(
        (line.slope, line.intercept)
    )
    difference = estimate - reading
    assert found.bias_g_cm2 == pytest.approx(difference.mean())
    assert found.sd_g_cm2 == pytest.approx(difference.std(ddof=1))


def test_intervals_by_patient_are_near_those_of_textbooks() -> None:
    estimate, reading = pair(5, 400)
    found = Resampled([result("raw", estimate, reading)]).intervals("raw")
    textbook = {
        "r": stats.pearsonr(estimate, reading).confidence_interval(0.95),
        "mae_g_cm2": stats.t.interval(
            0.95, 399, np.abs(estimate - reading).mean(),
            stats.sem(np.abs(estimate - reading)),
        ),
        "bias_g_cm2": stats.t.interval(
            0.95, 399, (estimate - reading).mean(), stats.sem(estimate - reading)
        ),
    }  # fmt: skip
    line = sm.OLS(reading, sm.add_constant(estimate)).fit().conf_int(0.05)
    textbook["intercept_g_cm2"], textbook["slope"] = line
    for name, (low, high) in textbook.items():
        slack = 0.15 * (high - low)
        assert found[name] == pytest.approx((low, high), abs=slack), name


def test_a_paired_difference_is_that_of_patients_drawn_one_by_one() -> None:
    reading = pair(6, 80)[1]
    rng = np.random.default_rng(7)
    better, worse = (reading + rng.normal(0, sd, 80) for sd in (0.06, 0.12))
    rows = [
        result("enhanced", better, reading, 2), result("raw", worse, reading, 2),
    ]  # fmt: skip
    found = Resampled(rows, seed=1).difference("enhanced", "raw")
    gains = []
    for _ in range(2000):
        drawn = rng.integers(0, 40, 40)
        cases = np.concatenate([2 * drawn, 2 * drawn + 1])
        both = (np.corrcoef(x[cases], reading[cases])[0, 1] for x in (better, worse))
        mae = (np.abs(x - reading)[cases].mean() for x in (better, worse))
        gains.append((next(both) - next(both), next(mae) - next(mae)))
    by_hand = np.percentile(gains, (2.5, 97.5), axis=0).T
    assert found.r_interval == pytest.approx(by_hand[0], abs=0.02)
    assert found.mae_interval_g_cm2 == pytest.approx(by_hand[1], abs=0.003)


@pytest.mark.parametrize(("which", "limit"), [(0, -2.5), (1, -1.0)])
def test_sensitivity_and_specificity_are_those_of_scikit_learn(
    which: int, limit: float
) -> None:
    estimate, reading = pair(8, 300)
    t_read, t_found = ((x - YOUNG_NECK[0]) / YOUNG_NECK[1] for x in (reading, estimate))
    below = np.less_equal if which == 0 else np.less
    low, called = below(t_read, limit), below(t_found, limit)
    found = screening(result("raw", estimate, reading), np.ones((1, 300)))[which]
    assert found.positive == low.sum()
    assert found.sensitivity == pytest.approx(recall_score(low, called))
    assert found.specificity == pytest.approx(recall_score(low, called, pos_label=0))


def test_the_interval_of_an_auc_is_near_delongs() -> None:
    estimate, reading = pair(9, 300)
    one = result("raw", estimate, reading)
    weights = Resampled([one]).weights[:1000]
    found = screening(one, weights)[0]
    low = (reading - YOUNG_NECK[0]) / YOUNG_NECK[1] <= -2.5
    wins = (estimate[low][:, None] < estimate[~low]).astype(float)
    # DeLong 1988: the variances of each case's own share of wins.
    variance = wins.mean(1).var(ddof=1) / low.sum()
    variance += wins.mean(0).var(ddof=1) / (~low).sum()
    assert found.auc == pytest.approx(wins.mean())
    width = 2 * 1.96 * np.sqrt(variance)
    assert np.diff(found.auc_interval)[0] == pytest.approx(width, rel=0.15)


def test_coverage_is_the_share_of_readings_inside_the_interval() -> None:
    estimate, reading = pair(10, 200)
    inside = np.abs(estimate - reading) <= 0.13
    assert result("raw", estimate, reading).covered.mean() == inside.mean()


@pytest.mark.parametrize(("site", "reading"), [("neck", 0.558), ("total", 0.637)])
def test_a_reading_of_exactly_t_minus_2_5_is_osteoporosis(site, reading) -> None:
    readings = np.array([reading, reading + 0.001, 0.9, 1.0])
    one = replace(result("raw", readings, readings), site=site)
    assert screening(one, np.ones((1, 4)))[0].positive == 1


@pytest.mark.parametrize(("site", "reading"), [("neck", 0.738), ("total", 0.820)])
def test_a_reading_of_exactly_t_minus_1_is_normal(site, reading) -> None:
    readings = np.array([reading - 0.001, reading, 0.9, 1.0])
    one = replace(result("raw", readings, readings), site=site)
    assert screening(one, np.ones((1, 4)))[1].positive == 1


@pytest.mark.parametrize("films", [1, 2, 3])
def test_intervals_of_the_limits_hold_them_as_often_as_they_say(films: int) -> None:
    rng, patients, held = np.random.default_rng(films), 60, 0
    limit = 1.96 * np.hypot(0.06, 0.03)
    for _ in range(300):
        own = np.repeat(rng.normal(0, 0.06, patients), films)
        reading = rng.normal(0.7, 0.1, own.size)
        estimate = reading + own + rng.normal(0, 0.03, own.size)
        found = result("raw", estimate, reading, films)
        high = found.agreement.limits_g_cm2[1]
        held += abs(high - limit) <= found.limits_error_g_cm2
    assert 0.91 < held / 300 < 0.99


def test_with_one_film_a_patient_both_ways_to_the_limits_interval_agree() -> None:
    estimate, reading = pair(8, 500)
    found = limits_error_by_patient(estimate - reading, np.arange(500))
    usual = agreement(estimate, reading).limits_error_g_cm2
    assert found == pytest.approx(usual, rel=0.15)
