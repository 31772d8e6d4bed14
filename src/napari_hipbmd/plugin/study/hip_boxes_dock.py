"""The dock *Hip boxes*: one box on each hip of a film, kept with the study."""

from __future__ import annotations

from html import escape
from typing import Any

from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from ...core.radiograph import FilmRefused, Radiograph, Side
from ...study.case import checked_name
from ..ui.preferences import read_preference, write_preference
from ..ui.run import Run, begin
from ..viewer.films import film_of
from ..viewer.hip_boxes import WORDS
from ..viewer.identity import facts_of
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.session import Session, session_of
from ..viewer.window_level import film_in_front

NO_FILM = "Open a radiograph first."
FIRST = f"<b>{NO_FILM}</b> A box on each hip tells the program where to measure."
HINT = (
    "A box holds one hip from above the joint to below the lesser trochanter. Drag it,"
    " or its corners: it stays a square on the film. The patient's right hip is on the"
    " left of the film, as far as the film does not say otherwise."
)
IN_WORKBENCH = "This film is open in the landmark workbench: draw its box there."
BUSY = "The hips are being searched for: wait or press Cancel."
NOT_RUNNING = "Nothing is running."
NO_BOX = "There is no box on this hip."
NOTHING_TO_SWAP = "There is no box yet."
ALL_THERE = "Every hip has a box."
SEARCHING = "Looking for the hips …"
FAILED = "The search failed; napari's message says how."
PROPOSED = "{}: look whether each box holds its hip, and drag it where it does not."
THROWN_AWAY = "The film was changed or removed meanwhile: the proposal is gone."
SIDES: tuple[Side, ...] = ("R", "L")
"""As the hips stand on the film."""


class HipBoxesWidget(ListeningWidget):
    """Place, propose, swap and take away the hip boxes of the film in front."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._boxes = self._session.hip_boxes
        self._film: Any = None
        self._run: Run | None = None
        self._setup_ui()
        self._connect()
        self._listen()

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        self.title = _note("film")
        self.who = QLineEdit(read_preference("annotator", ""))
        self.who.setObjectName("who")
        self.who.setPlaceholderText("your name or initials")
        self.who.setToolTip("Each box tells who placed it.")
        form = QFormLayout()
        form.addRow("Placed by", self.who)
        self.place_buttons = {
            side: _button(f"{WORDS[side].capitalize()} hip box", f"place_{side}")
            for side in SIDES
        }
        self.texts = {side: _note(f"box_{side}") for side in SIDES}
        self.remove_buttons = {
            side: _button("Take away", f"remove_{side}") for side in SIDES
        }
        for side in SIDES:
            row = QHBoxLayout()
            row.addWidget(self.place_buttons[side], 1)
            row.addWidget(self.remove_buttons[side])
            form.addRow(row)
            form.addRow(self.texts[side])
        self.propose_button = _button("Propose", "propose")
        self.propose_button.setToolTip("Let the networks look for the hips.")
        self.cancel_button = _button("Cancel", "cancel")
        self.swap_button = _button("Swap sides", "swap")
        buttons = QHBoxLayout()
        for each in (self.propose_button, self.cancel_button, self.swap_button):
            buttons.addWidget(each)
        self.note = _note("note")
        self.kept = _note("kept")
        column.addWidget(self.title)
        column.addLayout(form)
        column.addLayout(buttons)
        column.addWidget(self.note)
        column.addWidget(self.kept)
        hint = _note("hint")
        hint.setText(HINT)
        column.addWidget(hint)
        column.addStretch(1)

    def _connect(self) -> None:
        self.who.editingFinished.connect(self._on_who_edited)
        for side in SIDES:
            self.place_buttons[side].clicked.connect(
                lambda _, side=side: self._on_place_clicked(side)
            )
            self.remove_buttons[side].clicked.connect(
                lambda _, side=side: self._on_remove_clicked(side)
            )
        self.propose_button.clicked.connect(lambda _: self._on_propose_clicked())
        self.cancel_button.clicked.connect(lambda _: self._on_cancel_clicked())
        self.swap_button.clicked.connect(lambda _: self._on_swap_clicked())

    def _heard(self) -> Heard:
        layers = self._session.layers
        return [
            (layers.events.inserted, self._on_layers_changed),
            (layers.events.removed, self._on_layers_changed),
            (layers.selection.events.active, self._on_layers_changed),
            (self._boxes.changed, self._on_boxes_changed),
            (self._boxes.said, self._on_said),
        ]

    def _on_listening(self) -> None:
        self._on_layers_changed()

    def _on_left(self) -> None:
        self._on_cancel_clicked()

    def _on_layers_changed(self, event: Any = None) -> None:
        film = film_in_front(self._session)
        if film is not self._film:
            self._film = film
            self.note.setText("")
        self._show()

    def _on_boxes_changed(self, film: Any) -> None:
        if film is self._film:
            self._show()

    def _on_said(self, film: Any, text: str) -> None:
        if film is self._film:
            self.note.setText(f"<b>{escape(text)}</b>")
            self._show()

    def _on_who_edited(self) -> None:
        who = self.who.text().strip()
        try:
            write_preference("annotator", who and checked_name(who, "Your name"))
        except FilmRefused as refusal:
            self.note.setText(f"<b>{escape(str(refusal))}</b>")
            return
        if self._film is not None and self._boxes.of(self._film):
            self._boxes.remember(self._film)
        self._show()

    def _on_place_clicked(self, side: Side) -> None:
        self.note.setText("")
        self._boxes.place(self._film, side)

    def _on_remove_clicked(self, side: Side) -> None:
        self.note.setText("")
        self._boxes.remove(self._film, side)

    def _on_swap_clicked(self) -> None:
        self.note.setText("")
        self._boxes.swap(self._film)

    def _on_propose_clicked(self) -> None:
        film, folder = self._film, self._session.models_folder
        try:
            radiograph = film_of(film)
        except FilmRefused as refusal:
            self._on_said(film, str(refusal))
            return
        data, known = film.data, facts_of(film).get("side")
        self.note.setText(SEARCHING)
        self._run = begin(
            self,
            lambda run: _propose(run, radiograph, folder, known),
            lambda found: self._on_proposed(film, data, found),
            self._on_ended,
            failed=FAILED,
        )
        self._show()

    def _on_cancel_clicked(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _on_proposed(self, film: Any, data: Any, found: Any) -> None:
        if film not in self._session.layers or film.data is not data:
            self._on_ended(THROWN_AWAY)
            return
        self._boxes.place_all(film, found)
        names = " and ".join(WORDS[side] for side in SIDES if side in found)
        self._on_ended(PROPOSED.format(f"Proposed for the {names} hip"))

    def _on_ended(self, text: str) -> None:
        self._run = None
        self.note.setText(escape(text))
        self._show()

    def _show(self) -> None:
        film = self._film
        self.title.setText(FIRST if film is None else f"<b>{escape(film.name)}</b>")
        boxes = {} if film is None else self._boxes.of(film)
        placed = {} if film is None else self._boxes.placed(film)
        for side in SIDES:
            box, one = boxes.get(side), placed.get(side)
            text = NO_BOX
            if box is not None:
                text = f"{box.width:.0f} × {box.height:.0f} pixels"
            if one is not None and one.box == box:
                text += f", placed by {one.by} on {one.at[:10]}"
            self.texts[side].setText(escape(text))
        self.kept.setText("" if film is None else escape(self._boxes.where_kept(film)))
        self._enable(boxes)

    def _enable(self, boxes: Any) -> None:
        film, running = self._film, self._run is not None
        why = (
            NO_FILM
            if film is None
            else IN_WORKBENCH
            if facts_of(film).get("owner")
            else BUSY
            if running
            else ""
        )
        for side in SIDES:
            _ready(self.place_buttons[side], why)
            _ready(self.remove_buttons[side], why or ("" if side in boxes else NO_BOX))
        _ready(self.propose_button, why or (ALL_THERE if len(boxes) == 2 else ""))
        _ready(self.swap_button, why or ("" if boxes else NOTHING_TO_SWAP))
        _ready(self.cancel_button, "" if running else NOT_RUNNING)


def _propose(run: Run, film: Radiograph, folder: Any, side: Side | None) -> Any:
    """The boxes of a film's hips, as the networks see them."""
    from ...landmarks.locate import propose
    from ...pipeline.models import load_models

    return propose(load_models(folder).finder, film, side, run.is_cancelled)


def _ready(button: QPushButton, why_not: str) -> None:
    button.setEnabled(not why_not)
    button.setToolTip(why_not)


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button


def _note(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    return label
