"""What a user may rely on: no film of a study is left out without a word."""

import shutil
import warnings

import pytest

from napari_hipbmd.core.errors import StudyWarning
from napari_hipbmd.study import Study


@pytest.fixture
def study(sample_study, tmp_path):
    """Two films, each with its row."""
    folder = tmp_path / "study"
    (folder / "images").mkdir(parents=True)
    for case in sample_study.cases[:2]:
        shutil.copy(case.image, folder / "images")
    rows = [f"{c.case_id},images/{c.image.name}\n" for c in sample_study.cases[:2]]
    (folder / "cases.csv").write_text("".join(["case_id,image\n", *rows]))
    return folder


def test_films_that_no_row_has_are_counted_and_named(study):
    film = next((study / "images").iterdir())
    for name in ("a.dcm", "deep/b.dcm", "c.dcm", "d"):
        (study / "images" / name).parent.mkdir(exist_ok=True)
        shutil.copy(film, study / "images" / name)
    with pytest.warns(StudyWarning) as told:
        Study.open(study)
    assert len(told) == 1
    assert str(told[0].message) == (
        "cases.csv: 4 films of images/ are passed over, for no row has them"
        " (images/a.dcm, images/c.dcm, images/d, …): add rows for those that belong to"
        " the study."
    )


def test_one_film_is_told_as_one(study):
    shutil.copy(next((study / "images").iterdir()), study / "images" / "a.dcm")
    with pytest.warns(StudyWarning, match=r"1 film of images/ is passed over"):
        Study.open(study)


def test_what_is_no_film_is_not_missed(study):
    (study / "images" / "notes.txt").write_text("taken on a Monday")
    (study / "images" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Study.open(study)


def test_a_file_called_after_its_patient_is_not_named(study):
    from pydicom import dcmread

    film = dcmread(next((study / "images").iterdir()))
    film.PatientName = "Meier^Anna"
    film.save_as(study / "images" / "meier_anna.dcm")
    with pytest.warns(StudyWarning, match="1 film") as told:
        Study.open(study)
    assert "meier" not in str(told[0].message).casefold()
