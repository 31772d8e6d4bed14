"""Films come from a real archive without the person, and reports go back to it."""

import tomllib

import pydicom
import pytest

from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.dicom import (
    derived_uid,
    patient_key,
    read_film,
)
from napari_hipbmd.tasks.pacs import FindOptions, GetOptions, SendOptions, get, send

from ..dicom import orthanc
from ..dicom.made_up_archive import SECRETS, film, report

keyring = pytest.importorskip("keyring", reason="needs the extra pacs")
pytest.importorskip("dicomweb_client", reason="needs the extra pacs")
pytestmark = pytest.mark.usefixtures("secrets")


def taken(server, out, **options):
    return get(GetOptions(url=server.url, user=orthanc.USER, out=out, **options))


def test_hips_and_pelves_are_found_and_nobody_is_named(server, hipbmd):
    ran = hipbmd("pacs", "find", server.url, "--user", orthanc.USER)
    assert ran.status == 0, ran.err
    assert "3 series of hips or pelves" in ran.out and "1 others" in ran.out
    assert patient_key("P100") in ran.out
    assert not [word for word in SECRETS if word in ran.out + ran.err]
    ran = hipbmd(
        "pacs", "find", server.url, "--user", orthanc.USER, "--all-parts",
        "--patient", "P100", "--since", "2024-03-01", "--until", "2024-03-01",
    )  # fmt: skip
    assert "4 series" in ran.out
    ran = hipbmd(
        "pacs", "find", server.url, "--user", orthanc.USER, "--since", "2024-03-02"
    )
    assert "0 series" in ran.out


def test_films_come_without_the_person_and_are_read_as_before(server, films, tmp_path):
    done = taken(server, tmp_path / "study")
    assert len(done.files) == 3 and done.before == 0
    for path in done.files:
        data = path.read_bytes()
        assert not [word for word in SECRETS if word.encode() in data]
        found = pydicom.dcmread(path)
        assert found.PatientID == patient_key("P100") and found.PatientAge == "070Y"
        assert read_film(path).spacing_mm == (0.15, 0.15)
    originals = {derived_uid(one.SOPInstanceUID): one for one in films.values()}
    for path in done.files:
        found = pydicom.dcmread(path)
        there = originals[found.SOPInstanceUID]
        assert found.PixelData == there.PixelData
        assert found.StudyInstanceUID == derived_uid(there.StudyInstanceUID)


def test_taking_them_again_takes_nothing(server, tmp_path):
    taken(server, tmp_path / "study")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "study").rglob("*.dcm")}
    assert taken(server, tmp_path / "study").before == 3
    after = {p: p.stat().st_mtime_ns for p in (tmp_path / "study").rglob("*.dcm")}
    assert after == before


def test_a_connection_that_breaks_costs_one_film_and_the_rest_comes_next_time(
    server, tmp_path, monkeypatch
):
    import requests
    from dicomweb_client.api import DICOMwebClient

    whole, calls = DICOMwebClient.retrieve_instance, []

    def breaking(self, *uids, **more):
        calls.append(uids)
        if len(calls) == 2:
            raise requests.ConnectionError("P100 was asked for")
        return whole(self, *uids, **more)

    monkeypatch.setattr(DICOMwebClient, "retrieve_instance", breaking)
    with pytest.raises(Refused, match="what is finished is kept") as why:
        taken(server, tmp_path / "study")
    assert "P100" not in str(why.value)
    [only] = (tmp_path / "study" / "images").iterdir()
    assert read_film(only).spacing_mm == (0.15, 0.15)
    done = taken(server, tmp_path / "study")
    assert len(done.files) == 3 and done.before == 1


def test_cancel_stops_in_the_middle_of_a_film(server):
    left = [1000]

    def cancelled():
        left[0] -= 1
        return left[0] < 0

    archive = FindOptions(url=server.url, user=orthanc.USER).archive(cancelled)
    one = archive.series()[0]
    [film_uid] = archive.instances(one)
    left[0] = 2  # before the film is asked for, and at the first bit of it
    with pytest.raises(Cancelled):
        archive.film(one, film_uid)


def test_with_the_person_only_when_asked(server, tmp_path):
    done = taken(server, tmp_path / "study", identified=True)
    assert pydicom.dcmread(done.files[0]).PatientID == "P100"


def test_reports_without_the_person_go_back_under_the_right_study(
    server, films, tmp_path
):
    done = taken(server, tmp_path / "study")
    (tmp_path / "sr").mkdir()
    for path in done.files:
        (tmp_path / "sr" / path.name).write_bytes(report(path))
    options = SendOptions(url=server.url, user=orthanc.USER, reports=tmp_path / "sr")
    assert send(options).sent == 3
    hip = films["hip"]
    [series] = [
        pydicom.Dataset.from_json(one)
        for one in server.client.search_for_series(
            hip.StudyInstanceUID, search_filters={"Modality": "SR"}
        )
    ]
    [there] = server.client.retrieve_series(
        hip.StudyInstanceUID, series.SeriesInstanceUID
    )
    assert (there.PatientID, there.StudyInstanceUID) == ("P100", hip.StudyInstanceUID)
    assert str(there.PatientName) == "Quillfeather^Ottoline"
    [of_film] = there.ReferencedInstanceSequence
    assert of_film.ReferencedSOPInstanceUID == hip.SOPInstanceUID
    assert "PatientIdentityRemoved" not in there
    again = send(options)
    assert (again.sent, again.before) == (0, 3)
    assert len(list((tmp_path / "sr").iterdir())) == 3
    for path in (tmp_path / "sr").iterdir():
        assert b"Quillfeather" not in path.read_bytes()


def test_a_report_of_another_archive_is_left_and_told(server, tmp_path, hipbmd):
    film(tmp_path / "film.dcm", "elsewhere")
    (tmp_path / "sr.dcm").write_bytes(report(tmp_path / "film.dcm"))
    ran = hipbmd(
        "pacs", "send", server.url, tmp_path / "sr.dcm", "--user", orthanc.USER
    )
    assert ran.status == 3 and "sr.dcm is of no study that was found" in ran.out


def test_no_password_and_no_patient_is_written(server, tmp_path, hipbmd):
    out = tmp_path / "study"
    ran = hipbmd(
        "pacs", "get", server.url, "--user", orthanc.USER, "--patient", "P100",
        "--out", out,
    )  # fmt: skip
    assert ran.status == 0
    kept = (out / "pacs-get.toml").read_text()
    assert tomllib.loads(kept)["user"] == orthanc.USER
    assert "P100" not in kept and "patient: left out" in kept
    told = ran.out + ran.err
    for path in out.rglob("*"):
        told += path.read_bytes().decode("latin-1") if path.is_file() else ""
    assert orthanc.PASSWORD not in told


def test_a_wrong_password_is_a_sentence(server, monkeypatch):
    monkeypatch.setattr(keyring, "get_password", lambda *_: "wrong")
    options = FindOptions(url=server.url, user=orthanc.USER)
    with pytest.raises(Refused, match="lets nobody in that way .401."):
        options.archive().series()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"url": "pacs.example.org"}, "Give the address of the DICOMweb services"),
        ({"url": "http://pacs.example.org/x"}, "is asked without encryption"),
        ({"url": "https://me:secret@pacs.example.org"}, "no password in the address"),
        ({"url": "https://127.0.0.1:1/x", "user": "ben"}, "keyring has nothing for it"),
        ({"url": "http://127.0.0.1:1/x"}, "connection to 127.0.0.1 cannot be made"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(options, sentence):
    with pytest.raises(Refused, match=sentence) as why:
        FindOptions(**options).archive().series()
    assert "secret" not in str(why.value)
