"""`hipbmd labels` tells what it did, and what it could not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from napari_hipbmd.study import Queue, Study
from napari_hipbmd.study.exchange import FORMATS
from napari_hipbmd.study.labelling import edits


@pytest.fixture
def labelled(labelled_study: Study) -> Study:
    return labelled_study


def test_every_format_can_be_chosen(hipbmd) -> None:
    told = hipbmd("labels", "export", "--help").out
    assert f"{{{','.join(FORMATS)}}}" in told.replace("\n", "")


def test_labels_are_exported_and_imported_again(hipbmd, labelled, tmp_path) -> None:
    out = tmp_path / "out"
    ran = hipbmd("labels", "export", labelled.folder, "--format", "coco", "--out", out)
    assert ran.status == 0
    assert "3 cases by anna" in ran.out and "1 cases by bert" in ran.out
    assert json.loads((out / "anna.json").read_text())["categories"][0]["name"] == "hip"
    ran = hipbmd(
        "labels", "import", labelled.folder, out / "anna.json", "--format", "coco",
        "--annotator", "clara",
    )  # fmt: skip
    assert ran.status == 0
    assert "48 landmarks and 0 outlines of 3 cases imported for clara" in ran.out
    for case in labelled.cases:
        assert (
            labelled.labels("clara", case.case_id).landmarks
            == labelled.labels("anna", case.case_id).landmarks
        )


def test_what_a_format_cannot_hold_is_printed(hipbmd, labelled, tmp_path) -> None:
    case = labelled.cases[1].case_id
    with labelled.open_case("anna", case) as opened:
        opened.apply(edits.set_state(opened.state, "N1", "absent", "anna"))
    ran = hipbmd(
        "labels", "export", labelled.folder, "--format", "pts", "--out",
        tmp_path / "out", "--annotator", "anna",
    )  # fmt: skip
    assert ran.status == 3
    assert f"Left out: {case}: N1 has no position" in ran.out
    assert "Not in .pts: size, spacing and side of the film" in ran.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export", "--format", "pts", "--out", "out", "--annotator", "eve"],
         "'eve' has no labels in this study: there are anna, bert."),
        (["import", "gone.json", "--format", "coco", "--annotator", "x"],
         "There is no file or folder gone.json."),
        (["import", "cases.csv", "--format", "coco", "--annotator", "x"],
         "cases.csv does not end in .json"),
        (["import", "cases.csv", "--format", "csv", "--annotator", "x"],
         "its first line names no column landmark."),
        (["check", "--annotator", "eve"], "There are no labels by 'eve'"),
    ],
)  # fmt: skip
def test_mistakes_end_in_a_sentence(
    hipbmd, labelled, monkeypatch, arguments, sentence
) -> None:
    monkeypatch.chdir(labelled.folder)
    ran = hipbmd("labels", arguments[0], ".", *arguments[1:])
    assert ran.status == 2 and sentence in ran.err
    assert not Path("out").exists()


def test_status_is_a_table_of_cases_and_annotators(hipbmd, labelled) -> None:
    first, second = (case.case_id for case in labelled.cases[:2])
    Queue(labelled, "anna").set_status(first, "done")
    Queue(labelled, "anna").set_note(second, "two screws")
    ran = hipbmd("labels", "status", labelled.folder)
    lines = [line.split("  ") for line in ran.out.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[0] == ["case", "anna", "bert", "notes"]
    assert cells[1] == [first, "done", "in work"]
    assert cells[2] == [second, "in work", "untouched", "anna: two screws"]
    assert "anna: 2 in work, 1 done" in ran.out


def test_check_lists_doubtful_labels_with_the_reason(hipbmd, labelled) -> None:
    assert hipbmd("labels", "check", labelled.folder, "--annotator", "bert").status == 0
    case = labelled.cases[2].case_id
    with labelled.open_case("anna", case) as opened:
        there = opened.state.landmarks
        swap = {"N2": there["N5"].xy, "N5": there["N2"].xy}
        for name, xy in swap.items():
            opened.apply(edits.place(opened.state, name, xy, "anna"))
    ran = hipbmd("labels", "check", labelled.folder)
    assert ran.status == 3
    [line] = [line for line in ran.out.splitlines() if "swapped" in line]
    assert line.startswith("anna") and case in line and "N2" in line and "N5" in line
    assert "bert: nothing looks wrong" in ran.out


def test_two_people_are_compared_in_mm_by_landmark(hipbmd, labelled, tmp_path) -> None:
    case = labelled.cases[0].case_id
    spacing = labelled.labels("anna", case).film.spacing_mm
    with labelled.open_case("bert", case) as opened:
        x, y = opened.state.landmarks["N2"].xy
        opened.apply(edits.place(opened.state, "N2", (x, y + 10), "bert"))
    out = tmp_path / "tables"
    ran = hipbmd("labels", "compare", labelled.folder, "anna", "bert", "--out", out)
    assert ran.status == 0 and "SD" in ran.out and "95 %" in ran.out
    [line] = [line for line in ran.out.splitlines() if line.startswith("N2")]
    assert f"{10 * spacing[0]:.2f}" in line
    assert (out / "differences.csv").exists()


def test_people_are_compared_with_predictions_and_with_the_truth(
    hipbmd, labelled, sample_study
) -> None:
    (labelled.folder / "truth").symlink_to(sample_study.folder / "truth")
    ran = hipbmd("labels", "compare", labelled.folder, "anna", "truth")
    assert "Against the truth" in ran.out
    [line] = [line for line in ran.out.splitlines() if line.startswith("all landm")]
    assert line.split()[2:5] == ["3", "48", "0.00"]
    ran = hipbmd("labels", "compare", labelled.folder, "anna", "predictions")
    assert ran.status == 2 and "no film that anna and predictions both" in ran.err
    ran = hipbmd("labels", "compare", labelled.folder, "anna", "eve")
    assert ran.status == 2 and "choose two of anna, bert, predictions" in ran.err


def test_labels_whose_case_lost_its_zeros_are_listed_with_the_likely_one(
    hipbmd, labelled_study
):
    first = labelled_study.cases[0].case_id
    folder = labelled_study.folder / "labels" / "anna"
    text = (folder / f"{first}.json").read_text("utf-8")
    (folder / f"0{first}.json").write_text(text.replace(first, f"0{first}"), "utf-8")
    for command in ("status", "check"):
        told = hipbmd("labels", command, labelled_study.folder).out
        assert f"labels of 0{first}, a case that cases.csv does not have" in told
        assert f"they may be those of {first}" in told


def test_an_annotator_without_labels_is_told_before_any_film_is_read(
    hipbmd, labelled, sample_study, tmp_path, monkeypatch
):
    def read(_):
        raise AssertionError("a film was read")

    monkeypatch.setattr("napari_hipbmd.tasks.training_data.read_film", read)
    ran = hipbmd(
        "train", "landmarks", "--study", sample_study.folder, "--real",
        labelled.folder, "--annotator", "eve", "--out", tmp_path / "out",
    )  # fmt: skip
    assert ran.status == 2
    assert "'eve' has labelled nothing in labelled: there are anna, bert." in ran.err
