"""Hip boxes are kept with the study: two hips of one film are two of its cases."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused, StudyWarning
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.dicom import FilmTags, read_film, write_film
from napari_hipbmd.runs.jobs import Options, jobs_of
from napari_hipbmd.study import (
    BoxesChanged,
    Case,
    Label,
    Labels,
    Study,
    film_boxes,
    read_boxes,
    remember_boxes,
    write_cases,
)
from napari_hipbmd.study.boxes import boxes_folder
from napari_hipbmd.study.boxes_file import BOXES
from napari_hipbmd.study.labelling.labels import write_labels

LEFT, RIGHT = HipBox(400, 10, 760, 370), HipBox(20, 30, 380, 390)


@pytest.fixture
def pelvis(tmp_path):
    """A study with one film of both hips, in a row that names no side."""
    folder = tmp_path / "study"
    (folder / "images").mkdir(parents=True)
    path = folder / "images" / "pelvis.dcm"
    grey = np.random.default_rng(0).integers(0, 4096, (400, 800), np.uint16)
    write_film(path, grey, FilmTags("pelvis"))
    write_cases(folder, [Case("pelvis", path, group="p1")])
    return path


def table(film):
    return {
        case.case_id: (case.side, case.box)
        for case in Study.open(film.parents[1]).cases
    }


def test_both_hips_of_a_film_become_cases_with_their_boxes(pelvis):
    known = remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    assert table(pelvis) == {"pelvis": ("L", LEFT)}
    remember_boxes(pelvis, {"L": LEFT, "R": RIGHT}, "bert", known)
    assert table(pelvis) == {"pelvis": ("L", LEFT), "pelvis-R": ("R", RIGHT)}
    cases = Study.open(pelvis.parents[1]).cases
    assert {case.group for case in cases} == {"p1"}
    assert {case.image for case in cases} == {pelvis}


def test_a_box_on_a_hip_that_no_row_has_is_told(pelvis):
    folder = pelvis.parents[1]
    remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    (case,) = Study.open(folder).cases
    write_cases(folder, [replace(case, side="R")])
    told = "left hip box that was placed by anna on the film of the case 'pelvis'"
    with pytest.warns(StudyWarning, match=told):
        Study.open(folder)


def test_a_box_on_a_film_that_no_row_has_is_told(pelvis):
    folder = pelvis.parents[1]
    remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    (case,) = Study.open(folder).cases
    write_cases(folder, [replace(case, image=folder / "images" / "other.dcm")])
    with pytest.warns(StudyWarning, match="images/pelvis.dcm is passed over: no case"):
        Study.open(folder)


def test_a_row_whose_side_nobody_said_is_the_hip_that_its_landmarks_lie_on(pelvis):
    folder = pelvis.parents[1]
    write_labels(folder, Labels("pelvis", "anna", {"N1": Label((200.0, 200.0))}))
    remember_boxes(pelvis, {"L": LEFT, "R": RIGHT}, "anna", {})
    assert table(pelvis) == {"pelvis": ("R", RIGHT), "pelvis-L": ("L", LEFT)}


def test_each_box_tells_who_placed_it_and_when(pelvis):
    known = remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    remember_boxes(pelvis, {"L": LEFT, "R": RIGHT}, "bert", known)
    placed = film_boxes(pelvis)
    assert {side: one.by for side, one in placed.items()} == {"L": "anna", "R": "bert"}
    assert all(one.at.endswith("+00:00") for one in placed.values())
    content = json.loads((pelvis.parents[1] / BOXES).read_text("utf-8"))
    assert list(content["films"]) == ["images/pelvis.dcm"]


def test_what_another_window_has_placed_is_not_written_over(pelvis):
    here = film_boxes(pelvis)
    theirs = remember_boxes(pelvis, {"R": RIGHT}, "anna", here)
    before = (pelvis.parents[1] / BOXES).read_bytes()
    with pytest.raises(BoxesChanged, match="changed by anna in another window") as told:
        remember_boxes(pelvis, {"L": LEFT}, "bert", here)
    assert told.value.theirs == theirs
    assert (pelvis.parents[1] / BOXES).read_bytes() == before


def test_boxes_of_another_film_are_no_conflict(pelvis):
    other = pelvis.with_name("second.dcm")
    shutil.copy(pelvis, other)
    remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    remember_boxes(other, {"R": RIGHT}, "bert", {})
    assert film_boxes(pelvis)["L"].box == LEFT
    assert film_boxes(other)["R"].box == RIGHT


def test_a_row_that_was_made_for_a_box_goes_with_it(pelvis):
    known = remember_boxes(pelvis, {"L": LEFT, "R": RIGHT}, "anna", {})
    remember_boxes(pelvis, {"L": LEFT}, "anna", known)
    assert table(pelvis) == {"pelvis": ("L", LEFT)}


def test_a_hip_that_has_landmarks_keeps_its_row(pelvis):
    known = remember_boxes(pelvis, {"L": LEFT, "R": RIGHT}, "anna", {})
    write_labels(pelvis.parents[1], Labels("pelvis-R", "anna"))
    remember_boxes(pelvis, {"L": LEFT}, "anna", known)
    assert table(pelvis) == {"pelvis": ("L", LEFT), "pelvis-R": ("R", None)}


def test_a_dxa_reading_without_a_side_is_given_to_no_hip(pelvis):
    folder = pelvis.parents[1]
    [case] = Study.open(folder).cases
    write_cases(folder, [replace(case, dxa={**case.dxa, "neck": 0.7})])
    with pytest.raises(Refused, match="write L or R into its column side"):
        remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    assert not (folder / BOXES).exists()


def test_every_box_of_a_study_is_a_job_with_it(pelvis):
    remember_boxes(pelvis, {"L": LEFT, "R": RIGHT}, "anna", {})
    jobs = jobs_of(pelvis.parents[1])
    assert [(j.case_id, j.options.side, j.options.box) for j in jobs] == [
        ("pelvis", "L", LEFT), ("pelvis-R", "R", RIGHT),
    ]  # fmt: skip


def test_a_film_in_no_study_keeps_its_boxes_beside_it(tmp_path, pelvis):
    film = tmp_path / "loose" / "IM0001.dcm"
    film.parent.mkdir()
    shutil.copy(pelvis, film)
    remember_boxes(film, {"L": LEFT, "R": RIGHT}, "anna", {})
    assert boxes_folder(film) == film.parent
    assert (film.parent / BOXES).is_file()
    assert not (film.parent / "cases.csv").exists()
    for path in (film, film.parent):
        jobs = jobs_of(path)
        assert [job.case_id for job in jobs] == ["IM0001-L", "IM0001-R"]
        assert [job.options.box for job in jobs] == [LEFT, RIGHT]
        assert len({job.name for job in jobs}) == 2
    [left] = jobs_of(film, Options(side="L"))
    assert left.options.box == LEFT
    [given] = jobs_of(film, Options(box=RIGHT))
    assert given.options.box == RIGHT


def test_a_film_that_is_named_after_its_patient_is_not_named_in_the_file(pelvis):
    path = pelvis.with_name("DOE_JANE.dcm")
    from pydicom import dcmread

    film = dcmread(pelvis)
    film.PatientName = "DOE^JANE"
    film.save_as(path)
    write_cases(pelvis.parents[1], [Case("hip", path)])
    remember_boxes(path, {"L": LEFT, "R": RIGHT}, "anna", {})
    assert "DOE" not in (pelvis.parents[1] / BOXES).read_text("utf-8")
    assert {case.box for case in Study.open(pelvis.parents[1]).cases} == {LEFT, RIGHT}


@pytest.mark.parametrize("text", [
    "", "{", "[]", "{}", '{"format": "hipbmd-boxes", "version": 0, "films": {}}',
    '{"format": "hipbmd-boxes", "version": 1, "films": {"a": {"X": {}}}}',
    ('{"format": "hipbmd-boxes", "version": 1, "films": {"a": {"L":'
    ' {"edges": [0, 0, 1e999, 9], "by": "", "at": ""}}}}'),
    '{"format": "hipbmd-boxes", "version": 1, "films": 3}', "[" * 9999,
])  # fmt: skip
def test_a_damaged_file_is_told_in_a_sentence_and_left_alone(pelvis, text):
    path = pelvis.parents[1] / BOXES
    path.write_text(text, "utf-8")
    with pytest.raises(Refused, match=r"boxes\.json in study is damaged"):
        read_boxes(pelvis.parents[1])
    with pytest.raises(Refused, match=r"boxes\.json"):
        remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("edges", "told"),
    [
        (
            (800, 800, 10, 10),
            r"images/pelvis\.\w+, L: its edges are not x0, y0, x1, y1",
        ),
        ((0.1, 0.1, 0.9, 0.9), r"images/pelvis\.\w+, L: .*smaller than 32 pixels"),
    ],
)
def test_a_box_that_cannot_be_one_is_told_with_its_film_and_side(pelvis, edges, told):
    remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    path = pelvis.parents[1] / BOXES
    content = json.loads(path.read_text("utf-8"))
    (film,) = content["films"].values()
    film["L"]["edges"] = edges
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(Refused, match=told):
        read_boxes(pelvis.parents[1])


def test_boxes_of_a_newer_version_are_not_to_be_deleted(pelvis):
    path = pelvis.parents[1] / BOXES
    path.write_text('{"format": "hipbmd-boxes", "version": 2, "films": {}}', "utf-8")
    with pytest.raises(Refused, match="newer version .*leave the file as it is"):
        read_boxes(pelvis.parents[1])


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(pelvis, monkeypatch):
    def no_space(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("napari_hipbmd.study.boxes.write_text_atomic", no_space)
    with pytest.raises(Refused, match="No space left on device"):
        remember_boxes(pelvis, {"L": LEFT}, "anna", {})
    assert film_boxes(pelvis) == {}


@pytest.fixture(scope="module")
def both_hips(sample_study, tmp_path_factory):
    """A digital hip and its mirror image side by side on one film, in a study."""
    case = next(case for case in sample_study.cases if case.side == "L")
    film = read_film(case.image)
    assert film.spacing_mm is not None
    grey = np.clip(film.grey(), 0, 1)
    stored = np.round(np.concatenate([grey[:, ::-1], grey], 1) * 4095)
    folder = tmp_path_factory.mktemp("both") / "study"
    path = folder / "images" / "pelvis.dcm"
    path.parent.mkdir(parents=True)
    tags = FilmTags(
        "pelvis",
        pixel_spacing_mm=film.spacing_mm,
        pixel_spacing_calibration_type="GEOMETRY",
        pixel_intensity_relationship="LOG",
        pixel_intensity_sign=-1,
    )
    write_film(path, stored.astype(np.uint16), tags)
    write_cases(folder, [Case("pelvis", path, patient=case.patient)])
    width = grey.shape[1]
    right = HipBox(-0.5, -0.5, width - 0.5, width - 0.5)
    left = HipBox(width - 0.5, -0.5, 2 * width - 0.5, width - 0.5)
    remember_boxes(path, {"L": left, "R": right}, "anna", {})
    return folder


def test_both_hips_of_a_film_are_measured_with_their_boxes(both_hips, hipbmd):
    ran = hipbmd("measure", both_hips, "--json", "-")
    assert ran.status == 0, ran.err
    left, right = json.loads(ran.out)
    assert (left["case_id"], left["side"]) == ("pelvis", "L")
    assert (right["case_id"], right["side"]) == ("pelvis-R", "R")
    for hip in (left, right):
        assert "box-guessed" not in {flag["code"] for flag in hip["flags"]}
    # The right hip is the mirror image of the left one: nothing else may differ.
    width = read_film(both_hips / "images" / "pelvis.dcm").shape[1]
    for name, mark in left["landmarks"].items():
        x, y = right["landmarks"][name]["xy"]
        assert (width - 1 - x, y) == pytest.approx(mark["xy"], abs=0.02)
    for site, one in left["bmd_g_cm2"].items():
        other = right["bmd_g_cm2"][site]["value"]
        # .02 px may send a ruler another way through its trees
        assert other == pytest.approx(one["value"], rel=0.05)
