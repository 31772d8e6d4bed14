"""Structured reports, back to the archive under the studies of their films."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QVBoxLayout, QWidget

from ...core.errors import Refused
from ..ui.folder_field import FolderField
from ..ui.rich import plain, sentence
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr
from .server_form import ServerForm

if TYPE_CHECKING:
    from ...tasks.pacs import SendOptions, Sent

BUSY = tr("Reports are being sent: wait or press Cancel.")
ABOUT = tr(
    "DICOM reports of <i>Save report …</i> or <i>hipbmd measure --sr</i>, from a folder"
    " and those in it. Each goes under the study of its film, which is looked for among"
    " the studies above."
)
CHOOSE = tr("Choose the folder of the reports.")
STOPPED = tr("Stopped. What was sent is there: send again to go on.")


class SendPanel(QWidget):
    """``hipbmd pacs send``."""

    def __init__(self, server: ServerForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._server = server
        self._setup_ui()
        self._show_state()

    def show_study(self, folder: Path) -> None:
        """Send the reports of the study that is open."""
        if not self.bar.is_running:
            self.reports.line.setText(str(folder))

    def stop(self) -> None:
        """Ask what is running to stop."""
        self.bar.cancel()

    def _setup_ui(self) -> None:
        self.reports = FolderField("archive_reports", tr("Folder with reports"))
        self.bar = RunBar("send", tr("Send reports"), prefix="send_", busy=BUSY)
        column = QVBoxLayout(self)
        for part in (sentence("about_reports", ABOUT), self.reports, self.bar):
            column.addWidget(part)
        column.addStretch(1)
        self.bar.wanted.connect(self._on_send_clicked)
        self.bar.running.connect(lambda _: self._show_state())
        self.reports.line.textChanged.connect(lambda _: self._show_state())

    def _on_send_clicked(self) -> None:
        from ...tasks.pacs import SendOptions, send

        try:
            options = self._server.options(SendOptions, reports=self.reports.folder())
        except Refused as refusal:
            self.bar.say(plain(said(refusal)))
            return
        self.bar.start(
            lambda run: send(options, run.tell, run.is_cancelled),
            lambda sent: self._on_sent(options, sent),
            tr("Sent"),
            stopped=STOPPED,
        )

    def _on_sent(self, options: SendOptions, sent: Sent) -> None:
        self._server.remember(options)
        lines = [
            tr("<b>{sent} reports sent</b>, {before} were there already.").format(
                sent=sent.sent, before=sent.before
            )
        ]
        self.bar.say("<br>".join([*lines, *(plain(f"{one}.") for one in sent.left)]))

    def _show_state(self) -> None:
        running = self.bar.is_running
        self.bar.set_ready("" if self.reports.folder() is not None else CHOOSE)
        self.reports.setEnabled(not running)
        self.reports.setToolTip(BUSY if running else "")
