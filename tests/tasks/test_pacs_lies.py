"""Servers that answer otherwise than they should: one sentence, and no hanging."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.tasks.pacs import FindOptions, GetOptions, find, get

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
def serving(answer):
    """A server whose ``answer`` to a path is a status, a kind and a body."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            status, kind, body = answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
    """A list of one film, which is the same from whatever place it is asked for."""
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
        assert len(find(FindOptions(url=url)).series) == 2  # of DX and of CR


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
