"""A folder of results that was spoilt, or that somebody else works in."""

import json
import os
import random

import pytest

from napari_hipbmd.core.locks import kept_alone
from napari_hipbmd.runs.journal import film_sha256
from napari_hipbmd.runs.results import LOCK

from ..json_places import places

WRONG = [None, True, -1, 10**30, "x", "../../x", "<script>alert(1)</script>", [], {}]


@pytest.fixture
def folder(hipbmd, sample_study, tmp_path):
    """One film of the samples, and the results about it."""
    films = tmp_path / "films"
    films.mkdir()
    (films / "hip.dcm").write_bytes(sample_study.cases[0].image.read_bytes())
    hipbmd("measure", films, "--out", tmp_path / "out", "--html")
    return tmp_path


def changed(content, way, value):
    text = json.loads(json.dumps(content))
    *above, last = way
    at = text
    for key in above:
        at = at[key]
    at[last] = value
    return text


def test_a_journal_with_one_wrong_value_is_used_or_refused(folder):
    from napari_hipbmd.core.errors import Refused
    from napari_hipbmd.runs.journal import RunJournal

    journal = folder / "out" / "results.jsonl"
    header, line = journal.read_text("utf-8").splitlines()
    record = json.loads(line)
    rng = random.Random(0)
    known = [way for way in places(record) if way]
    refused = 0
    for _ in range(400):
        wrong = changed(record, rng.choice(known), rng.choice(WRONG))
        journal.write_text(f"{header}\n{json.dumps(wrong)}\n", "utf-8")
        try:
            RunJournal(folder / "out")
        except Refused as refusal:
            assert "is no journal of results" in str(refusal)
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("value", [-3, 1.9])
def test_a_value_that_somebody_changed_beyond_its_interval_is_no_result(
    folder, hipbmd, value
):
    journal = folder / "out" / "results.jsonl"
    header, line = journal.read_text("utf-8").splitlines()
    record = json.loads(line)
    record["result"]["bmd_g_cm2"]["neck"]["value"] = value
    journal.write_text(f"{header}\n{json.dumps(record)}\n", "utf-8")
    ran = hipbmd("measure", folder / "films", "--out", folder / "out")
    assert ran.status == 2
    assert "line 2: bmd_g_cm2.neck has a value outside of its interval" in ran.err


def test_a_script_in_the_journal_does_not_run_in_the_page(folder, hipbmd):
    out = folder / "out"
    journal = out / "results.jsonl"
    header, line = journal.read_text("utf-8").splitlines()
    evil = "</svg><script>alert(1)</script>"
    wrong = json.loads(line) | {"thumbnail": evil}
    wrong["result"]["flags"][0]["text"] = evil
    journal.write_text(f"{header}\n{json.dumps(wrong)}\n", "utf-8")
    ran = hipbmd("measure", folder / "films", "--out", out, "--html")
    assert ran.status == 0 and len(journal.read_text("utf-8").splitlines()) == 2
    page = (out / "report.html").read_text("utf-8")
    assert "<script" not in page and "%3Cscript%3E" in page
    assert "default-src 'none'" in page


def test_a_second_run_into_the_same_folder_is_refused(folder, hipbmd):
    before = (folder / "out" / "results.json").read_bytes()
    with kept_alone(folder / "out" / LOCK):
        ran = hipbmd("measure", folder / "films", "--out", folder / "out")
    assert ran.status == 2 and "Another run writes its results into out" in ran.err
    assert (folder / "out" / "results.json").read_bytes() == before


def test_pipes_and_devices_are_refused_and_not_waited_for(hipbmd, tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    os.mkfifo(films / "pipe.dcm")
    (films / "zero.dcm").symlink_to("/dev/zero")
    (tmp_path / "cases.csv").write_text(
        "case_id,image\na,films/pipe.dcm\nb,films/zero.dcm\n"
    )
    ran = hipbmd("measure", tmp_path, "--out", tmp_path / "out")
    assert ran.status == 3 and ran.err.count("not an ordinary file") == 2
    assert film_sha256(films / "pipe.dcm") is None
    assert film_sha256(films / "zero.dcm") is None
    assert hipbmd("measure", films / "pipe.dcm").status in (2, 3)


def test_a_number_can_be_made_again_from_its_output(folder, hipbmd):
    [told] = json.loads((folder / "out" / "results.json").read_text("utf-8"))
    made = told["made_with"]
    assert made["film_sha256"] == film_sha256(folder / "films" / "hip.dcm")
    assert made["landmarks"] == "predicted"
    assert {"enhancement", "landmarks", "bmd"} <= set(made["models_sha256"])
    patient, box = told["patient"], told["box"]
    again = hipbmd(
        "measure", folder / "films" / "hip.dcm", "--box", *box, "--side", told["side"],
        "--sex", patient["sex"], "--age-years", patient["age_years"],
        "--height-cm", patient["height_cm"], "--weight-kg", patient["weight_kg"],
        "--json", "-",
    )  # fmt: skip
    [hip] = json.loads(again.out)
    assert hip["bmd_g_cm2"] == told["bmd_g_cm2"]
    assert hip["box_source"] == "told on the command line"
    for region in told["regions"].values():
        mean, sd = region["mean"], region["sd"]
        t1, t2 = region["thresholds"][0]
        assert t1 == pytest.approx(mean - sd, abs=2e-6)
        assert t2 == pytest.approx(mean + 1.96 * sd, abs=2e-6)
