"""Rulers fitted to films whose gain is known, and what they say of others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.grey_scale import (
    Calibration,
    Signs,
    fit_calibration,
    fitting,
    signs_of_text,
    signs_text,
)
from napari_hipbmd.grey_scale.calibration import best_weights

FILMS = 140


@pytest.fixture(scope="module", autouse=True)
def _fewer_trees() -> Iterator[None]:
    """What the trees have to learn here is a straight line: a quarter will do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "TREES", 60)
        yield


def cohort(seed: int = 0) -> tuple[list[dict[str, Signs]], np.ndarray]:
    """Films whose shaft tells the gain well and whose soft tissue tells it badly.

    Every fourth film ends above the shaft.
    """
    rng = np.random.default_rng(seed)
    log = rng.normal(-1.6, 0.25, FILMS)
    signs: list[dict[str, Signs]] = []
    for i, gain in enumerate(log):
        one = {"film": {"grey": gain + rng.normal(0, 0.2), "weight": float("nan")}}
        if i % 4:
            one["shaft"] = {"tube": gain + rng.normal(0, 0.05)}
        signs.append(one)
    return signs, np.exp(log)


@pytest.fixture(scope="module")
def fitted(_fewer_trees: None) -> Calibration:
    signs, gains = cohort()
    return fit_calibration(signs, gains, [str(i) for i in range(FILMS)], {})


def test_new_films_get_their_gain_and_without_a_shaft_a_larger_error(
    fitted: Calibration,
) -> None:
    signs, gains = cohort(seed=1)
    found = [fitted.gain(one) for one in signs]
    log = np.log([one.gain_per_g_cm2 for one in found] / gains)
    error = np.array([one.relative_error for one in found])
    shaft = np.array(["shaft" in one for one in signs])
    assert np.median(np.abs(log[shaft])) < 0.08 < np.median(np.abs(log[~shaft]))
    assert error[shaft].max() < error[~shaft].min()
    for these in (shaft, ~shaft):  # about two in three lie within one error
        assert 0.45 < np.mean(np.abs(log[these]) < error[these]) < 0.9


def test_a_film_that_it_was_fitted_to_is_judged_by_rulers_that_had_not_seen_it(
    fitted: Calibration,
) -> None:
    signs, gains = cohort()
    blind = replace(fitted, unseen={})
    off = [
        np.median(np.abs(np.log([c.gain(s).gain_per_g_cm2 for s in signs] / gains)))
        for c in (fitted, blind)
    ]
    assert off[0] > off[1]
    again = signs_of_text(signs_text(signs[1]))
    assert fitted.gain(again) == fitted.gain(signs[1]), "after a stay in a file, too"


def test_a_calibration_is_the_same_after_a_stay_in_a_file(fitted: Calibration) -> None:
    again = Calibration.from_json(fitted.to_json())
    for one in cohort(seed=2)[0][:10]:
        known, read = fitted.gain(one), again.gain(one)
        assert read.gain_per_g_cm2 == pytest.approx(known.gain_per_g_cm2, rel=1e-3)


@pytest.mark.parametrize("key", ["usual", "rulers", "kept", "covariance"])
def test_a_damaged_calibration_is_refused_in_a_sentence(
    fitted: Calibration, key: str
) -> None:
    data = json.loads(fitted.to_json())
    data[key] = "?"
    with pytest.raises(Refused, match=r"grey_scale\.json"):
        Calibration.from_json(json.dumps(data))


def test_a_calibration_of_an_earlier_version_says_how_to_have_a_new_one(
    fitted: Calibration,
) -> None:
    data = json.loads(fitted.to_json()) | {"version": 1}
    with pytest.raises(Refused, match="train grey-scale"):
        Calibration.from_json(json.dumps(data))


def test_what_two_rulers_share_counts_once(fitted: Calibration) -> None:
    signs, gains = cohort()
    rng = np.random.default_rng(5)
    twice = [
        {**one, "network": {"tube": one["shaft"]["tube"] + rng.normal(0, 1e-3)}}
        if "shaft" in one
        else one
        for one in signs
    ]
    doubled = fit_calibration(twice, gains, [str(i) for i in range(FILMS)], {})
    there = [i for i, one in enumerate(signs) if "shaft" in one]
    both, single = (
        float(np.median([c.gain(s[i]).relative_error for i in there]))
        for c, s in ((doubled, twice), (fitted, signs))
    )
    assert both == pytest.approx(single, rel=0.15)
    assert both > 0.8 * single


def test_weights_are_those_of_least_variance_and_none_is_negative() -> None:
    independent = np.diag([1.0, 4.0])
    np.testing.assert_allclose(best_weights(independent), [0.8, 0.2])
    shared = np.array([[1.0, 1.1], [1.1, 1.5]])
    np.testing.assert_allclose(best_weights(shared), [1, 0])
    rng = np.random.default_rng(3)
    for _ in range(50):
        root = rng.normal(size=(4, 4))
        covariance = root @ root.T + 0.1 * np.eye(4)
        found = best_weights(covariance)
        assert found.min() >= 0 and found.sum() == pytest.approx(1)
        least = found @ covariance @ found
        others = rng.dirichlet(np.ones(4), 200)
        assert np.einsum("ni,ij,nj->n", others, covariance, others).min() >= (
            least - 1e-9
        )


def test_too_few_shafts_are_refused() -> None:
    signs, gains = cohort()
    with pytest.raises(Refused, match="needs 60"):
        fit_calibration(signs[:70], gains[:70], [str(i) for i in range(70)], {})
