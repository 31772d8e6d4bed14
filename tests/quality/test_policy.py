"""What a user may rely on: a value that the policy withholds is in no output."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from napari_hipbmd.cli.table import text_table
from napari_hipbmd.core.anatomy import SITES
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.measurement import Estimate, Measurement
from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.core.radiograph import Flag
from napari_hipbmd.quality import (
    DEFAULT,
    FLAG_CODES,
    NONE,
    policy_named,
    policy_of_study,
    withhold,
)
from napari_hipbmd.report import OverviewRow, case_page, csv_text, study_page

NUMBER = 0.7113
METAL = Flag("metal", "There is a screw in the neck.", ("neck",))
SOURCE = Path(__file__).parents[2] / "src"


def hip(*flags):
    return Measurement(
        "hip-1",
        "hip-1.dcm",
        "L",
        "measured",
        film_flags=flags,
        bmd_g_cm2={
            site: Estimate(NUMBER, NUMBER - 0.1, NUMBER + 0.1) for site in SITES
        },
        t_score={"neck": -1.22, "total": -1.89},
    )


def test_a_flag_of_one_region_takes_that_site_and_the_total():
    left = withhold(hip(METAL), DEFAULT)
    assert set(left.withheld) == {"neck", "total"}
    assert set(left.bmd_g_cm2) == {"trochanter", "intertrochanter"}
    assert left.t_score == {}
    assert left.why_withheld("neck") == METAL.text
    assert left.why_withheld("trochanter") is None


def test_a_flag_of_the_whole_hip_takes_all_four():
    left = withhold(hip(Flag("landmarks-disagree", "Apart.")), DEFAULT)
    assert set(left.withheld) == set(SITES) and left.bmd_g_cm2 == {}


def test_without_a_policy_a_flagged_value_is_shown_with_its_reason():
    shown = withhold(hip(METAL), NONE)
    assert not shown.withheld and shown.bmd_g_cm2["neck"].value == NUMBER
    assert shown.flags_of("neck") == (METAL,) and shown.flags_of("trochanter") == ()


def test_a_withheld_value_is_in_no_output():
    left = withhold(hip(Flag("saturation", "It is burnt out.")), DEFAULT)
    page, study = case_page(left), study_page([OverviewRow(left)])
    data = json.dumps(measurement_as_json(left))
    table, rows = text_table([left]), csv_text([left])
    for text in (page, study, data, table, rows):
        assert "0.711" not in text and "-1.22" not in text and "−1.2" not in text
        assert "saturation" in text
    assert "It is burnt out." in page
    [row] = csv.DictReader(io.StringIO(rows))
    assert row["withheld_neck"] == "saturation" and row["policy"] == "default"
    assert measurement_as_json(left)["withheld"]["total"] == ["saturation"]


def test_a_policy_is_named_or_given_by_its_flags():
    assert policy_named("none") is NONE
    assert policy_named("default") is DEFAULT
    assert policy_named("metal, rotation").withhold == {"metal", "rotation"}


def test_an_unknown_flag_is_told_with_those_that_there_are():
    with pytest.raises(Refused, match="no flag 'metall'.*saturation"):
        policy_named("metall")


def test_a_stored_policy_is_read_back(tmp_path):
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(DEFAULT.to_json()), "utf-8")
    assert policy_named(str(path)) == DEFAULT
    assert policy_of_study(tmp_path) == DEFAULT
    assert policy_of_study(tmp_path / "elsewhere") is NONE


NOT_A_LIST = {
    "format": "hipbmd-policy",
    "version": 1,
    "name": "x",
    "withhold": "metal",
}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"withhold": []}', json.dumps(NOT_A_LIST), "\xff"]
)
def test_a_file_that_is_no_policy_is_told_in_a_sentence(tmp_path, text):
    path = tmp_path / "policy.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Refused, match=r"policy\.json is no policy"):
        policy_named(str(path))


def test_a_missing_policy_is_told(tmp_path):
    with pytest.raises(Refused, match="There is no policy"):
        policy_named(str(tmp_path / "mine.json"))


def test_every_flag_of_the_software_can_be_withheld_for():
    made = set()
    for path in SOURCE.rglob("*.py"):
        made |= set(re.findall(r'\b[Ff]lag\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    assert made and made <= FLAG_CODES.keys()
