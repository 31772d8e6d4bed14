"""Reference data and T-scores, against the published figures."""

import math

import pytest

from napari_hipbmd.bmd import implausible, reference_data, t_scores


def test_the_young_adult_mean_has_a_t_score_of_zero():
    assert t_scores({"neck": 0.858, "total": 0.942}) == {"neck": 0.0, "total": 0.0}


def test_the_osteoporosis_limit_of_a_woman_at_the_neck_is_558_mg():
    # .858 − 2.5 × .120
    assert t_scores({"neck": 0.558})["neck"] == pytest.approx(-2.5)
    assert t_scores({"total": 0.942 - 2.5 * 0.122})["total"] == pytest.approx(-2.5)


def test_men_have_their_own_reference_only_when_asked_for():
    assert t_scores({"neck": 0.934})["neck"] > 0
    assert t_scores({"neck": 0.934}, "M")["neck"] == 0
    assert t_scores({"total": 1.041 - 0.144}, "M")["total"] == pytest.approx(-1)


def test_only_neck_and_total_get_a_t_score():
    everything = {"neck": 0.7, "trochanter": 0.6, "intertrochanter": 1.0, "total": 0.9}
    assert set(t_scores(everything)) == {"neck", "total"}
    assert t_scores({"trochanter": 0.6}) == {}


def test_an_unknown_bmd_has_an_unknown_t_score():
    assert math.isnan(t_scores({"neck": math.nan})["neck"])


def test_every_reference_names_its_source_and_version():
    for part in reference_data().values():
        assert part["citation"]
        assert part["version"]


def test_a_value_no_survey_has_seen_is_flagged_with_site_and_range():
    (flag,) = implausible({"neck": 1.9, "total": 0.9, "intertrochanter": 9.0})
    assert flag.code == "implausible-bmd"
    assert "femoral neck" in flag.text
    assert "0.386 to 1.361 g/cm²" in flag.text


def test_an_area_no_survey_has_seen_is_flagged():
    (flag,) = implausible({"neck": 0.7}, {"neck": 40.0})
    assert flag.code == "implausible-area"
    assert "40 cm²" in flag.text


def test_usual_and_unknown_values_raise_no_flag():
    assert implausible({"neck": 0.7, "total": math.nan}, {"neck": 5.0}) == ()
