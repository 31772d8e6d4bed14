"""The regression from features and biology to BMD."""

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from napari_hipbmd.bmd import (
    BmdModel,
    covariate_row,
    fit_linear,
    grouped_folds,
    in_both_units,
)
from napari_hipbmd.bmd.fitting import interval_half_width
from napari_hipbmd.core.anatomy import SITES
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import Patient


def cohort(n, seed=0, noise=0.03):
    """Features that follow BMD with noise, and biology that helps a little."""
    rng = np.random.default_rng(seed)
    patients = [
        Patient(
            "M" if rng.random() < 0.3 else "F",
            rng.normal(68, 14),
            rng.normal(155, 8),
            rng.normal(58, 11),
        )
        for _ in range(n)
    ]
    age = np.array([p.age_years for p in patients])
    man = np.array([p.sex == "M" for p in patients])
    neck = 0.7 + 0.09 * man - 0.0047 * (age - 68) + rng.normal(0, 0.11, n)
    bmd = neck[:, None] * (1, 0.9, 1.4, 1.15) + rng.normal(0, 0.02, (n, 4))
    grey = 0.3 * bmd[:, :3] + rng.normal(0, noise, (n, 3))
    features = np.repeat(grey, 3, axis=1) + rng.normal(0, 0.002, (n, 9))
    return features, patients, bmd


@pytest.fixture(scope="module")
def fitted():
    features, patients, bmd = cohort(300)
    return BmdModel.fit(
        features,
        patients,
        bmd,
        name="three hundred",
        calibrated_on="made-up hips",
        created_by="pytest",
    )


def test_estimates_of_new_patients_are_close_to_their_readings(fitted):
    features, patients, bmd = cohort(200, seed=1)
    for column, site in enumerate(SITES):
        found = [
            fitted.predict(f, p)[site].value
            for f, p in zip(features, patients, strict=True)
        ]
        assert np.corrcoef(found, bmd[:, column])[0, 1] > 0.75


def test_the_90_percent_interval_covers_90_percent_of_new_patients(fitted):
    features, patients, bmd = cohort(600, seed=2)
    for who in (patients, [Patient()] * 600):
        neck = [
            fitted.predict(f, p)["neck"] for f, p in zip(features, who, strict=True)
        ]
        covered = np.mean(
            [e.low <= b <= e.high for e, b in zip(neck, bmd[:, 0], strict=True)]
        )
        assert 0.85 <= covered <= 0.95


def test_the_biology_narrows_the_interval_where_it_tells_something():
    features, patients, bmd = cohort(300, noise=0.08)
    model = BmdModel.fit(features, patients, bmd)
    known = model.predict(features[0], patients[0])["neck"]
    alone = model.predict(features[0])["neck"]
    assert known.high - known.low < alone.high - alone.low


@pytest.mark.parametrize("missing", ["sex", "age_years", "height_cm", "weight_kg"])
def test_one_unknown_value_switches_to_the_model_without_biology(fitted, missing):
    features, patients, _ = cohort(1)
    known = {name: getattr(patients[0], name) for name in vars(patients[0])}
    partly = Patient(**{**known, missing: None})
    assert fitted.uses_biology(patients[0])
    assert not fitted.uses_biology(partly)
    assert fitted.predict(features[0], partly) == fitted.predict(features[0])


def test_the_paper_preset_is_least_squares_without_sex():
    features, patients, bmd = cohort(120)
    model = BmdModel.fit(features, patients, bmd, preset="paper")
    biology = [[p.age_years, p.height_cm, p.weight_kg] for p in patients]
    x = np.hstack([features, biology])
    plain = LinearRegression().fit(x, bmd[:, 0]).predict(x)
    ours = [
        model.predict(f, p)["neck"].value
        for f, p in zip(features, patients, strict=True)
    ]
    np.testing.assert_allclose(ours, plain, atol=1e-8)
    nobody = Patient(None, *biology[0])
    assert model.uses_biology(nobody)


def test_ridge_survives_features_that_are_copies_of_each_other():
    features, patients, bmd = cohort(80)
    features[:, 1::3] = features[:, 0::3]
    model = BmdModel.fit(features, patients, bmd)
    assert all(
        abs(m.linear.coefficients).max() < 1 for m in model.with_biology.values()
    )
    assert model.with_biology["neck"].linear.condition_number > 1e6


def test_collinearity_is_recorded(fitted):
    for models in (fitted.with_biology, fitted.features_only):
        assert all(m.linear.condition_number > 30 for m in models.values())


def test_saving_and_reading_back_changes_nothing(fitted):
    features, patients, _ = cohort(5, seed=9)
    again = BmdModel.from_json(fitted.to_json())
    assert again.to_json() == fitted.to_json()
    assert (again.name, again.calibrated_on, again.created_by) == (
        "three hundred",
        "made-up hips",
        "pytest",
    )
    for f, p in zip(features, patients, strict=True):
        assert again.predict(f, p) == fitted.predict(f, p)
        assert again.predict(f) == fitted.predict(f)


def test_fitting_twice_gives_the_same_file():
    assert BmdModel.fit(*cohort(60)).to_json() == BmdModel.fit(*cohort(60)).to_json()


def broken_files():
    def changed(change):
        def text(model):
            data = json.loads(model.to_json())
            change(data)
            return json.dumps(data)

        return text

    neck = ("features_only", "neck")

    def in_neck(name, value):
        return changed(lambda d: d[neck[0]][neck[1]].__setitem__(name, value))

    return {
        "nothing": lambda m: "",
        "half a file": lambda m: m.to_json()[: len(m.to_json()) // 2],
        "a list": lambda m: "[1, 2]",
        "a number": lambda m: "3",
        "another format": changed(lambda d: d.update(format="onnx")),
        "a later version": changed(lambda d: d.update(format_version=99)),
        "other features": changed(lambda d: d.update(features=["a"])),
        "older features": changed(lambda d: d.update(features_version=0)),
        "no name": changed(lambda d: d.pop("name")),
        "no sites": changed(lambda d: d.update(features_only={}, with_biology={})),
        "a foreign site": changed(lambda d: d["features_only"].update(spine={})),
        "a missing set": changed(lambda d: d.pop("features_only")),
        "other sites": changed(lambda d: d["with_biology"].pop("neck")),
        "a foreign covariate": changed(
            lambda d: d["preset"].update(covariates=["shoe_size"])
        ),
        "a foreign kind": changed(lambda d: d["preset"].update(kind="forest")),
        "too few coefficients": in_neck("coefficients", [1.0, 2.0]),
        "words for coefficients": in_neck("coefficients", ["x"] * 9),
        "zero scale": in_neck("scale", [0.0] * 9),
        "infinite intercept": in_neck("intercept", 1e999),
        "text intercept": in_neck("intercept", "0.3"),
        "nested": lambda m: "[" * 100_000,
    }


@pytest.mark.parametrize("what", broken_files())
def test_a_malformed_file_is_refused_with_one_sentence(fitted, what):
    with pytest.raises(Refused) as refusal:
        BmdModel.from_json(broken_files()[what](fitted))
    text = str(refusal.value)
    assert text.startswith("The BMD regression cannot be used: ")
    assert "\n" not in text
    assert len(text) < 250


def test_films_of_another_processing_are_recognised(fitted):
    features, _, _ = cohort(50, seed=4)
    assert not any(fitted.unlike_fitted(f) for f in features)
    for other in (features[0] + 1.0, features[0] * 0 - 0.5):
        assert fitted.unlike_fitted(other) == ("grey values",)


def test_a_patient_unlike_those_of_the_calibration_is_recognised(fitted):
    features, patients, _ = cohort(50, seed=4)
    told = [fitted.unlike_fitted(f, p) for f, p in zip(features, patients, strict=True)]
    assert sum(map(bool, told)) <= 2
    far = fitted.unlike_fitted
    assert far(features[0], Patient("F", 8, 120, 20)) == ("age", "height", "weight")
    assert far(features[0], Patient("F", 68, 155, 140)) == ("weight",)
    assert far(features[0], Patient("F", None, 155, 140)) == ()  # not used


def test_a_man_is_unlike_a_calibration_of_women():
    features, patients, bmd = cohort(60)
    women = [Patient("F", p.age_years, p.height_cm, p.weight_kg) for p in patients]
    model = BmdModel.fit(
        features, women, bmd, preset="paper", provenance={"sexes": ["F"]}
    )
    known = (68, 155, 58)
    assert model.unlike_fitted(features[0], Patient("M", *known)) == ("sex",)
    assert model.unlike_fitted(features[0], Patient("F", *known)) == ()


def test_unknown_features_give_an_unknown_estimate(fitted):
    estimate = fitted.predict(np.full(9, np.nan), Patient())["neck"]
    assert np.isnan([estimate.value, estimate.low, estimate.high]).all()


def test_sites_without_readings_are_left_out():
    features, patients, bmd = cohort(60)
    bmd[:, 2] = np.nan
    model = BmdModel.fit(features, patients, bmd)
    assert "intertrochanter" not in model.features_only
    found = model.predict(features[0], patients[0])
    assert found.keys() == set(SITES) - {"intertrochanter"}
    assert np.isfinite(found["neck"].value)
    again = BmdModel.from_json(model.to_json())
    assert again.predict(features[0], patients[0]) == found


def test_a_study_without_biology_still_gives_a_model():
    features, _, bmd = cohort(60)
    model = BmdModel.fit(features, [Patient()] * 60, bmd)
    assert not model.with_biology
    assert not model.uses_biology(Patient("F", 70, 160, 60))
    assert np.isfinite(
        model.predict(features[0], Patient("F", 70, 160, 60))["neck"].value
    )


def test_a_study_of_women_only_gives_a_model():
    features, patients, bmd = cohort(60)
    women = [Patient("F", p.age_years, p.height_cm, p.weight_kg) for p in patients]
    for preset in ("default", "paper"):
        model = BmdModel.fit(features, women, bmd, preset=preset)
        assert np.isfinite(model.predict(features[0], women[0])["neck"].value)


def test_twelve_films_are_too_few():
    features, patients, bmd = cohort(12)
    with pytest.raises(Refused, match="at least 20 measured films"):
        BmdModel.fit(features, patients, bmd)


def test_readings_in_mg_are_refused():
    features, patients, bmd = cohort(40)
    with pytest.raises(Refused, match="not T-scores or mg/cm²"):
        BmdModel.fit(features, patients, bmd * 1000)


def test_t_scores_instead_of_readings_are_refused():
    features, patients, bmd = cohort(40)
    with pytest.raises(Refused, match="not T-scores or mg/cm²"):
        BmdModel.fit(features, patients, (bmd - 0.9) / 0.12)


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="default, paper"):
        BmdModel.fit(*cohort(30), preset="lasso")


def test_both_hips_of_a_patient_share_a_fold():
    groups = [f"p{i // 2}" for i in range(40)]
    seen = []
    for train, test in grouped_folds(groups, 10):
        assert not {groups[i] for i in train} & {groups[i] for i in test}
        seen.extend(test)
    assert sorted(seen) == list(range(40))


def test_fewer_patients_than_folds_is_refused():
    with pytest.raises(Refused, match="has 1"):
        list(grouped_folds(["same"] * 40, 10))


def test_ridge_strength_is_chosen_by_patient_when_a_patient_has_several_films():
    # Copies of a film make leaving one film out useless: with noise targets its
    # copy predicts it, and the weakest penalty would win.
    rng = np.random.default_rng(5)
    x = np.repeat(rng.normal(size=(30, 20)), 3, axis=0)
    y = np.repeat(rng.normal(size=30), 3)
    by_patient = fit_linear(x, y, groups=[str(i // 3) for i in range(90)])
    by_film = fit_linear(x, y, groups=[str(i) for i in range(90)])
    assert by_patient.strength > by_film.strength


def test_the_interval_of_many_residuals_is_their_conformal_quantile():
    residuals = np.linspace(-1, 1, 99)
    # rank ⌈100 · .9⌉ = 90 of 99 absolute residuals, which come in pairs
    assert interval_half_width(residuals, 9) == np.sort(np.abs(residuals))[89]


def test_the_interval_of_few_residuals_is_wider_than_their_spread():
    residuals = np.random.default_rng(1).normal(0, 0.05, 20)
    assert interval_half_width(residuals, 9) > 1.645 * residuals.std()


def test_sex_counts_as_one_for_a_man():
    np.testing.assert_array_equal(covariate_row(Patient("M", 1, 2, 3)), [1, 1, 2, 3])
    assert np.isnan(covariate_row(Patient())).all()


def test_measuring_does_not_load_scikit_learn_or_torch(fitted, tmp_path):
    (tmp_path / "model.json").write_text(fitted.to_json())
    code = (
        "import sys, pathlib, numpy as np\n"
        "from napari_hipbmd.bmd import BmdModel\n"
        f"m = BmdModel.from_json(pathlib.Path({str(tmp_path / 'model.json')!r})"
        ".read_text())\n"
        "m.predict(np.zeros(9))\n"
        "assert not {'sklearn', 'torch', 'napari', 'pydicom'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def calibrated_cohort(n, seed=0):
    """Films with a gain of their own, which a third of them tell badly."""
    features, patients, bmd = cohort(n, seed, noise=0.01)
    rng = np.random.default_rng(seed + 100)
    log = rng.normal(0, 0.25, n)
    error = np.where(np.arange(n) % 3 == 0, 0.2, 0.05)
    told = np.exp(log + rng.normal(0, error))
    no_map = np.full((n, 3), np.nan)
    x = in_both_units(
        features * np.exp(log)[:, None], np.column_stack([told, error]), no_map
    )
    return x, patients, bmd


@pytest.fixture(scope="module")
def calibrated():
    return BmdModel.fit(*calibrated_cohort(400), image="calibrated")


def test_a_gain_that_is_known_tells_bmd_of_films_with_any_contrast(calibrated):
    x, patients, bmd = calibrated_cohort(300, seed=1)
    grey = BmdModel.fit(calibrated_cohort(400)[0][:, :9], *calibrated_cohort(400)[1:])
    off = [
        np.mean(
            [
                abs(model.predict(row, p)["neck"].value - b)
                for row, p, b in zip(rows, patients, bmd[:, 0], strict=True)
            ]
        )
        for model, rows in ((calibrated, x), (grey, x[:, :9]))
    ]
    assert off[0] < 0.85 * off[1]


def test_a_doubtful_gain_widens_the_interval_and_both_keep_their_coverage(calibrated):
    x, patients, bmd = calibrated_cohort(900, seed=2)
    found = [
        calibrated.predict(row, p)["neck"] for row, p in zip(x, patients, strict=True)
    ]
    doubtful = x[:, -1] > 0.1
    width = np.array([e.high - e.low for e in found])
    value = np.array([e.value for e in found])
    relative = width / value
    assert np.median(relative[doubtful]) > 1.3 * np.median(relative[~doubtful])
    inside = np.array(
        [e.low <= b <= e.high for e, b in zip(found, bmd[:, 0], strict=True)]
    )
    for these in (doubtful, ~doubtful):
        assert 0.83 <= inside[these].mean() <= 0.97


def test_the_same_error_of_the_gain_leaves_dense_bone_less_sure(calibrated):
    x, patients, bmd = calibrated_cohort(900, seed=2)
    x, patients, bmd = x[::3], patients[::3], bmd[::3]  # those of a doubtful gain
    found = [
        calibrated.predict(row, p)["neck"] for row, p in zip(x, patients, strict=True)
    ]
    order = np.argsort([e.value for e in found])
    width = np.array([e.high - e.low for e in found])[order]
    assert (np.diff(width) >= 0).all() and width[-1] > 1.3 * width[0]
    inside = np.array(
        [e.low <= b <= e.high for e, b in zip(found, bmd[:, 0], strict=True)]
    )[order]
    for third in np.array_split(inside, 3):
        assert 0.8 <= third.mean() <= 0.98


def test_a_regression_whose_intervals_are_of_an_earlier_version_is_refused(calibrated):
    earlier = json.loads(calibrated.to_json())
    for models in (earlier["with_biology"], earlier["features_only"]):
        for one in models.values():
            one["half_width_per_error_g_cm2"] = one.pop("half_width_per_error")
    with pytest.raises(Refused, match="of an earlier version: fit it again"):
        BmdModel.from_json(json.dumps(earlier))


def test_a_calibrated_regression_is_the_same_after_a_stay_in_a_file(calibrated):
    again = BmdModel.from_json(calibrated.to_json())
    x, patients, _ = calibrated_cohort(5, seed=3)
    for row, patient in zip(x, patients, strict=True):
        assert again.predict(row, patient) == calibrated.predict(row, patient)
    assert again.inputs[-1] == "gain_error" and again.grey == "enhanced"


def test_a_film_without_a_mineral_map_takes_its_features_in_g_cm2_for_it() -> None:
    rng = np.random.default_rng(0)
    features = rng.uniform(0.1, 0.3, (2, 9))
    gains = np.array([[0.25, 0.1], [0.2, 0.1]])
    seen = np.array([[0.7, 0.6, 0.9], [np.nan] * 3])
    x = in_both_units(features, gains, seen)
    assert x.shape == (2, 23)
    np.testing.assert_allclose(x[0, 18:21], seen[0])
    usual = features[1].reshape(3, 3).mean(axis=1) / 0.2
    np.testing.assert_allclose(x[1, 18:21], usual)


def test_a_badly_known_gain_makes_no_film_of_another_kind(calibrated):
    x, patients, _ = calibrated_cohort(1)
    x[0, -1] = 3.0
    assert "grey values" not in calibrated.unlike_fitted(x[0], patients[0])


def fitted_to_nearly_one_error():
    """Films whose gain is known about equally well, and one of them."""
    features, patients, bmd = cohort(300, noise=0.01)
    rng = np.random.default_rng(5)
    error = np.where(rng.random(300) < 0.15, 0.109, 0.104)
    gains = np.column_stack([np.exp(rng.normal(0, 0.05, 300)), error])
    features = features * gains[:, :1] * np.exp(rng.normal(0, error))[:, None]
    x = in_both_units(features, gains, np.full((300, 3), np.nan))
    bmd = bmd - 4 * (error - error.mean())[:, None]  # as chance may have it
    return BmdModel.fit(x, patients, bmd, image="calibrated"), x[0], patients[0]


@pytest.mark.parametrize("error", [0.05, 0.072, 0.2, 0.306])
def test_how_well_a_gain_is_known_does_not_move_the_bmd(error):
    model, row, patient = fitted_to_nearly_one_error()
    before = model.predict(row, patient)["neck"]
    after = model.predict(np.append(row[:-1], error), patient)["neck"]
    assert after.value == pytest.approx(before.value, abs=0.05)
    width = (after.high - after.low) / (before.high - before.low)
    assert width > 1.5 if error > 0.15 else 0.9 < width <= 1


def test_a_film_without_a_gain_borrows_none_from_other_films() -> None:
    features = np.full((3, 9), 0.2)
    gains = np.array([[0.25, 0.1], [np.nan, np.nan], [0.5, 0.3]])
    x = in_both_units(features, gains)
    assert np.isnan(x[1]).all()
    np.testing.assert_array_equal(x[[0, 2]], in_both_units(features[::2], gains[::2]))
