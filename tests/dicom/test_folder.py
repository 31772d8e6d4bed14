"""A folder gives its films, in the order a person expects, and passes over the rest."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import list_films, look_through


@pytest.fixture
def export(tmp_path, make_film):
    """What a PACS writes on a disc."""
    film = make_film()
    folder = tmp_path / "disc"
    for name in ("DICOM/IM10", "DICOM/IM2", "DICOM/1.2.840.1", "hip.dcm"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(film, target)
    (folder / "DICOMDIR").write_bytes(film.read_bytes())
    (folder / "README.txt").write_text("Viewer on this disc")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "empty.dcm").touch()
    (folder / "report.pdf").write_bytes(b"%PDF-1.4")
    return folder


def test_films_are_found_whatever_they_are_called(export):
    names = [path.relative_to(export).as_posix() for path in list_films(export)]
    assert names == ["DICOM/1.2.840.1", "DICOM/IM2", "DICOM/IM10", "hip.dcm"]


def test_what_is_passed_over_has_its_reason(export):
    reasons = {p.name: why for p, why in look_through(export).passed_over.items()}
    assert reasons["DICOMDIR"] == "the table of contents of a disc"
    assert reasons["README.txt"] == "a text file"
    assert reasons[".DS_Store"] == "a hidden file"
    assert reasons["report.pdf"] == "a PDF document"
    assert "empty" in reasons["empty.dcm"]


def test_a_spoilt_film_is_one_by_its_name_alone(export):
    spoilt = look_through(export).spoilt
    assert [path.name for path in spoilt] == ["empty.dcm"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("hip.bmp", b"BM" + bytes(60), "a BMP picture"),
        ("hip.gif", b"GIF89a" + bytes(60), "a GIF picture"),
        ("hip.webp", b"RIFF\0\0\0\0WEBPVP8 ", "a WebP picture"),
        ("hip.HEIC", b"\0\0\0\x18ftypheic", "a HEIC picture"),
        ("hip.avif", b"\0\0\0\x18ftypavif", "an AVIF picture"),
        ("hip.jp2", b"\0\0\0\x0cjP  \r\n", "a bare JPEG 2000 picture"),
    ],
)
def test_a_picture_of_a_kind_that_is_not_read_is_told(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    found = look_through(tmp_path)
    assert [path.name for path in found.spoilt] == [name]
    assert list(found.passed_over.values()) == [reason]


def test_a_disc_s_own_pictures_are_no_spoilt_films(export):
    (export / "VIEWER").mkdir()
    (export / "VIEWER" / "splash.bmp").write_bytes(b"BM" + bytes(60))
    assert [path.name for path in look_through(export).spoilt] == ["empty.dcm"]


@pytest.mark.parametrize("name", ["IM0003", "IMG-7", "1.2.840.113619.2.55"])
def test_an_empty_file_that_an_archive_named_is_told(tmp_path, name):
    (tmp_path / name).touch()
    (tmp_path / "LOCKFILE").touch()
    assert [path.name for path in look_through(tmp_path).spoilt] == [name]


@pytest.fixture
def locked(monkeypatch):
    """Lock files and folders of a name, for root, too."""

    def lock(name):
        def refusing(real):
            def call(path, *args, **more):
                if os.path.basename(os.fspath(path)) == name:
                    raise PermissionError(13, "Permission denied", os.fspath(path))
                return real(path, *args, **more)

            return call

        monkeypatch.setattr(os, "scandir", refusing(os.scandir))
        monkeypatch.setattr(os, "listdir", refusing(os.listdir))
        monkeypatch.setattr(Path, "open", refusing(Path.open))

    return lock


def test_a_folder_that_may_not_be_opened_is_told(export, locked):
    locked("DICOM")
    found = look_through(export)
    assert [path.name for path in found.films] == ["hip.dcm"]
    assert [path.name for path in found.spoilt] == ["empty.dcm", "DICOM"]
    assert "may not be opened" in found.passed_over[export / "DICOM"]
    with pytest.raises(Refused, match="may not be"):
        look_through(export / "DICOM")


def test_a_file_that_may_not_be_read_is_told_whatever_its_name(export, locked):
    (export / "hip").write_bytes((export / "hip.dcm").read_bytes())
    locked("hip")
    assert "hip" in [path.name for path in look_through(export).spoilt]


SIDECARS = {
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "desktop.ini": b"[.ShellClassInfo]\r\n",
    "autorun.inf": b"[autorun]\r\nopen=viewer.exe\r\n",
    "LOCKFILE": b"",
    "VERSION": b"1.2\n",
    "index.htm": b"<html></html>",
    "DICOM/._IM2.dcm": b"\0\5\x16\7\0\2\0\0Mac OS X        ",
    "VIEWER/viewer.exe": b"MZ\x90\0",
    "VIEWER/java.zip": b"PK\3\4",
    "VIEWER/logo.png": b"\x89PNG\r\n\x1a\n",
    "VIEWER/splash.jpg": b"\xff\xd8\xff\xe0",
    "VIEWER/splash.bmp": b"BM",
}


def test_what_lies_beside_the_films_of_a_disc_is_no_film(export):
    films = list_films(export)
    for name, content in SIDECARS.items():
        path = export / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content + b"\0" * 600 * bool(content))
    assert list_films(export) == films


def test_pictures_are_films_where_there_is_no_disc(export):
    for name in ("hip.png", "DICOM/hip.jpg"):
        (export / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    assert len(list_films(export)) == 4
    (export / "DICOMDIR").unlink()
    assert len(list_films(export)) == 6


ARCHIVES = {"a.zip": b"PK\3\4", "b.tar": bytes(257) + b"ustar", "c": b"\x1f\x8b"}


def test_films_packed_into_an_archive_are_not_left_out_without_a_word(export):
    for name, content in ARCHIVES.items():
        (export / name).write_bytes(content + b"\0" * 600)
    names = {path.name for path in look_through(export).spoilt}
    assert names == {"empty.dcm"}, "on a disc they are its viewer's"
    (export / "DICOMDIR").unlink()
    names = {path.name for path in look_through(export).spoilt}
    assert names == {"empty.dcm", *ARCHIVES}


def test_a_missing_folder_is_said_to_be_missing(tmp_path):
    with pytest.raises(Refused, match="no such folder"):
        list_films(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_circle_of_links_is_not_followed(export):
    os.symlink(export, export / "DICOM" / "again")
    found = look_through(export)
    assert len(found.films) == 4
    assert "link to a folder" in found.passed_over[export / "DICOM" / "again"]
