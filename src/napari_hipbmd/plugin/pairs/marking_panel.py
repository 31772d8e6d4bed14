"""The buttons to mark a film with, whose it is, and its type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QLineEdit, QPushButton, QWidget

from ...study.film_marks import FilmMarks
from ..ui.annotator import AnnotatorField
from ..ui.controls import note
from ..ui.options_form import side_by_side
from ..ui.run_bar import BUSY
from ..ui.translation import tr
from ..viewer.box_tool import BoxTool
from ..viewer.session import Session

NO_FILM = tr("Choose a film of the list first.")
LOOKING = tr("The networks are looking whether an STO box overlaps bone …")
CLEAR, NO_BOXES = tr("No STO box overlaps bone."), tr("No STO box yet.")
NOT_CONFIRMED = tr("not confirmed: press 2 if even, 1 if uneven")


class MarkingPanel(QWidget):
    """Emits what a person wants to draw, and what was typed or decided."""

    draw_wanted = Signal(str)
    boxes_wanted = Signal()
    propose_wanted = Signal()
    snap_wanted = Signal()
    type_chosen = Signal(int)
    patient_typed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hip = BoxTool(session, "draw_hip")
        self._setup_ui()
        self._connect()
        self.show_film(None)

    def annotator(self) -> str:
        """Who is at work."""
        return self.who.text().strip()

    def show_film(self, marks: FilmMarks | None) -> None:
        """Show what is known of a film."""
        self.patient.setText("" if marks is None else marks.patient)
        choice = None if marks is None else marks.choice
        self.type_note.setText(
            NOT_CONFIRMED
            if choice is None
            else tr("type {film_type}, {by}, {at} UTC").format(
                film_type=choice.film_type, by=choice.by, at=choice.at[:16]
            )
        )

    def show_flags(self, shares: Sequence[float] | None, touches: float) -> None:
        """Tell which STO boxes overlap bone; None while the networks are looking."""
        if shares is None:
            self.flags.setText(LOOKING)
            return
        told = [
            tr("STO box {i} seems to overlap bone ({share:.0f} %).").format(
                i=i + 1, share=100 * share
            )
            for i, share in enumerate(shares)
            if share > touches
        ]
        self.flags.setText(" ".join(told) or (CLEAR if shares else NO_BOXES))

    def set_ready(self, film_layer: Any, busy: bool) -> None:
        """Lock what needs a film; None when there is none."""
        film = film_layer is not None
        self.hip.show_film(film_layer, "" if film else NO_FILM)
        for button in self._drawing:
            button.setEnabled(film)
            button.setToolTip("" if film else NO_FILM)
        for button in (self.boxes_button, self.propose_button, self.snap_button):
            button.setEnabled(film and not busy)
            button.setToolTip(NO_FILM if not film else BUSY if busy else "")
        self.patient.setEnabled(film)
        self.patient.setToolTip("" if film else NO_FILM)

    def _setup_ui(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        self.sto_button = _button(tr("Draw STO box"), "draw_sto")
        self.remove_button = _button(tr("Take away"), "remove_sto")
        self.boxes_button = _button(tr("Propose"), "propose_sto")
        self.propose_button = _button(tr("Propose"), "propose")
        self.snap_button = _button(tr("Snap to edges"), "snap")
        self.paint_button = _button(tr("Paint"), "paint")
        self.erase_button = _button(tr("Erase"), "erase")
        self.polygon_button = _button(tr("Polygon"), "polygon")
        self.even_button = _button(tr("2: even"), "type_2")
        self.uneven_button = _button(tr("1: uneven"), "type_1")
        self.patient = QLineEdit()
        self.patient.setObjectName("patient")
        self.patient.setPlaceholderText(tr("films of one patient stay together"))
        self.who = AnnotatorField(
            "marked_by", tr("your name: the type is stored with it")
        )
        self.type_note, self.flags = note("type_note"), note("flags")
        self._drawing = (
            self.sto_button, self.remove_button,
            self.paint_button, self.erase_button, self.polygon_button,
            self.even_button, self.uneven_button,
        )  # fmt: skip
        form.addRow(
            tr("STO boxes"),
            side_by_side(self.boxes_button, self.sto_button, self.remove_button),
        )
        form.addRow("", self.flags)
        form.addRow(tr("Hip box"), self.hip)
        form.addRow(tr("Hip mask"), side_by_side(self.propose_button, self.snap_button))
        form.addRow(
            "", side_by_side(self.paint_button, self.erase_button, self.polygon_button)
        )
        form.addRow(tr("Patient"), self.patient)
        form.addRow(tr("Type"), side_by_side(self.even_button, self.uneven_button))
        form.addRow("", self.type_note)
        form.addRow(tr("By"), self.who)

    def _connect(self) -> None:
        for button, what in (
            (self.sto_button, "sto"),
            (self.remove_button, "remove"),
            (self.paint_button, "paint"),
            (self.erase_button, "erase"),
            (self.polygon_button, "polygon"),
        ):
            button.clicked.connect(partial(self._on_draw_clicked, what))
        self.boxes_button.clicked.connect(lambda _: self.boxes_wanted.emit())
        self.propose_button.clicked.connect(lambda _: self.propose_wanted.emit())
        self.snap_button.clicked.connect(lambda _: self.snap_wanted.emit())
        self.even_button.clicked.connect(lambda _: self.type_chosen.emit(2))
        self.uneven_button.clicked.connect(lambda _: self.type_chosen.emit(1))
        self.patient.editingFinished.connect(
            lambda: self.patient_typed.emit(self.patient.text().strip())
        )

    def _on_draw_clicked(self, what: str, _: bool = False) -> None:
        self.draw_wanted.emit(what)


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button
