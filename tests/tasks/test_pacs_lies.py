"""Servers that answer otherwise than they should: one sentence, and no hanging."""

import io
import json
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pydicom
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import archive_session
from napari_hipbmd.tasks.pacs import (
    FindOptions,
    GetOptions,
    SendOptions,
    find,
    get,
    send,
)

from ..dicom.made_up_archive import report

pytest.importorskip("dicomweb_client", reason="needs the extra pacs")

JSON = "application/dicom+json"
SERIES = [
    {
        "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
        "0020000E": {"vr": "UI", "Value": ["1.2.3.4"]},
        "00080060": {"vr": "CS", "Value": ["DX"]},
        "00180015": {"vr": "CS", "Value": ["HIP"]},
    }
]
INSTANCES = [{"00080018": {"vr": "UI", "Value": ["1.2.3.4.5"]}}]


@contextmanager
def serving(answer, posted=None):
    """A server whose ``answer`` to a path is a status, a kind and a body.

    Of a redirection the kind is the address; a body of None has no end. ``posted`` is
    what answers to what is sent.
    """

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            self.reply(*answer(self.path.partition("?")[0]))

        def do_POST(self):  # noqa: N802
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(*posted(self.path))

        def reply(self, status, kind, body):
            self.send_response(status)
            self.send_header(
                "Location" if status in (302, 307) else "Content-Type", kind
            )
            if body is not None:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body or b"")
                while body is None:
                    self.wfile.write(b" " * 65536)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/dicom-web"
        finally:
            server.shutdown()


def lists(path):
    """A list of one film, which is the same whatever is asked."""
    found = INSTANCES if path.endswith("/instances") else SERIES
    return 200, JSON, json.dumps(found).encode()


@pytest.mark.parametrize(
    ("status", "kind", "body", "sentence"),
    [
        (200, "text/html", b"<html>log in</html>", "does not answer as DICOMweb does"),
        (200, JSON, b'{"error": "no"}', "does not answer as DICOMweb does"),
        (200, JSON, b'["a", "b"]', "does not answer as DICOMweb does"),
        (200, JSON, b"[{}]", "does not answer as DICOMweb does"),
        (200, JSON, b'[{"0020000D": {"vr": "ZZ"}}]', "does not answer as DICOMweb"),
        (503, "text/plain", b"busy", r"is busy \(503\): run the same again later"),
        (500, "text/plain", b"oops", "answers with the error 500"),
    ],
)
def test_an_answer_that_is_none_is_one_sentence(status, kind, body, sentence):
    with (
        serving(lambda _: (status, kind, body)) as url,
        pytest.raises(Refused, match=sentence),
    ):
        find(FindOptions(url=url))


def test_a_server_that_gives_the_same_page_again_is_not_asked_for_ever():
    with serving(lists) as url:
        assert len(find(FindOptions(url=url)).series) == 1


def film_part(data, ends="--B--"):
    return (
        b"--B\r\nContent-Type: application/dicom\r\n\r\n"
        + data
        + (f"\r\n{ends}\r\n".encode())
    )


@pytest.mark.parametrize("what", ["another film", "rubbish", "no part", "a page"])
def test_nothing_is_kept_of_what_is_not_the_film_that_was_asked_for(
    sample_study, tmp_path, what
):
    other = sample_study.cases[0].image.read_bytes()
    kind = 'multipart/related; type="application/dicom"; boundary=B'
    answers = {
        "another film": (200, kind, film_part(other)),
        "rubbish": (200, kind, film_part(b"junk" * 99)),
        "no part": (200, kind, b"--B--\r\n"),
        "a page": (200, "text/html", b"<html>log in</html>"),
    }

    def answer(path):
        asked_for_film = "/instances/" in path
        return answers[what] if asked_for_film else lists(path)

    with serving(answer) as url, pytest.raises(Refused) as told:
        get(GetOptions(url=url, out=tmp_path / "study"))
    assert "another film" in str(told.value) or "DICOMweb" in str(told.value)
    assert not list(tmp_path.rglob("*.dcm"))


def of(series=SERIES, **more):
    """A list of one series that says more of itself."""
    tags = {"patient": "00100020", "day": "00080020", "modality": "00080060"}
    said = {tags[name]: {"vr": "LO", "Value": [text]} for name, text in more.items()}
    return lambda _: (200, JSON, json.dumps([{**series[0], **said}]).encode())


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"patient": "P2"}, {"patient": "P1"}),
        ({"day": "20240101"}, {"since": "20240201"}),
        ({"day": "2024-03-01"}, {"until": "20240201"}),
        ({"modality": "CT"}, {}),
    ],
)
def test_films_that_nobody_asked_for_are_not_taken_from_a_server_that_filters_nothing(
    said, asked
):
    with serving(of(**said)) as url:
        assert find(FindOptions(url=url, **asked)).series == []


@pytest.mark.parametrize(
    ("number", "asked"), [("P1", "p1"), (" P1", "P1"), ("P1", "P*")]
)
def test_a_patient_is_found_as_archives_look_for_numbers(number, asked):
    with serving(of(patient=number)) as url:
        assert len(find(FindOptions(url=url, patient=asked)).series) == 1


def test_a_server_that_sends_on_to_another_one_is_not_followed():
    asked = []

    def answer(path):
        asked.append(path)
        return 200, JSON, b"[]"

    with serving(answer) as there:
        other = there.replace("127.0.0.1", "localhost")
        for status in (302, 307):
            with (
                serving(lambda _, s=status: (s, f"{other}/studies", b"")) as url,
                pytest.raises(
                    Refused, match="sends on to http://localhost, and nobody"
                ),
            ):
                find(FindOptions(url=url))
    assert asked == []


def test_an_answer_without_an_end_is_broken_off(monkeypatch):
    monkeypatch.setattr(archive_session, "MAX_FILE_BYTES", 1 << 20)
    with (
        serving(lambda _: (200, JSON, None)) as url,
        pytest.raises(Refused, match="larger than any film"),
    ):
        find(FindOptions(url=url))


def test_a_film_that_comes_without_its_whole_picture_is_told_and_costs_no_other(
    sample_study, tmp_path, hipbmd
):
    whole = pydicom.dcmread(sample_study.cases[0].image)
    films = {}
    for uid, pixels in (("1.2.3.4.5", 1000), ("1.2.3.4.6", len(whole.PixelData))):
        film = pydicom.dcmread(sample_study.cases[0].image)
        film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = uid
        film.PixelData = whole.PixelData[:pixels]
        buffer = io.BytesIO()
        film.save_as(buffer, enforce_file_format=True)
        films[uid] = buffer.getvalue()
    kind = 'multipart/related; type="application/dicom"; boundary=B'

    def answer(path):
        if "/instances/" in path:
            return 200, kind, film_part(films[path.rpartition("/")[2]])
        if not path.endswith("/instances"):
            return lists(path)
        found = [{"00080018": {"vr": "UI", "Value": [uid]}} for uid in films]
        return 200, JSON, json.dumps(found).encode()

    with serving(answer) as url:
        ran = hipbmd("pacs", "get", url, "--out", tmp_path / "study")
    assert ran.status == 3 and "1 films in" in ran.out
    assert "was not kept: the server gave a part of its picture" in ran.out
    assert len(list(tmp_path.rglob("*.dcm"))) == 1


OTHER = "9.9.9"


def sends(study, tmp_path, posted, *, patient_of=None, has=None):
    """Send a report to a server that knows its study, and answers so."""
    film = study.cases[0].image
    path = tmp_path / "report.dcm"
    path.write_bytes(report(film))
    own, name = (
        str(pydicom.dcmread(one, stop_before_pixels=True)[keyword].value)
        for one, keyword in ((film, "StudyInstanceUID"), (path, "SOPInstanceUID"))
    )
    posts = []

    def answer(asked):
        said = {"0020000D": own, "0020000E": "1.2", "00080060": "DX"}
        if asked.endswith("/instances"):
            said = {"00080018": has or "1.2.3"}
        elif asked.endswith("/studies"):
            said = {"0020000D": patient_of or own, "00100020": "P1"}
        found = [{tag: {"vr": "LO", "Value": [text]} for tag, text in said.items()}]
        return 200, JSON, json.dumps(found).encode()

    def post(asked):
        posts.append(asked)
        status, kind, body = posted
        return status, kind, body.replace(b"NAME", name.encode())

    with serving(answer, post) as url:
        return send(SendOptions(url=url, reports=path)), posts


def listed(sequence, name):
    item = {"00081155": {"vr": "UI", "Value": [name]}}
    return json.dumps({sequence: {"vr": "SQ", "Value": [item]}}).encode()


TAKEN, FAILED = "00081199", "00081198"


def test_a_report_that_the_server_names_as_taken_is_sent(sample_study, tmp_path):
    done, posts = sends(sample_study, tmp_path, (200, JSON, listed(TAKEN, "NAME")))
    assert (done.sent, done.left) == (1, []) and len(posts) == 1


@pytest.mark.parametrize(
    "posted",
    [
        (200, JSON, b""),
        (200, "text/html", b"<html>log in</html>"),
        (200, JSON, listed(FAILED, "NAME")),
        (200, f"{JSON}; charset=utf-8", listed(FAILED, "NAME")),
        (202, JSON, listed(FAILED, "NAME")),
        (202, JSON, listed(TAKEN, OTHER)),
        (409, JSON, listed(FAILED, "NAME")),
        (400, "text/plain", b"no"),
    ],
)
def test_a_report_that_was_not_taken_does_not_count_as_sent(
    sample_study, tmp_path, posted
):
    done, _ = sends(sample_study, tmp_path, posted)
    assert done.sent == 0
    [told] = done.left
    assert told.startswith("report.dcm was not taken by 127.0.0.1: ask those who run")


def test_a_report_counts_as_there_only_when_the_server_names_it(sample_study, tmp_path):
    answer = (200, JSON, listed(TAKEN, "NAME"))
    assert sends(sample_study, tmp_path, answer, has=OTHER)[0].before == 0


def test_a_report_gets_no_patient_of_another_study(sample_study, tmp_path):
    answer = (200, JSON, listed(TAKEN, "NAME"))
    with pytest.raises(Refused, match="has no such study any more"):
        sends(sample_study, tmp_path, answer, patient_of=OTHER)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda whole: whole[:-40], "b.dcm is cut short, and nothing was sent"),
        (lambda whole: b"junk" * 99, "b.dcm is damaged or not what it claims to be"),
        (lambda whole: b"", "b.dcm is damaged or not what it claims to be"),
    ],
)
def test_a_report_that_is_not_whole_is_named_before_anything_is_sent(
    sample_study, tmp_path, spoil, sentence
):
    whole = report(sample_study.cases[0].image)
    (tmp_path / "a.dcm").write_bytes(whole)
    (tmp_path / "b.dcm").write_bytes(spoil(whole))
    with pytest.raises(Refused, match=sentence):
        send(SendOptions(url="http://127.0.0.1:1/x", reports=tmp_path))
