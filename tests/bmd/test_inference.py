"""How well coefficients are known, against statsmodels and formulas written out."""

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression, Ridge

from napari_hipbmd.bmd import fit_linear
from napari_hipbmd.bmd.inference import BOOTSTRAP, CLUSTERED, uncertainty


def cases(n=150, per_patient=1, seed=0):
    """Inputs that are nearly sums of each other, a target, and whose film it is."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    x[:, 3] = x[:, 0] + 0.3 * rng.normal(size=n)
    who = np.arange(n) // per_patient
    noise = rng.normal(0, 0.1, n) + rng.normal(0, 0.1, n)[who]
    return x, 0.7 + x @ (0.05, 0.02, 0.0, 0.03) + noise, who


def standardised(x):
    return sm.add_constant((x - x.mean(0)) / x.std(0))


def test_standard_errors_of_least_squares_are_those_of_statsmodels():
    x, y, who = cases()
    found = uncertainty(x, y, fit_linear(x, y, kind="ols", groups=who), who)
    known = sm.OLS(y, standardised(x)).fit()
    np.testing.assert_allclose(found.standard_errors, known.bse[1:])
    assert found.intercept_standard_error == pytest.approx(known.bse[0])
    design = standardised(x)
    rest = y - design @ np.linalg.solve(design.T @ design, design.T @ y)
    by_hand = rest @ rest / (150 - 5) * np.linalg.inv(design.T @ design)
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(by_hand))[1:])


def test_coefficients_are_those_of_statsmodels():
    x, y, who = cases()
    linear = fit_linear(x, y, kind="ols", groups=who)
    known = sm.OLS(y, standardised(x)).fit().params
    np.testing.assert_allclose([linear.intercept, *linear.coefficients], known)


def test_films_of_one_patient_count_as_one_cluster():
    x, y, who = cases(per_patient=3)
    found = uncertainty(x, y, fit_linear(x, y, kind="ols", groups=who), who)
    assert found.method == CLUSTERED
    design = standardised(x)
    bread = np.linalg.inv(design.T @ design)
    rest = y - design @ bread @ design.T @ y
    scores = np.array([(design * rest[:, None])[who == k].sum(0) for k in set(who)])
    few = len(scores)
    small = few / (few - 1) * (150 - 1) / (150 - 5)
    by_hand = small * bread @ scores.T @ scores @ bread
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(by_hand))[1:])


def test_standard_errors_of_ridge_are_the_spread_of_refits_on_drawn_patients():
    x, y, who = cases(per_patient=2)
    linear = fit_linear(x, y, groups=who)
    found = uncertainty(x, y, linear, who)
    assert found.method == BOOTSTRAP
    rng = np.random.default_rng(1)
    z, refits = standardised(x)[:, 1:], []
    for _ in range(600):
        drawn = rng.integers(0, 75, 75)
        take = np.concatenate([2 * drawn, 2 * drawn + 1])
        refits.append(Ridge(alpha=linear.strength).fit(z[take], y[take]).coef_)
    np.testing.assert_allclose(found.standard_errors, np.std(refits, 0), rtol=0.15)


def test_variance_inflation_is_how_well_the_others_tell_an_input():
    x, y, who = cases()
    x = np.column_stack([x, np.ones(150)])
    found = uncertainty(x, y, fit_linear(x, y, groups=who), who).variance_inflation
    for i in range(4):
        others = np.delete(x, i, axis=1)
        r2 = LinearRegression().fit(others, x[:, i]).score(others, x[:, i])
        assert found[i] == pytest.approx(1 / (1 - r2))
    assert found[3] > 5 and np.isnan(found[4])


@pytest.mark.parametrize("kind", ["ols", "ridge"])
def test_nothing_is_told_of_an_input_that_never_differs_and_nothing_warns(
    kind, recwarn
):
    x, y, who = cases()
    alone = uncertainty(x, y, fit_linear(x, y, kind=kind, groups=who), who)
    x = np.column_stack([x, np.ones(150)])
    found = uncertainty(x, y, fit_linear(x, y, kind=kind, groups=who), who)
    np.testing.assert_allclose(found.standard_errors[:4], alone.standard_errors)
    assert np.isnan(found.standard_errors[4])
    assert not recwarn.list
