"""The dock *Open study*: the films of a folder, to open, and the hips on them."""

from __future__ import annotations

from pathlib import Path
from threading import Semaphore
from typing import Any

from napari.layers import Layer
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from ...core.errors import Cancelled, Refused
from ...quality import NONE
from ..ui.run import Run, Stepped
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr, trn
from ..viewer.contrast import widen_when_inserted
from ..viewer.films import film_layer
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.origins import remember_origin
from ..viewer.session import session_of
from .boxes_panel import HipBoxesPanel
from .film_groups import FolderList, ListedFilm, list_folder

FIRST = tr(
    "<b>Choose a folder:</b> a study, a PACS export with a DICOMDIR, or any folder with"
    " films. Headers are read, pixels only when a film is opened."
)
NO_FILMS = tr(
    "There is no film in this folder; below is why each file was passed over."
)
LISTING, OPENING = tr("Looking through the folder"), tr("Opening films")
STOPPED = tr("Stopped. The list says which films were opened.")
FAILED = tr("The folder could not be read; napari's message says how.")
BUSY = tr("Films are being read: wait or press Cancel.")
NOTHING_CHOSEN = tr("Choose a folder, then films in the list.")
FILM = Qt.ItemDataRole.UserRole


class StudyWidget(ListeningWidget):
    """Choose a folder; open its films, one layer a film; put a box on each hip."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        session_of(napari_viewer)  # shows the hip boxes of films that are opened
        self._opened = 0
        self._opening: list[QTreeWidgetItem] = []
        self._taken = Semaphore()
        self._setup_ui()
        self._let_shrink()
        self._show_state()
        self._listen()

    def choose_folder(self) -> None:
        """Ask for a folder and list it."""
        folder = QFileDialog.getExistingDirectory(self, tr("Open study"))
        if folder:
            self.list_folder(Path(folder))

    def list_folder(self, folder: Path) -> None:
        """List a folder's films; the list comes when it is ready."""
        self._start(lambda run: list_folder(folder), self._on_listed, LISTING)

    def _heard(self) -> Heard:
        return self.boxes.heard()

    def _on_listening(self) -> None:
        self.boxes.show_film_in_front()

    def _on_left(self) -> None:
        self.boxes.cancel()

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        self.folder_button = _button(tr("Choose folder …"), "choose_folder")
        self.note = QLabel(FIRST)
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("films")
        self.tree.setHeaderLabels([tr("Film"), tr("Shows"), ""])
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.open_button = _button(tr("Open selected"), "open_selected")
        self.bar = RunBar(
            "open_all",
            tr("Open all"),
            busy=BUSY,
            beside=(self.open_button,),
            told=self.note.setText,
        )
        self.reasons_button = _button(tr("Passed over …"), "show_passed_over")
        self.reasons_button.setCheckable(True)
        self.reasons = QTreeWidget()
        self.reasons.setObjectName("passed_over")
        self.reasons.setHeaderLabels([tr("File"), tr("Why it is not a film to open")])
        self.reasons.header().setSectionResizeMode(
            QHeaderView.ResizeMode.ResizeToContents
        )
        self.reasons.hide()
        self.boxes_button = _button(tr("Hip boxes …"), "show_boxes")
        self.boxes_button.setCheckable(True)
        self.boxes_button.setToolTip(tr("A box on each hip of the film in front."))
        self.boxes = HipBoxesPanel(self._viewer)
        self.boxes.setObjectName("hip_boxes")
        self.boxes.hide()
        column.addWidget(self.folder_button)
        column.addWidget(self.note)
        column.addWidget(self.tree, 3)
        column.addWidget(self.bar)
        column.addWidget(self.reasons_button)
        column.addWidget(self.reasons, 2)
        column.addWidget(self.boxes_button)
        column.addWidget(self.boxes)
        self._connect()

    def _connect(self) -> None:
        self.folder_button.clicked.connect(lambda _: self.choose_folder())
        self.open_button.clicked.connect(lambda _: self._on_open_clicked())
        self.bar.wanted.connect(self._on_all_clicked)
        self.bar.stepped.connect(self._on_stepped)
        self.bar.running.connect(lambda _: self._show_state())
        self.reasons_button.toggled.connect(self.reasons.setVisible)
        self.boxes_button.toggled.connect(self.boxes.setVisible)
        self.tree.itemSelectionChanged.connect(self._show_state)
        self.tree.itemDoubleClicked.connect(lambda item, _: self._open([item]))

    def _on_listed(self, listed: FolderList) -> None:
        self.tree.clear()
        self._show_films(listed.films)
        self._show_reasons(listed.passed_over)
        count, passed = len(listed.films), len(listed.passed_over)
        self.note.setText(
            trn(
                "<b>{count} film</b>, {passed} passed over.",
                "<b>{count} films</b>, {passed} passed over.",
                count,
            ).format(count=count, passed=passed)
            if count
            else NO_FILMS
        )
        if listed.is_study:
            self._choose_study(listed.folder)
        self.reasons_button.setChecked(not count and bool(passed))
        self._show_state()

    def _choose_study(self, folder: Path) -> None:
        """Let the other docks know; what the study withholds is withheld."""
        session = session_of(self._viewer)
        try:
            session.choose_study(folder)
        except Refused as refusal:
            self.note.setText(said(refusal))
            return
        if session.policy is not NONE:
            self.note.setText(
                tr("{note} Flagged values are withheld by the policy {name!r}.").format(
                    note=self.note.text(), name=session.policy.name
                )
            )

    def _show_films(self, films: tuple[ListedFilm, ...]) -> None:
        headings: dict[tuple[str, ...], QTreeWidgetItem] = {}
        for film in films:
            parent: Any = self.tree.invisibleRootItem()
            for depth in range(1, len(film.headings) + 1):
                key = film.headings[:depth]
                if key not in headings:
                    headings[key] = QTreeWidgetItem(parent, [key[-1]])
                    headings[key].setExpanded(True)
                parent = headings[key]
            item = QTreeWidgetItem(parent, [film.name, film.title, ""])
            item.setData(0, FILM, film)

    def _show_reasons(self, passed_over: tuple[tuple[str, str], ...]) -> None:
        self.reasons.clear()
        self.reasons.addTopLevelItems(
            [QTreeWidgetItem([name, said(reason)]) for name, reason in passed_over]
        )
        self.reasons_button.setText(
            tr("Passed over: {count} …").format(count=len(passed_over))
        )

    def _film_items(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []

        def walk(parent: QTreeWidgetItem) -> None:
            for i in range(parent.childCount()):
                child = parent.child(i)
                if child.data(0, FILM) is not None:
                    found.append(child)
                walk(child)

        walk(self.tree.invisibleRootItem())
        return found

    def _selected_items(self) -> list[QTreeWidgetItem]:
        """Films that are chosen; a heading stands for all films below it."""
        return [item for item in self._film_items() if _is_chosen(item)]

    def _on_open_clicked(self) -> None:
        self._open(self._selected_items())

    def _on_all_clicked(self) -> None:
        self._open(self._film_items())

    def _open(self, items: list[QTreeWidgetItem]) -> None:
        items = [item for item in items if item.data(0, FILM) is not None]
        if not items or self.bar.is_running:
            return
        films = [item.data(0, FILM) for item in items]
        self._opened, self._opening = 0, items
        taken = self._taken = Semaphore()
        self._start(lambda run: _read(run, films, taken), self._on_opened, OPENING)

    def _on_stepped(self, step: Stepped) -> None:
        item, result = self._opening[step.done - 1], step.more
        if isinstance(result, Refused):
            item.setText(2, tr("not opened: {result}").format(result=said(result)))
            item.setToolTip(2, str(result))
        else:
            self._add(item.data(0, FILM), result)
            item.setText(2, _told(result))
        taken = self._taken
        QTimer.singleShot(0, lambda: taken.release())

    def _add(self, film: ListedFilm, shown: Any) -> None:
        """Put a film into the viewer: the first of a lot is shown, the others wait."""
        widen_when_inserted(self._viewer)
        layer = Layer.create(*film_layer(shown, film.patient, film.side, film.name))
        remember_origin(layer, film.path)
        layer.visible = self._opened == 0
        if self._opened == 0:
            for other in self._viewer.layers:
                other.visible = False
            self._viewer.layers.append(layer)
            self._viewer.reset_view()
        else:
            below = max(0, len(self._viewer.layers) - 1 - (self._opened - 1))
            active = self._viewer.layers.selection.active
            self._viewer.layers.insert(below, layer)
            self._viewer.layers.selection.active = active
        self._opened += 1

    def _on_opened(self, failed: int) -> None:
        told = tr("{opened} opened").format(opened=self._opened)
        if failed:
            told += tr(", {failed} not: the list says why").format(failed=failed)
        self.note.setText(f"<b>{told}.</b>")

    def _start(self, work: Any, done: Any, what: str) -> None:
        self.note.setText(f"{what} …")
        self.bar.start(work, done, what, stopped=STOPPED, failed=FAILED)

    def _show_state(self) -> None:
        running, films = self.bar.is_running, bool(self._film_items())
        chosen = films and bool(self._selected_items())
        self.bar.set_ready("" if films else NOTHING_CHOSEN)
        for button, ready in ((self.folder_button, True), (self.open_button, chosen)):
            button.setEnabled(ready and not running)
            button.setToolTip(BUSY if running else "" if ready else NOTHING_CHOSEN)
        passed = self.reasons.topLevelItemCount() > 0
        self.reasons_button.setEnabled(passed)
        self.reasons_button.setToolTip(
            tr("Each file that is no film, with the reason.")
            if passed
            else tr("No file was passed over.")
        )


def open_study() -> None:
    """The command *Open study…*: the dock, and the question for a folder."""
    from napari import current_viewer

    viewer = current_viewer()
    if viewer is not None:
        _, widget = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Open study")
        widget.choose_folder()


def _read(run: Run, films: list[ListedFilm], taken: Semaphore) -> int:
    """Read films one after the other; gives how many could not be.

    Not faster than the window takes them: it lives between two of them.
    """
    from ...dicom import open_film

    failed = 0
    for done, film in enumerate(films, 1):
        while not (taken.acquire(timeout=0.1) or run.is_cancelled()):
            pass
        if run.is_cancelled():
            raise Cancelled
        try:
            run.tell(done, len(films), more=open_film(film.path))
        except Refused as refusal:
            failed += 1
            run.tell(done, len(films), more=refusal)
    return failed


def _told(shown: Any) -> str:
    """That a film was opened, and why in pixels where it was."""
    film = shown.radiograph
    if film.spacing_mm is not None:
        return tr("opened")
    why = film.spacing_source.removeprefix("none: ")
    return tr("opened in pixels: {why}").format(why=said(why))


def _is_chosen(item: QTreeWidgetItem | None) -> bool:
    while item is not None:
        if item.isSelected():
            return True
        item = item.parent()
    return False


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button
