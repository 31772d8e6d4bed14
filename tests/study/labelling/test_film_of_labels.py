"""Labels know the film that they were placed on, and an import can be taken back."""

import json
import shutil
from dataclasses import replace

import pydicom
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import read_film
from napari_hipbmd.study import FilmFacts, Study, write_cases
from napari_hipbmd.study.exchange import (
    ImportPlan,
    export_labels,
    import_labels,
    undo_import,
)


@pytest.fixture
def study(labelled_study, tmp_path):
    """The labelled study with films of its own."""
    folder = tmp_path / "own"
    shutil.copytree(labelled_study.folder, folder, symlinks=False)
    return Study.open(folder)


def put_another_film(study):
    first, second = study.cases[:2]
    shutil.copy(second.image, first.image)
    return first.case_id


def test_another_film_under_labels_is_told_by_check_and_at_opening(study, hipbmd):
    assert hipbmd("labels", "check", study.folder, "--annotator", "bert").status == 0
    case_id = put_another_film(study)
    ran = hipbmd("labels", "check", study.folder, "--annotator", "anna")
    assert ran.status == 3
    assert f"{case_id}  The film is another one than these labels" in ran.out
    facts = FilmFacts.of(read_film(study.cases[0].image))
    with study.open_case("anna", case_id, facts) as case:
        assert "is another one than these labels were placed on" in case.notice


def test_a_side_that_was_changed_in_the_table_is_told_by_check(study, hipbmd):
    first, *others = study.cases
    other = "R" if first.side == "L" else "L"
    write_cases(study.folder, [replace(first, side=other), *others])
    ran = hipbmd("labels", "check", study.folder, "--annotator", "anna")
    was, now = ("left", "right") if other == "R" else ("right", "left")
    told = f"These labels are of the {was} hip, and the case is the {now} one: set"
    assert ran.status == 3 and f"{first.case_id}  {told}" in ran.out


def test_a_spacing_that_was_changed_in_the_film_is_told_by_check(study, hipbmd):
    film = pydicom.dcmread(study.cases[0].image)
    film.PixelSpacing = [2 * float(v) for v in film.PixelSpacing]
    film.save_as(study.cases[0].image)
    ran = hipbmd("labels", "check", study.folder, "--annotator", "anna")
    assert ran.status == 3
    assert f"{study.cases[0].case_id}  The film has another pixel spacing" in ran.out


def test_another_film_is_not_measured_with_the_old_landmarks(study, hipbmd):
    put_another_film(study)
    ran = hipbmd("measure", study.folder, "--landmarks", "anna", "--json", "-")
    hips = json.loads(ran.out)
    assert ran.status == 3 and "another one than anna placed" in hips[0]["reason"]
    assert [hip["status"] for hip in hips[1:]] == ["measured", "measured"]


def test_a_hip_is_not_measured_with_the_landmarks_of_the_other_one(study, hipbmd):
    first, *others = study.cases
    other = "R" if first.side == "L" else "L"
    write_cases(study.folder, [replace(first, side=other), *others])
    ran = hipbmd("measure", study.folder, "--landmarks", "anna", "--json", "-")
    hips = json.loads(ran.out)
    assert ran.status == 3 and "set its side right" in hips[0]["reason"]
    assert [hip["status"] for hip in hips[1:]] == ["measured", "measured"]


def test_a_film_that_was_only_given_other_tags_is_the_same_film(study):
    film = pydicom.dcmread(study.cases[0].image)
    film.PatientAge = "080Y"
    before = read_film(study.cases[0].image).pixels_sha256
    film.save_as(study.cases[0].image)
    assert read_film(study.cases[0].image).pixels_sha256 == before


def test_an_import_is_undone_in_one_step_in_all_its_cases(study, hipbmd, tmp_path):
    export_labels(study, "csv", tmp_path / "out", ["anna"])
    hipbmd(
        "labels", "import", study.folder, tmp_path / "out" / "anna.csv",
        "--format", "csv", "--annotator", "clara",
    )  # fmt: skip
    assert all(study.labels("clara", case.case_id).landmarks for case in study.cases)
    ran = hipbmd("labels", "undo", study.folder, "--annotator", "clara")
    assert ran.status == 0 and "undone in 3 cases: imported from csv" in ran.out
    for case in study.cases:
        assert not study.labels("clara", case.case_id).landmarks
        with study.open_case("clara", case.case_id) as opened:
            assert opened.can_redo
    ran = hipbmd("labels", "undo", study.folder, "--annotator", "clara")
    assert ran.status == 2 and "no import for clara" in ran.err


def test_what_was_corrected_since_is_not_undone(study, tmp_path):
    from napari_hipbmd.study.labelling import edits

    export_labels(study, "csv", tmp_path / "out", ["anna"])
    import_labels(study, "csv", tmp_path / "out" / "anna.csv", ImportPlan("clara"))
    first = study.cases[0].case_id
    with study.open_case("clara", first) as case:
        case.apply(edits.place(case.state, "N1", (50.0, 50.0), "clara"))
    assert first not in undo_import(study, "clara").cases
    assert study.labels("clara", first).landmarks
    with pytest.raises(Refused, match="no import"):
        undo_import(study, "clara")


def test_a_slicer_file_of_a_film_with_two_spacings_is_doubted(study, tmp_path):
    film = pydicom.dcmread(study.cases[0].image)
    film.ImagerPixelSpacing = [1.15 * float(v) for v in film.PixelSpacing]
    film.save_as(study.cases[0].image)
    export_labels(study, "slicer", tmp_path / "out", ["anna"])
    [path] = (tmp_path / "out").rglob(f"{study.cases[0].case_id}.mrk.json")
    content = json.loads(path.read_text("utf-8"))
    del content["hipbmd"]  # as Slicer saves it
    path.write_text(json.dumps(content), "utf-8")
    done = import_labels(study, "slicer", path, ImportPlan("clara"))
    [doubt] = [text for text in done.doubts if "two spacings" in text]
    assert "15 %" in doubt


def test_labels_that_knew_no_film_learn_it_when_they_are_imported_again(
    study, hipbmd, tmp_path
):
    export_labels(study, "csv", tmp_path / "out", ["bert"])
    case_id = study.cases[0].case_id
    for path in (study.folder / "labels" / "bert").rglob("*"):
        if path.is_file():
            path.unlink()
    import_labels(study, "csv", tmp_path / "out" / "bert.csv", ImportPlan("bert"))
    path = study.folder / "labels" / "bert" / f"{case_id}.json"
    content = json.loads(path.read_text("utf-8"))
    del content["film"]["pixels_sha256"]  # as earlier versions left it
    path.write_text(json.dumps(content), "utf-8")
    shutil.rmtree(path.parent / "journal")
    done = import_labels(
        study, "csv", tmp_path / "out" / "bert.csv", ImportPlan("bert")
    )
    assert done.unchanged == (case_id,) and not done.cases
    assert study.labels("bert", case_id).film.pixels_sha256
    put_another_film(study)
    ran = hipbmd("labels", "check", study.folder, "--annotator", "bert")
    assert ran.status == 3 and "another one than these labels" in ran.out
