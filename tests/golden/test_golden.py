"""What a user may rely on: the sample films give the numbers they gave before.

When weights or samples change on purpose, look at the new numbers and write them anew::

    hipbmd measure sample_data --json tests/golden/sample_measure.json
"""

import json
from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.runs.measuring import measure_path

GOLDEN = json.loads(Path(__file__).with_name("sample_measure.json").read_text("utf-8"))
LANDMARK_PX = 0.5
BMD_G_CM2 = 0.005
FEATURE = 0.002
AREA_SHARE = 0.01


@pytest.fixture(scope="module")
def measured(sample_study):
    return {
        m.case_id: measurement_as_json(m) for m in measure_path(sample_study.folder)
    }


def test_the_same_films_are_measured(measured):
    assert list(measured) == [hip["case_id"] for hip in GOLDEN]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda hip: hip["case_id"])
def test_a_sample_film_gives_the_numbers_it_gave_before(golden, measured):
    hip = measured[golden["case_id"]]
    assert (hip["status"], hip["side"]) == (golden["status"], golden["side"])
    assert hip["spacing_mm"] == golden["spacing_mm"]
    assert [f["code"] for f in hip["flags"]] == [f["code"] for f in golden["flags"]]
    for name, mark in golden["landmarks"].items():
        np.testing.assert_allclose(
            hip["landmarks"][name]["xy"], mark["xy"], atol=LANDMARK_PX, err_msg=name
        )
    for region, found in golden["regions"].items():
        np.testing.assert_allclose(
            hip["regions"][region]["features"], found["features"], atol=FEATURE
        )
        assert hip["regions"][region]["area_cm2"] == pytest.approx(
            found["area_cm2"], rel=AREA_SHARE
        )
    for site, estimate in golden["bmd_g_cm2"].items():
        assert hip["bmd_g_cm2"][site] == pytest.approx(estimate, abs=BMD_G_CM2)
