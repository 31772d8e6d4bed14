"""Own formulas, against other forms of them and against libraries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from napari_hipbmd.evaluation.agreement import FIGURES, agreement, weighted_figures
from napari_hipbmd.evaluation.bootstrap import Resampled
from napari_hipbmd.evaluation.row_result import RowResult
from napari_hipbmd.evaluation.screening import auc

# Shrout & Fleiss, Psychol Bull 1979;86:420-428, table 2: judges 1 and 3 of six.
ONE, THREE = np.array([9.0, 6, 8, 7, 10, 6]), np.array([5.0, 3, 6, 2, 6, 4])


def pair(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    reading = rng.normal(0.7, 0.12, n)
    return 0.05 + 0.8 * reading + rng.normal(0, 0.06, n), reading


def result(row: str, estimate: np.ndarray, reading: np.ndarray) -> RowResult:
    n = reading.size
    return RowResult(
        row,
        "neck",
        tuple(f"hip-{i}" for i in range(n)),
        np.arange(n) // 2,
        estimate[None],
        np.zeros((1, n), np.int64),
        reading,
        estimate,
        np.full(n, np.nan),
    )


def test_icc_is_that_of_the_two_way_table_of_mean_squares() -> None:
    table = np.column_stack([ONE, THREE])
    n, k = table.shape
    grand, by_case, by_judge = table.mean(), table.mean(1), table.mean(0)
    cases = k * ((by_case - grand) ** 2).sum() / (n - 1)
    judges = n * ((by_judge - grand) ** 2).sum() / (k - 1)
    rest = table - by_case[:, None] - by_judge + grand
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    icc = (cases - error) / (cases + (k - 1) * error + k * (judges - error) / n)
    assert agreement(ONE, THREE).icc == pytest.approx(icc)
    assert agreement(THREE, ONE).icc == pytest.approx(icc)


@pytest.mark.parametrize("seed", range(4))
def test_ccc_is_the_gain_over_pairs_made_at_random(seed: int) -> None:
    estimate, reading = pair(seed)
    together = ((estimate - reading) ** 2).mean()
    at_random = ((estimate[:, None] - reading) ** 2).mean()
    assert agreement(estimate, reading).ccc == pytest.approx(1 - together / at_random)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 4), min_size=12, max_size=12), st.integers(0, 50))
def test_a_case_that_is_drawn_twice_counts_as_two_cases(
    times: list[int], seed: int
) -> None:
    count = np.array(times)
    estimate, reading = pair(seed, 12)
    if (count > 0).sum() < 4:
        return
    weighted = weighted_figures(estimate, reading, count[None].astype(float))
    again = agreement(np.repeat(estimate, count), np.repeat(reading, count))
    for name in FIGURES:
        assert weighted[name][0] == pytest.approx(getattr(again, name), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_auc_is_that_of_scikit_learn_also_with_ties(seed: int) -> None:
    estimate, reading = pair(seed)
    estimate = estimate.round(2)
    low = reading <= np.quantile(reading, 0.3)
    found = auc(low, estimate, np.ones((1, low.size)))[0]
    assert found == pytest.approx(roc_auc_score(low, -estimate))


def test_intervals_hold_the_figure_and_get_narrower_with_more_patients() -> None:
    widths = []
    for n in (40, 640):
        few = result("enhanced", *pair(1, n))
        low, high = Resampled([few], samples=400).intervals("enhanced")["r"]
        assert low < few.agreement.r < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_hips_of_one_patient_are_drawn_together() -> None:
    weights = Resampled([result("enhanced", *pair(2))], samples=200).weights
    assert (weights[:, ::2] == weights[:, 1::2]).all()
    assert weights.sum(1) == pytest.approx(40)
    assert len(np.unique(weights, axis=0)) > 150


def test_a_row_gains_nothing_over_itself_and_something_over_a_worse_one() -> None:
    estimate, reading = pair(3, 200)
    noise = np.random.default_rng(4).normal(0, 0.15, 200)
    rows = [result("enhanced", estimate, reading), result("raw", estimate + noise,
                                                          reading)]  # fmt: skip
    both = Resampled(rows, samples=300)
    same, gain = (
        both.difference("enhanced", "enhanced"),
        both.difference("enhanced", "raw"),
    )
    assert same.r == 0 == same.r_interval[0] == same.r_interval[1]
    assert gain.r > 0 and gain.r_interval[0] > 0
    assert gain.mae_g_cm2 < 0 and gain.mae_interval_g_cm2[1] < 0


def gap_rows(more_noise: float, n: int = 200) -> list[RowResult]:
    """Rows of which each but the exact one misses something of its own."""
    rng = np.random.default_rng(5)
    exact, reading = pair(3, n)
    half, all_of_it = rng.normal(0, more_noise / 2, n), rng.normal(0, more_noise, n)
    estimates = {"raw": exact + all_of_it, "enhanced": exact + half, "exact": exact}
    return [result(row, one, reading) for row, one in estimates.items()]


def test_the_interval_of_the_closed_gap_holds_it_and_narrows_with_patients() -> None:
    widths = []
    for n in (100, 1600):
        gap = Resampled(gap_rows(0.2, n), samples=400).gap()
        assert gap is not None
        low, high = gap.interval
        assert low < gap.share < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_a_gap_that_chance_may_have_made_has_no_interval() -> None:
    rows = gap_rows(0.0)
    raw, reading = rows[0].estimates[0], rows[0].reading
    noise = np.random.default_rng(6).normal(0, 0.02, raw.size)
    gap = Resampled([result("raw", raw + noise, reading), *rows[1:]], samples=400).gap()
    assert gap is not None
    assert np.isnan(gap.interval).all()


def test_without_the_exact_row_no_gap_is_told() -> None:
    assert Resampled(gap_rows(0.2)[:2], samples=50).gap() is None
