"""What a user may rely on: studies are made, learnt from, validated and shown."""

import hashlib
import io
import json
from contextlib import redirect_stdout

import pytest

from napari_hipbmd.study import Study
from napari_hipbmd.tasks.digital_hips import make_study


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).digest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_study_that_was_broken_off_is_finished_to_identical_files(hipbmd, tmp_path):
    def phantom(out, n):
        return hipbmd(
            "phantom", "--n", n, "--seed", 9, "--pixels", 128, "--workers", 1,
            "--out", tmp_path / out,
        )  # fmt: skip

    assert phantom("broken", 1).status == 0
    assert phantom("broken", 3).status == 0
    assert "3 digital hips" in phantom("unbroken", 3).out
    assert digests(tmp_path / "broken") == digests(tmp_path / "unbroken")


def test_the_number_of_processes_changes_nothing(hipbmd, tiny_study, tmp_path):
    make_study(tmp_path / "two", 2, 5, "train", 128, workers=2)
    one = digests(tiny_study)
    two = digests(tmp_path / "two")
    same = [name for name in two if name != "cases.csv"]
    assert same and all(two[name] == one[name] for name in same)


def test_another_cohort_is_not_mixed_into_a_study(hipbmd, tiny_study):
    before = digests(tiny_study)
    ran = hipbmd("phantom", "--n", 2, "--seed", 6, "--out", tiny_study)
    assert ran.status == 2 and "another folder" in ran.err
    assert digests(tiny_study) == before


def test_a_study_has_films_patients_readings_and_the_truth(tiny_study):
    study = Study.open(tiny_study)
    assert len(study.cases) == 24
    assert {case.side for case in study.cases} == {"L", "R"}
    for case in study.cases:
        assert case.image.is_file() and case.patient.complete
        assert None not in case.dxa.values()
        truth = study.truth(case.case_id)
        assert truth.sto.shape == (128, 128)
        assert truth.bmd_g_cm2["neck"] == pytest.approx(
            case.number("true_bmd_neck"), abs=1e-3
        )


@pytest.fixture(scope="module")
def calibrated(tiny_study, tmp_path_factory):
    from napari_hipbmd.cli import main

    out = tmp_path_factory.mktemp("models")
    with redirect_stdout(io.StringIO()) as printed:
        ran = main(["train", "bmd", "--study", str(tiny_study), "--out", str(out)])
    assert ran == 0
    (out / "printed.txt").write_text(printed.getvalue(), "utf-8")
    return out


def test_a_regression_of_my_own_is_used_and_named(hipbmd, calibrated, sample_study):
    film = sample_study.cases[0].image
    ran = hipbmd("measure", film, "--models", calibrated, "--json", "-")
    [hip] = json.loads(ran.out)
    assert ran.status == 0
    assert hip["model"]["calibrated_on"].startswith("24 digital hips")


def test_training_a_regression_prints_how_good_it_is(calibrated):
    printed = (calibrated / "printed.txt").read_text("utf-8")
    assert "MAE" in printed and "out of fold" in printed


@pytest.mark.parametrize("step", ["enhancement", "landmarks"])
def test_a_network_is_trained_resumed_and_used(
    hipbmd, step, tmp_path, sample_study, monkeypatch
):
    study, out = tmp_path / "study", tmp_path / "models"
    make_study(study, 4, 8, "train", 128, workers=1)
    train = ["train", step, "--study", study, "--device", "cpu", "--out", out]
    refused = hipbmd(*train, "--epochs", 1, "--resume")
    assert refused.status == 2 and "to resume from" in refused.err
    assert hipbmd(*train, "--epochs", 1).status == 0
    longer = hipbmd(*train, "--epochs", 2, "--resume")
    assert longer.status == 2 and "begun for 1 epochs" in longer.err
    assert hipbmd(*train, "--epochs", 1, "--resume").status == 0
    card = json.loads((out / f"{step}.json").read_text())
    assert card["epochs"] == 1 and card["data"]["cases"] == 4
    assert card["command"].startswith(f"hipbmd train {step} --study STUDY")
    film = sample_study.cases[0].image
    ran = hipbmd("measure", film, "--models", out, "--json", "-")
    assert ran.status == 0 and len(json.loads(ran.out)) == 1


def test_a_training_tells_when_it_writes_over_one_that_was_broken_off(hipbmd, tmp_path):
    study, out = tmp_path / "study", tmp_path / "models"
    make_study(study, 4, 8, "train", 128, workers=1)
    train = ["train", "enhancement", "--study", study, "--device", "cpu", "--out", out]
    for _ in range(2):
        ran = hipbmd(*train, "--epochs", 1)
        assert ran.status == 0 and "broken off" not in ran.err
    (out / "enhancement.json").unlink()  # as if it had not come that far
    assert "broken off" not in hipbmd(*train, "--epochs", 1, "--resume").err
    (out / "enhancement.json").unlink()
    ran = hipbmd(*train, "--epochs", 1)
    assert ran.status == 0 and "give --resume" in ran.err


def test_validate_prints_the_five_rows(hipbmd, tiny_study, tmp_path):
    few = "--folds", 4, "--samples", 100
    ran = hipbmd("validate", tiny_study, "--out", tmp_path, *few)
    assert ran.status == 0
    for row in ("biology", "raw", "ring", "enhanced", "exact STO"):
        assert row.lower() in ran.out.lower()
    assert any(tmp_path.iterdir())


def test_the_demo_prints_its_table_and_writes_its_report(hipbmd, tmp_path):
    ran = hipbmd("demo", "--no-window", "--out", tmp_path)
    assert ran.status == 0
    assert ran.out.count("train-77-0000") >= 6 and "truth" in ran.out
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<img" in page or "data:image" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_demo_without_a_display_says_so(hipbmd, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    ran = hipbmd("demo", "--out", tmp_path)
    assert ran.status == 0 and "No display here" in ran.out
