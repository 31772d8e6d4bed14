"""What a user sees of targets that a regression was not fitted to, and its limits."""

import csv
import io
import json
from dataclasses import replace

import pytest

from napari_hipbmd.core.caveats import RESEARCH_USE
from napari_hipbmd.pipeline.models import load_models


@pytest.fixture(scope="module")
def neck_only(tmp_path_factory):
    """A folder of models whose regression knows the neck alone."""
    model = load_models().bmd
    own = replace(
        model,
        name="our clinic",
        calibrated_on="57 films of the study ours (women only)",
        with_biology={"neck": model.with_biology["neck"]},
        features_only={"neck": model.features_only["neck"]},
        provenance={"sexes": ["F"]},
    )
    folder = tmp_path_factory.mktemp("models")
    (folder / "bmd.json").write_text(own.to_json())
    return folder


@pytest.fixture(scope="module")
def measured(neck_only, sample_study, tmp_path_factory):
    """Folder of results and what was printed."""
    import contextlib

    from napari_hipbmd.cli import main

    out, printed = tmp_path_factory.mktemp("results"), io.StringIO()
    film = sample_study.cases[0].image
    with contextlib.redirect_stdout(printed):
        assert main(
            ["measure", str(film), "--models", str(neck_only), "--html", "--sex", "M",
             "--withhold", "calibration", "--out", str(out)]
        ) == 0  # fmt: skip
    return out, printed.getvalue()


def test_the_table_says_not_fitted_and_never_nan(measured):
    _, printed = measured
    assert printed.count("not fitted") == 3 and "nan" not in printed.lower()


def test_the_json_has_null_with_the_reason(measured):
    [hip] = json.loads((measured[0] / "results.json").read_text("utf-8"))
    others = ["trochanter", "intertrochanter", "total"]
    assert hip["not_fitted"] == others and hip["withheld"] == {}
    assert [hip["bmd_g_cm2"][site] for site in others] == [None] * 3
    assert hip["bmd_g_cm2"]["neck"]["value"] > 0
    assert set(hip["t_score"]) == {"neck"}


def test_the_csv_names_what_is_not_fitted(measured):
    text = (measured[0] / "results.csv").read_text("utf-8")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["bmd_total_g_cm2"] == ""
    assert row["not_fitted"] == "trochanter intertrochanter total"


def test_the_pages_say_not_fitted(measured):
    for path in (measured[0] / "report.html", *(measured[0] / "cases").iterdir()):
        page = path.read_text("utf-8")
        assert page.count("not fitted") == 3 and ">nan" not in page


def test_the_warning_is_about_the_regression_in_use(measured):
    out, printed = measured
    for text in (printed, (out / "report.html").read_text("utf-8")):
        assert "Research use: an estimate from a radiograph cannot rule out" in text
        assert "our clinic" in text and "holds for such films alone" in text
        assert RESEARCH_USE not in text


def test_a_man_measured_by_a_regression_of_women_is_flagged(measured):
    [hip] = json.loads((measured[0] / "results.json").read_text("utf-8"))
    [flag] = [f for f in hip["flags"] if f["code"] == "extrapolation"]
    assert "fitted to: sex" in flag["text"]
