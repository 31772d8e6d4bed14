"""The dock *Open study*: the films of a folder by study and series, to open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.layers import Layer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.radiograph import Cancelled, FilmRefused
from ...quality import NONE
from ..ui.run import Run
from ..viewer.contrast import widen_when_inserted
from ..viewer.films import film_layer
from ..viewer.origins import remember_origin
from ..viewer.session import session_of
from .film_groups import FolderList, ListedFilm, list_folder

FIRST = (
    "<b>Choose a folder:</b> a study, a PACS export with a DICOMDIR, or any folder with"
    " films. Headers are read, pixels only when a film is opened."
)
NO_FILMS = "There is no film in this folder; below is why each file was passed over."
LISTING, OPENING = "Looking through the folder …", "Opening film {} of {} …"
BUSY = "Films are being read: wait or press Cancel."
NOTHING_CHOSEN = "Choose a folder, then films in the list."
NOT_RUNNING = "Nothing is running."
FILM = Qt.ItemDataRole.UserRole


class StudyWidget(QWidget):
    """Choose a folder; open some or all of its films, one layer a film."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        session_of(napari_viewer)  # shows the hip boxes of films that are opened
        self._run: Run | None = None
        self._opened = 0
        self._setup_ui()
        self._set_running(False)

    def choose_folder(self) -> None:
        """Ask for a folder and list it."""
        folder = QFileDialog.getExistingDirectory(self, "Open study")
        if folder:
            self.list_folder(Path(folder))

    def list_folder(self, folder: Path) -> None:
        """List a folder's films; the list comes when it is ready."""
        self._start(lambda run: list_folder(folder), self._on_listed)
        self.progress.setRange(0, 0)
        self.note.setText(LISTING)

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        self.folder_button = _button("Choose folder …", "choose_folder")
        self.note = QLabel(FIRST)
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("films")
        self.tree.setHeaderLabels(["Film", "Shows", ""])
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.open_button = _button("Open selected", "open_selected")
        self.all_button = _button("Open all", "open_all")
        self.cancel_button = _button("Cancel", "cancel")
        self.progress = QProgressBar()
        self.progress.setObjectName("progress")
        self.reasons_button = _button("Passed over …", "show_passed_over")
        self.reasons_button.setCheckable(True)
        self.reasons = QTreeWidget()
        self.reasons.setObjectName("passed_over")
        self.reasons.setHeaderLabels(["File", "Why it is not a film to open"])
        self.reasons.header().setSectionResizeMode(
            QHeaderView.ResizeMode.ResizeToContents
        )
        self.reasons.hide()
        column.addWidget(self.folder_button)
        column.addWidget(self.note)
        column.addWidget(self.tree, 3)
        buttons = QHBoxLayout()
        for button in (self.open_button, self.all_button, self.cancel_button):
            buttons.addWidget(button)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.reasons_button)
        column.addWidget(self.reasons, 2)
        self._connect()

    def _connect(self) -> None:
        self.folder_button.clicked.connect(lambda _: self.choose_folder())
        self.open_button.clicked.connect(lambda _: self._on_open_clicked())
        self.all_button.clicked.connect(lambda _: self._on_all_clicked())
        self.cancel_button.clicked.connect(lambda _: self._on_cancel_clicked())
        self.reasons_button.toggled.connect(self.reasons.setVisible)
        self.tree.itemSelectionChanged.connect(lambda: self._set_running(False))
        self.tree.itemDoubleClicked.connect(lambda item, _: self._open([item]))

    def _on_listed(self, listed: FolderList) -> None:
        self._end_run()
        self.tree.clear()
        self._show_films(listed.films)
        self._show_reasons(listed.passed_over)
        count, passed = len(listed.films), len(listed.passed_over)
        self.note.setText(
            f"<b>{count} film{'' if count == 1 else 's'}</b>, {passed} passed over."
            if count
            else NO_FILMS
        )
        if listed.is_study:
            self._choose_study(listed.folder)
        self.reasons_button.setChecked(not count and bool(passed))
        self._set_running(False)

    def _choose_study(self, folder: Path) -> None:
        """Let the other docks know; what the study withholds is withheld."""
        session = session_of(self._viewer)
        try:
            session.choose_study(folder)
        except FilmRefused as refusal:
            self.note.setText(str(refusal))
            return
        if session.policy is not NONE:
            self.note.setText(
                f"{self.note.text()} Flagged values are withheld by the policy"
                f" {session.policy.name!r}."
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
            [QTreeWidgetItem([name, reason]) for name, reason in passed_over]
        )
        self.reasons_button.setText(f"Passed over: {len(passed_over)} …")

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
        if not items or self._run is not None:
            return
        films = [item.data(0, FILM) for item in items]
        self._opened = 0

        def on_stepped(step: Any) -> None:
            number, result = step
            if isinstance(result, FilmRefused):
                items[number].setText(2, f"not opened: {result}")
                items[number].setToolTip(2, str(result))
            else:
                self._add(films[number], result)
                items[number].setText(2, _told(result))
            self.progress.setValue(number + 1)
            self.note.setText(OPENING.format(min(number + 2, len(films)), len(films)))

        self._start(lambda run: _read(run, films), self._on_opened, on_stepped)
        self.progress.setRange(0, len(films))
        self.note.setText(OPENING.format(1, len(films)))

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
        self._end_run()
        told = f"{self._opened} opened"
        if failed:
            told += f", {failed} not: the list says why"
        self.note.setText(f"<b>{told}.</b>")

    def _on_cancel_clicked(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _start(self, work: Any, done: Any, stepped: Any = None) -> None:
        # No parent: the run must outlive a dock that is deleted while it works.
        run = self._run = Run()
        self.destroyed.connect(run.cancel)
        run.done.connect(done)
        run.refused.connect(self._on_refused)
        run.stopped.connect(self._on_stopped)
        run.failed.connect(self._on_failed)
        if stepped is not None:
            run.stepped.connect(stepped)
        self._set_running(True)
        run.start(work)

    def _on_refused(self, reason: str) -> None:
        self._end_run()
        self.note.setText(reason)

    def _on_stopped(self) -> None:
        self._end_run()
        self.note.setText(f"<b>Stopped.</b> {self._opened} opened.")

    def _on_failed(self, error: BaseException) -> None:
        self._end_run()
        self.note.setText("The folder could not be read; napari's message says how.")
        raise error

    def _end_run(self) -> None:
        self._run = None
        self._set_running(False)

    def _set_running(self, running: bool) -> None:
        running = running or self._run is not None
        films = bool(self._film_items())
        chosen = films and bool(self._selected_items())
        for button, ready in (
            (self.folder_button, True),
            (self.open_button, chosen),
            (self.all_button, films),
        ):
            button.setEnabled(ready and not running)
            button.setToolTip(BUSY if running else "" if ready else NOTHING_CHOSEN)
        self.cancel_button.setEnabled(running)
        self.cancel_button.setToolTip("" if running else NOT_RUNNING)
        self.progress.setVisible(running)
        passed = self.reasons.topLevelItemCount() > 0
        self.reasons_button.setEnabled(passed)
        self.reasons_button.setToolTip(
            "Each file that is no film, with the reason."
            if passed
            else "No file was passed over."
        )


def open_study() -> None:
    """The command *Open study…*: the dock, and the question for a folder."""
    from napari import current_viewer

    viewer = current_viewer()
    if viewer is not None:
        _, widget = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Open study")
        widget.choose_folder()


def _read(run: Run, films: list[ListedFilm]) -> int:
    """Read films one after the other; gives how many could not be."""
    from ...dicom import open_film

    failed = 0
    for number, film in enumerate(films):
        if run.is_cancelled():
            raise Cancelled
        try:
            run.stepped.emit((number, open_film(film.path)))
        except FilmRefused as refusal:
            failed += 1
            run.stepped.emit((number, refusal))
    return failed


def _told(shown: Any) -> str:
    """That a film was opened, and why in pixels where it was."""
    film = shown.radiograph
    if film.spacing_mm is not None:
        return "opened"
    return f"opened in pixels: {film.spacing_source.removeprefix('none: ')}"


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
