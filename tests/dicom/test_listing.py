"""A folder or a disc is listed by study and series, and no pixel is read for it."""

import io
import shutil

import pydicom
import pytest
from PIL import Image
from pydicom.fileset import FileSet

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import catalogue
from napari_hipbmd.dicom.decoding import decode


@pytest.fixture
def archive(tmp_path, make_film):
    """Two patients; the second has two series, whose names and numbers disagree."""
    folder = tmp_path / "archive"

    def put(name, study, series, number, **tags):
        path = make_film(
            name="made.dcm",
            edit={
                "StudyInstanceUID": f"1.2.{study}",
                "SeriesInstanceUID": f"1.2.{study}.{series}",
                "SeriesNumber": series,
                "InstanceNumber": number,
                "StudyDate": f"202{study}0101",
            },
            **tags,
        )
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        return target

    put("a/IM0001", 2, 5, 2, side="R")
    put("a/IM0002", 2, 5, 1, side="L")
    put("a/1.2.840.99.1", 2, 3, 1, photometric="MONOCHROME1")
    put("b/deep/IM0001", 1, 1, 1, body_part="PELVIS", side=None)
    return folder


def test_films_come_by_study_series_and_number(archive):
    films = catalogue(archive).films
    assert [(f.path.relative_to(archive).as_posix(), f.study, f.series) for f in films]
    assert [(f.path.name, f.study, f.series) for f in films] == [
        ("IM0001", 1, 1),
        ("1.2.840.99.1", 2, 1),
        ("IM0002", 2, 2),
        ("IM0001", 2, 2),
    ]
    assert films[0].title == "DX, PELVIS, AP, 96 × 80"
    assert films[2].title == "DX, HIP, AP, left, 96 × 80"


def test_two_films_of_one_name_get_two_names(archive):
    names = [film.name for film in catalogue(archive).films]
    assert len(set(names)) == 4
    assert names[0] == "IM0001"
    assert names[3].startswith("IM0001-")


def test_no_pixel_is_read(archive, monkeypatch):
    monkeypatch.setattr(decode, "stored_values", None)
    for path in archive.rglob("IM*"):
        data = path.read_bytes()
        path.write_bytes(data[: -96 * 80 * 2])  # nothing of the picture is left
    assert len(catalogue(archive).films) == 4


def test_a_bad_file_costs_only_itself(archive):
    (archive / "a" / "IM0003").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 64)
    (archive / "a" / "notes.txt").write_text("hello")
    loop = pydicom.dcmread(archive / "a" / "IM0001")
    loop.NumberOfFrames = 12
    loop.save_as(archive / "a" / "loop.dcm")
    listed = catalogue(archive)
    assert len(listed.films) == 4
    reasons = {path.name: reason for path, reason in listed.passed_over.items()}
    assert set(reasons) == {"IM0003", "notes.txt", "loop.dcm"}
    assert "12 frames" in reasons["loop.dcm"]
    assert reasons["notes.txt"] == "a text file"


def test_pictures_are_listed_with_their_folder(archive, hip):
    buffer = io.BytesIO()
    Image.fromarray((hip >> 4).astype("uint8")).save(buffer, "PNG")
    for name in ("a/one.png", "a/two.png", "b/three.png"):
        (archive / name).write_bytes(buffer.getvalue())
    pictures = [film for film in catalogue(archive).films if film.title == "picture"]
    assert [film.path.name for film in pictures] == ["one.png", "two.png", "three.png"]
    assert pictures[0].study == pictures[1].study != pictures[2].study


@pytest.fixture
def disc(tmp_path, archive):
    """What a PACS burns: a DICOMDIR and files whose names it chose."""
    files = FileSet()
    for number, path in enumerate(sorted(archive.rglob("*"))):
        if path.is_file():
            film = pydicom.dcmread(path)
            film.StudyTime, film.StudyID = "120000", film.StudyInstanceUID[-1]
            film.PatientID = f"P{film.StudyInstanceUID[-1]}"
            film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = (
                f"1.2.9.{number}"
            )
            files.add(film)
    files.write(tmp_path / "disc")
    return tmp_path / "disc"


@pytest.mark.parametrize("what", ["", "DICOMDIR"])
def test_a_disc_is_listed_by_its_folder_or_its_table_of_contents(disc, what):
    listed = catalogue(disc / what)
    assert [(film.study, film.series) for film in listed.films] == [
        (1, 1), (2, 1), (2, 2), (2, 2),
    ]  # fmt: skip
    assert listed.passed_over == {disc / "DICOMDIR": "the table of contents of a disc"}


def test_a_file_that_the_disc_names_and_lacks_is_told(disc):
    lost = catalogue(disc).films[1].path
    lost.unlink()
    listed = catalogue(disc)
    assert len(listed.films) == 3
    assert "not on the disc" in listed.passed_over[lost]


def test_a_disc_copied_in_small_letters_lacks_nothing(disc, tmp_path):
    for path in sorted(disc.rglob("*")):
        if path.is_file():
            name = path.relative_to(disc).as_posix()
            target = tmp_path / "copy" / name.lower()
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    listed = catalogue(tmp_path / "copy")
    assert len(listed.films) == 4
    assert len(listed.passed_over) == 1


def test_a_damaged_table_of_contents_keeps_nobody_from_the_films(disc):
    table = disc / "DICOMDIR"
    table.write_bytes(table.read_bytes()[:700])
    assert len(catalogue(disc).films) == 4


def test_the_list_names_nobody(archive):
    film = pydicom.dcmread(archive / "a" / "IM0001")
    film.PatientName = "Quillfeather^Ottoline"
    film.BodyPartExamined = "QUILLFEATHER"
    film.save_as(archive / "a" / "OTTOLINE_hip.dcm")
    listed = [f for f in catalogue(archive).films if "OTTOLINE" in f.path.name]
    assert listed[0].name.startswith("film-")
    assert listed[0].title == "DX, AP, right, 96 × 80"


def test_a_missing_folder_is_said_to_be_missing(tmp_path):
    with pytest.raises(Refused, match="no such folder"):
        catalogue(tmp_path / "nowhere")
