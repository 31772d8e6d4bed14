"""Films of an archive: looked for, ticked, and taken into a study's folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from ...core.errors import Refused
from ..ui.controls import button, enable, press
from ..ui.folder_field import FolderField
from ..ui.options_form import OptionsForm
from ..ui.rich import plain, sentence
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr
from .found_tree import FoundTree
from .server_form import ServerForm

if TYPE_CHECKING:
    from ...tasks.pacs import FindOptions, Found, Taken

BUSY = tr("The archive is being asked: wait or press Cancel.")
FIRST = tr("Search, tick what is to be fetched, and choose the folder of a study.")
NOTHING_FETCHED = tr("Fetch films first.")
STOPPED = tr("Stopped. What was fetched is kept: fetch again to go on.")
NO_MORE_SEARCH = tr("Stopped.")


class FetchPanel(QWidget):
    """``hipbmd pacs find`` and ``get``; ``opened`` is emitted with a folder to show."""

    opened = Signal(object)

    def __init__(self, server: ServerForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._server = server
        self._asked: FindOptions | None = None
        self._fetched: Path | None = None
        self._setup_ui()
        self._show_state()

    def show_study(self, folder: Path) -> None:
        """Write into the study that is open."""
        if not self.bar.is_running:
            self.folder.line.setText(str(folder))

    def stop(self) -> None:
        """Ask what is running to stop."""
        self.bar.cancel()

    def _setup_ui(self) -> None:
        from ...tasks.pacs import GetOptions

        self.parts = OptionsForm(GetOptions, "all_parts")
        self.person = OptionsForm(GetOptions, "identified")
        self.find_button = button(
            "find", tr("Search"), tr("Hips and pelves on DX or CR.")
        )
        self.tree = FoundTree()
        self.folder = FolderField("archive_study", tr("Study's folder, old or new"))
        self.bar = RunBar(
            "fetch", tr("Fetch ticked"), prefix="fetch_", busy=BUSY,
            hint=tr("Films go to images/ of the folder; those that are there stay."),
        )  # fmt: skip
        self.open_button = button("show_fetched", tr("Show the films"))
        column = QVBoxLayout(self)
        for part in (
            self.parts, self.find_button, self.tree, sentence("into", tr("Into")),
            self.folder, self.person, self.bar, self.open_button,
        ):  # fmt: skip
            column.addWidget(part, 1 if part is self.tree else 0)
        press(self.find_button, self._on_find_clicked)
        press(self.open_button, lambda: self.opened.emit(self._fetched))
        self.bar.wanted.connect(self._on_fetch_clicked)
        self.bar.running.connect(lambda _: self._show_state())
        self.tree.itemChanged.connect(lambda *_: self._show_state())
        self.folder.line.textChanged.connect(lambda _: self._show_state())

    def _on_find_clicked(self) -> None:
        from ...tasks.pacs import FindOptions, find

        try:
            asked = self._server.options(FindOptions, **self.parts.values())
        except Refused as refusal:
            self.bar.say(plain(said(refusal)))
            return
        self.tree.show_series([])
        self._asked = asked
        self.bar.start(
            lambda run: find(asked, run.is_cancelled),
            self._on_found,
            tr("Searching"),
            stopped=NO_MORE_SEARCH,
        )

    def _on_found(self, found: Found) -> None:
        self.tree.show_series(found.series)
        text = tr("<b>{count} series of hips or pelves.</b>").format(
            count=len(found.series)
        )
        if found.passed_over:
            text += tr(
                " {passed_over} others say nothing of a hip or the pelvis."
            ).format(passed_over=found.passed_over)
        self.bar.say(text)
        if self._asked is not None:
            self._server.remember(self._asked)
        self._show_state()

    def _on_fetch_clicked(self) -> None:
        from ...tasks.pacs import GetOptions, get

        out, series = self.folder.folder(), self.tree.ticked()
        if out is None or self._asked is None:
            return
        self._fetched = None
        options = GetOptions(**asdict(self._asked), **self.person.values(), out=out)
        self.bar.start(
            lambda run: get(options, run.tell, run.is_cancelled, series),
            lambda taken: self._on_fetched(out, taken),
            tr("Fetched"),
            stopped=STOPPED,
        )

    def _on_fetched(self, out: Path, taken: Taken) -> None:
        from ...tasks.pacs import IMAGES

        new = len(taken.files) - taken.before
        lines = [
            tr("<b>{new} new films</b>, {before} were there already.").format(
                new=new, before=taken.before
            )
        ]
        lines += [
            tr(
                "Look at {name}: it says that writing is burned into the picture."
            ).format(name=plain(path.name))
            for path in taken.burned_in
        ]
        lines += [
            tr(
                "{name} was not kept: the server gave a part of its picture. Fetch"
                " again, and look at the film there if it stays so."
            ).format(name=plain(path.name))
            for path in taken.cut_short
        ]
        self.bar.say("<br>".join(lines))
        self._fetched = out / IMAGES
        self._show_state()

    def _show_state(self) -> None:
        running = self.bar.is_running
        ready = self.tree.is_any_ticked() and self.folder.folder() is not None
        self.bar.set_ready("" if ready else FIRST)
        for part in (self.parts, self.person, self.folder, self.tree):
            part.setEnabled(not running)
            part.setToolTip(BUSY if running else "")
        enable(self.find_button, not running, BUSY, tr("Hips and pelves on DX or CR."))
        fetched = self._fetched is not None
        enable(
            self.open_button, fetched and not running,
            BUSY if running else NOTHING_FETCHED,
            tr("List them in the dock Open study."),
        )  # fmt: skip
