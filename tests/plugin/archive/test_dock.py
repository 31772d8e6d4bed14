"""The dock *Archive (PACS)* against a real archive, as a person uses it."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QInputDialog, QLabel, QLineEdit, QPushButton, QTreeWidget

from napari_hipbmd.dicom import patient_key, read_film
from napari_hipbmd.dicom.archive import Archive
from napari_hipbmd.plugin.archive.dock import ArchiveWidget
from napari_hipbmd.plugin.archive.fetch_panel import FIRST, STOPPED
from napari_hipbmd.plugin.study.dock import StudyWidget
from napari_hipbmd.plugin.ui.preferences import preferences_dir
from napari_hipbmd.plugin.viewer.session import session_of

from ...dicom import orthanc
from ...dicom.made_up_archive import SECRETS, report

keyring = pytest.importorskip("keyring", reason="needs the extra pacs")
pytest.importorskip("dicomweb_client", reason="needs the extra pacs")
pytestmark = pytest.mark.usefixtures("secrets")


class Dock:
    def __init__(self, qtbot: Any, url: str, study: Path, viewer: Any = None) -> None:
        self.qtbot, self.study = qtbot, study
        if viewer is None:
            self.viewer = ViewerModel()
            self.widget = ArchiveWidget(self.viewer)
            qtbot.addWidget(self.widget)
        else:
            add = viewer.window.add_plugin_dock_widget
            _, self.widget = add("napari-hipbmd", "Archive (PACS)")
        self.type("url", url)
        self.type("user", orthanc.USER)
        self.type("archive_study", str(study))

    def type(self, name: str, text: str) -> None:
        line = self.widget.findChild(QLineEdit, name)
        line.clear()
        self.qtbot.keyClicks(line, text)

    def click(self, name: str) -> None:
        button = self.widget.findChild(QPushButton, name)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def wait(self) -> None:
        bars = self.widget.fetch.bar, self.widget.send.bar
        self.qtbot.waitUntil(
            lambda: not any(bar.is_running for bar in bars), timeout=60_000
        )

    def do(self, *names: str) -> str:
        """Click, wait until it is done, and read how it went."""
        for name in names:
            self.click(name)
            self.wait()
        return self.told("send_note" if names[-1] == "send" else "fetch_note")

    def told(self, name: str) -> str:
        return self.widget.findChild(QLabel, name).text()

    def shown(self) -> str:
        """Every word of the table."""
        tree = self.widget.findChild(QTreeWidget, "found")
        flags = Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive
        items = tree.findItems("", flags)
        return " ".join(item.text(i) for item in items for i in (0, 1))

    def films(self) -> list[Path]:
        return sorted((self.study / "images").glob("*.dcm"))


@pytest.fixture
def dock(server: Any, qtbot: Any, tmp_path: Path) -> Dock:
    return Dock(qtbot, server.url, tmp_path / "study")


@pytest.fixture
def second_film(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets a test say what happens just before the second film is fetched."""
    real, calls = Archive.film, []

    def before(what: Any) -> None:
        def film(self: Archive, *which: Any) -> Any:
            calls.append(which)
            if len(calls) == 2:
                what()
            return real(self, *which)

        monkeypatch.setattr(Archive, "film", film)

    return before


def test_ticked_films_are_fetched_and_nobody_is_named_anywhere(
    dock: Dock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dock.type("patient", "P100")
    assert dock.do("find").startswith("<b>3 series of hips or pelves.</b> 1 others")
    assert patient_key("P100") in dock.shown() and "DX hip" in dock.shown()
    tree = dock.widget.fetch.tree
    [pelvis] = tree.findItems("CR pelvis", Qt.MatchFlag.MatchRecursive, 1)
    pelvis.setCheckState(0, Qt.CheckState.Unchecked)
    assert dock.do("fetch") == "<b>2 new films</b>, 0 were there already."
    assert [read_film(path).spacing_mm for path in dock.films()] == [(0.15, 0.15)] * 2

    told = dock.shown() + caplog.text + repr(list(dock.viewer.layers))
    for path in [*dock.study.rglob("*"), *preferences_dir().rglob("*")]:
        told += path.name
        told += path.read_bytes().decode("latin-1") if path.is_file() else ""
    assert not [word for word in (*SECRETS, orthanc.PASSWORD) if word in told]


def test_cancel_stops_between_two_films_and_fetching_again_goes_on(
    dock: Dock, second_film: Any
) -> None:
    here, go_on = Event(), Event()
    second_film(lambda: (here.set(), go_on.wait(30)))
    dock.do("find")
    dock.click("fetch")
    dock.qtbot.waitUntil(here.is_set)
    assert not dock.widget.server.isEnabled()
    dock.click("cancel_fetch")
    go_on.set()
    dock.wait()
    assert dock.told("fetch_note") == STOPPED
    assert len(dock.films()) == 1
    assert dock.do("fetch") == "<b>2 new films</b>, 1 were there already."


def test_a_server_that_is_killed_costs_nothing_that_was_fetched(
    dock: Dock, server: Any, second_film: Any
) -> None:
    second_film(server.program.kill)
    dock.do("find")
    try:
        told = dock.do("fetch")
    finally:
        server.program.start()
    assert "broke off: what is finished is kept" in told and "P100" not in told
    [whole] = dock.films()
    assert read_film(whole).spacing_mm == (0.15, 0.15)
    assert dock.do("fetch") == "<b>2 new films</b>, 1 were there already."


def test_what_was_fetched_is_listed_in_open_study(
    server: Any, qtbot: Any, tmp_path: Path, viewer: Any
) -> None:
    dock = Dock(qtbot, server.url, tmp_path / "study", viewer)
    dock.do("find", "fetch")
    dock.click("show_fetched")
    [study] = viewer.window._qt_window.findChildren(StudyWidget)
    qtbot.waitUntil(lambda: "3 films" in study.note.text())
    assert len(viewer.layers) == 0


def test_reports_go_back_under_the_studies_and_are_not_sent_twice(
    dock: Dock, server: Any, films: Any
) -> None:
    dock.do("find", "fetch")
    session_of(dock.viewer).choose_study(dock.study)
    (dock.study / "sr").mkdir()
    for path in dock.films():
        (dock.study / "sr" / path.name).write_bytes(report(path))
    dock.widget.tabs.setCurrentIndex(1)
    assert dock.do("send") == "<b>3 reports sent</b>, 0 were there already."
    assert server.client.search_for_series(
        films["hip"].StudyInstanceUID, search_filters={"Modality": "SR"}
    )
    assert dock.do("send") == "<b>0 reports sent</b>, 3 were there already."


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("since", "last year", "'last year' is no day such as 2024-03-14"),
        ("user", "ben", "keyring has nothing for it"),
        ("url", "pacs", "Give the address of the DICOMweb services"),
        ("url", "http://127.0.0.1:1/x", "connection to 127.0.0.1 cannot be made"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    qtbot: Any, tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    dock = Dock(qtbot, "http://127.0.0.1:1/dicom-web", tmp_path)
    dock.type(name, text)
    told = dock.do("find")
    assert sentence in told and told.count(". ") == 0
    fetch = dock.widget.findChild(QPushButton, "fetch")
    assert not fetch.isEnabled() and fetch.toolTip() == FIRST


def test_a_password_goes_into_the_keyring_and_nowhere_else(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[str, ...]] = []
    monkeypatch.setattr(keyring, "set_password", lambda *what: kept.append(what))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("a b c", True))
    dock = Dock(qtbot, "https://pacs.example.org/dicom-web", tmp_path)
    dock.click("keep_secret")
    qtbot.waitUntil(lambda: "has it now" in dock.told("server_note"))
    service = "napari-hipbmd https://pacs.example.org/dicom-web"
    assert kept == [(service, orthanc.USER, "a b c")]
    files = [path for path in preferences_dir().rglob("*") if path.is_file()]
    assert not [path for path in files if "a b c" in path.read_text("utf-8")]


def test_the_server_is_remembered_and_the_patient_is_not(
    dock: Dock, qtbot: Any, server: Any
) -> None:
    dock.type("patient", "P100")
    dock.do("find")
    again = ArchiveWidget(ViewerModel())
    qtbot.addWidget(again)
    lines = {line.objectName(): line.text() for line in again.findChildren(QLineEdit)}
    assert (lines["url"], lines["user"]) == (server.url, orthanc.USER)
    assert lines["patient"] == ""
