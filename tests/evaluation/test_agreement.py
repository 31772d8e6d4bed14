"""Figures of agreement, against published and independently computed values."""

import numpy as np
import pytest

from napari_hipbmd.evaluation.agreement import agreement

# Peak expiratory flow, l/min: Bland & Altman, Lancet 1986;i:307-310, table I.
WRIGHT = np.array(
    [
        494,
        395,
        516,
        434,
        476,
        557,
        413,
        442,
        650,
        433,
        417,
        656,
        267,
        478,
        178,
        423,
        427,
    ],
    dtype=float,
)
MINI = np.array(
    [
        512,
        430,
        520,
        428,
        500,
        600,
        364,
        380,
        658,
        445,
        432,
        626,
        260,
        477,
        259,
        350,
        451,
    ],
    dtype=float,
)


def test_bland_and_altmans_own_example_comes_out_as_they_printed_it():
    found = agreement(WRIGHT, MINI)
    assert found.n == 17
    assert found.r == pytest.approx(0.94, abs=0.005)
    assert found.bias_g_cm2 == pytest.approx(-2.1, abs=0.05)
    assert found.sd_g_cm2 == pytest.approx(38.8, abs=0.05)
    # They print −79.7 and 75.5 with 2 SD; with 1.96 SD:
    assert found.limits_g_cm2 == pytest.approx((-78.1, 73.9), abs=0.1)
    # They print −114.3 to −45.1 for the lower limit, by √(3 s²/n).
    assert found.limits_error_g_cm2 == pytest.approx(34.6, rel=0.02)


def test_a_perfect_estimate():
    reading = np.array([0.5, 0.6, 0.8, 0.9])
    found = agreement(reading, reading)
    assert found.r == pytest.approx(1)
    assert found.r2 == 1
    assert found.mae_g_cm2 == found.rmse_g_cm2 == found.bias_g_cm2 == 0
    assert (found.slope, found.intercept_g_cm2) == pytest.approx((1, 0))


def test_an_estimate_that_is_always_too_high_by_a_tenth():
    reading = np.array([0.5, 0.6, 0.8, 0.9])
    found = agreement(reading + 0.1, reading)
    assert found.r == pytest.approx(1)
    assert found.mae_g_cm2 == pytest.approx(0.1)
    assert found.rmse_g_cm2 == pytest.approx(0.1)
    assert found.bias_g_cm2 == pytest.approx(0.1)
    assert found.intercept_g_cm2 == pytest.approx(-0.1)
    assert found.sd_g_cm2 == pytest.approx(0, abs=1e-9)


def test_small_numbers_by_hand():
    found = agreement(np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.0, 2.0]) + [0, 1, 2])
    # differences −1, −1, 0; readings 2, 3, 4
    assert found.mae_g_cm2 == pytest.approx(2 / 3)
    assert found.rmse_g_cm2 == pytest.approx(np.sqrt(2 / 3))
    assert found.r2 == pytest.approx(1 - 2 / 2)
    assert found.r == pytest.approx(3 / np.sqrt(14 / 3 * 2))


@pytest.mark.parametrize("which", ["estimate", "reading"])
def test_one_constant_side_has_no_correlation_and_no_warning(which, recwarn):
    varied, constant = np.array([0.5, 0.7, 0.9]), np.full(3, 0.7)
    pair = (constant, varied) if which == "estimate" else (varied, constant)
    found = agreement(*pair)
    assert np.isnan(found.r)
    assert np.isfinite(found.mae_g_cm2)
    assert not recwarn
