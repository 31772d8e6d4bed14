"""The dock *Archive (PACS)*: films from an archive, and reports back to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtWidgets import QTabWidget, QWidget

from ..ui.narrow import scrolled_column
from ..ui.translation import tr
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.session import Session, session_of
from .fetch_panel import BUSY, FetchPanel
from .send_panel import SendPanel
from .server_form import ServerForm

PLUGIN = "napari-hipbmd"


class ArchiveWidget(ListeningWidget):
    """Which archive and which of its studies; a tab for films, and one for reports."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._session: Session = session_of(napari_viewer)
        self._setup_ui()
        self._let_shrink()
        self._listen()

    def _setup_ui(self) -> None:
        self.server = ServerForm()
        self.fetch = FetchPanel(self.server)
        self.send = SendPanel(self.server)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("archive_tabs")
        self.tabs.addTab(self.fetch, tr("Films"))
        self.tabs.addTab(self.send, tr("Reports"))
        column = scrolled_column(self)
        column.addWidget(self.server)
        column.addWidget(self.tabs, 1)
        self.fetch.opened.connect(self._on_opened)
        for panel in (self.fetch, self.send):
            panel.bar.running.connect(lambda _: self._show_state())

    def _heard(self) -> Heard:
        return [(self._session.study_chosen, self._on_study_chosen)]

    def _on_listening(self) -> None:
        self._on_study_chosen()

    def _on_left(self) -> None:
        self.fetch.stop()
        self.send.stop()

    def _on_study_chosen(self) -> None:
        folder = self._session.study_folder
        if folder is not None:
            self.fetch.show_study(folder)
            self.send.show_study(folder)

    def _on_opened(self, folder: Path) -> None:
        _, widget = self._viewer.window.add_plugin_dock_widget(PLUGIN, "Open study")
        widget.list_folder(folder)

    def _show_state(self) -> None:
        """One thing at a time: the server stays the same while it is asked."""
        fetching, sending = self.fetch.bar.is_running, self.send.bar.is_running
        _lock(self.server, fetching or sending)
        self.tabs.setTabEnabled(0, not sending)
        self.tabs.setTabEnabled(1, not fetching)


def _lock(widget: QWidget, locked: bool) -> None:
    widget.setEnabled(not locked)
    widget.setToolTip(BUSY if locked else "")
