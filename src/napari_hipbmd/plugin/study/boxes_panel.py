"""The hip boxes of the film in front: one on each hip, kept with the study."""

from __future__ import annotations

from html import escape
from typing import Any

from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import Refused
from ...core.radiograph import Side
from ...study.labelling.persons_name import persons_name
from ..ui.annotator import AnnotatorField, choose_annotator
from ..ui.controls import enable
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.box_sides import BOX_NAMES
from ..viewer.box_tool import (
    IN_WORKBENCH,
    PROPOSE_HINT,
    SIDES,
    BoxProposal,
    why_no_proposal,
)
from ..viewer.identity import facts_of
from ..viewer.listening import Heard
from ..viewer.session import Session, session_of
from ..viewer.window_level import film_in_front

NO_FILM = tr("Open a radiograph first.")
FIRST = tr(
    "<b>{no_film}</b> A box on each hip tells the program where to measure."
).format(no_film=NO_FILM)
HINT = tr(
    "A box holds one hip from above the joint to below the lesser trochanter. Drag it,"
    " or its corners: it stays a square on the film. The patient's right hip is on the"
    " left of the film, as far as the film does not say otherwise."
)
NOT_RUNNING = tr("Nothing is running.")
NO_BOX = tr("There is no box on this hip.")
NOTHING_TO_SWAP = tr("There is no box yet.")


class HipBoxesPanel(QWidget):
    """Place, propose, swap and take away the hip boxes of the film in front.

    The dock that it is a part of connects what :meth:`heard` lists.
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._boxes = self._session.hip_boxes
        self._film: Any = None
        self._proposal = BoxProposal(self._session, self)
        self._setup_ui()
        self._connect()

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.title = _note("film")
        self.who = AnnotatorField("who", tr("your name or initials"))
        self.who.setToolTip(tr("Each box tells who placed it."))
        form = QFormLayout()
        form.addRow(tr("Placed by"), self.who)
        self.place_buttons = {
            side: _button(
                BOX_NAMES[side],
                f"place_{side}",
            )
            for side in SIDES
        }
        self.texts = {side: _note(f"box_{side}") for side in SIDES}
        self.remove_buttons = {
            side: _button(tr("Take away"), f"remove_{side}") for side in SIDES
        }
        for side in SIDES:
            row = QHBoxLayout()
            row.addWidget(self.place_buttons[side], 1)
            row.addWidget(self.remove_buttons[side])
            form.addRow(row)
            form.addRow(self.texts[side])
        self.propose_button = _button(tr("Propose"), "propose")
        self.cancel_button = _button(tr("Cancel"), "cancel")
        self.swap_button = _button(tr("Swap sides"), "swap")
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

    def _connect(self) -> None:
        self.who.editingFinished.connect(self._on_who_edited)
        self.who.followed.connect(self._show)
        for side in SIDES:
            self.place_buttons[side].clicked.connect(
                lambda _, side=side: self._on_place_clicked(side)
            )
            self.remove_buttons[side].clicked.connect(
                lambda _, side=side: self._on_remove_clicked(side)
            )
        self.propose_button.clicked.connect(
            lambda _: self._proposal.propose(self._film)
        )
        self.cancel_button.clicked.connect(lambda _: self._proposal.cancel())
        self._proposal.running.connect(lambda _: self._show())
        self.swap_button.clicked.connect(lambda _: self._on_swap_clicked())

    def heard(self) -> Heard:
        """Events and what they call."""
        layers = self._session.layers
        return [
            (layers.events.inserted, self.show_film_in_front),
            (layers.events.removed, self.show_film_in_front),
            (layers.selection.events.active, self.show_film_in_front),
            (self._boxes.changed, self._on_boxes_changed),
            (self._boxes.said, self._on_said),
        ]

    def cancel(self) -> None:
        """Stop looking for hips."""
        self._proposal.cancel()

    def show_film_in_front(self, event: Any = None) -> None:
        """Show the boxes of the film that is in front now."""
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
            choose_annotator(who and persons_name(who, "Your name"))
        except Refused as refusal:
            self.note.setText(f"<b>{escape(said(refusal))}</b>")
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

    def _show(self) -> None:
        film = self._film
        self.title.setText(FIRST if film is None else f"<b>{escape(film.name)}</b>")
        boxes = {} if film is None else self._boxes.of(film)
        placed = {} if film is None else self._boxes.placed(film)
        for side in SIDES:
            box, one = boxes.get(side), placed.get(side)
            text = NO_BOX
            if box is not None:
                text = tr("{width:.0f} × {height:.0f} pixels").format(
                    width=box.width, height=box.height
                )
            if one is not None and one.box == box:
                text += tr(", placed by {by} on {at}").format(by=one.by, at=one.at[:10])
            self.texts[side].setText(escape(text))
        self.kept.setText("" if film is None else escape(self._boxes.where_kept(film)))
        self._enable(boxes)

    def _enable(self, boxes: Any) -> None:
        film, running = self._film, self._proposal.is_running
        why = NO_FILM if film is None else ""
        if film is not None and facts_of(film).get("owner"):
            why = IN_WORKBENCH
        for side in SIDES:
            _ready(self.place_buttons[side], why)
            _ready(self.remove_buttons[side], why or ("" if side in boxes else NO_BOX))
        why_not = why or why_no_proposal(self._session, film, running)
        enable(self.propose_button, not why_not, why_not, PROPOSE_HINT)
        _ready(self.swap_button, why or ("" if boxes else NOTHING_TO_SWAP))
        _ready(self.cancel_button, "" if running else NOT_RUNNING)


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
