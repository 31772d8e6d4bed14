"""The tool for hip boxes that every dock offers: draw one, or have them proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ...core.errors import Refused
from ...core.radiograph import Side
from ..ui.controls import button, enable, press
from ..ui.run import Run, begin
from ..ui.sentences import said
from ..ui.translation import tr
from .box_sides import WORDS
from .films import film_of
from .identity import facts_of
from .proposing import propose_hip_boxes

if TYPE_CHECKING:
    from .session import Session

DRAW_HINT = tr(
    "Draw a rectangle around the hip, from above the joint to below the lesser"
    " trochanter. Needed when the film shows more than one hip."
)
PROPOSE_HINT = tr("Let the networks look for the hips.")
IN_WORKBENCH = tr("This film is open in the landmark workbench: draw its box there.")
SEARCHING_BUSY = tr("The hips are being searched for: wait or press Cancel.")
ALL_THERE = tr("Every hip has a box.")
SEARCHING = tr("Looking for the hips …")
PROPOSED = tr("{}: look whether each box holds its hip, and drag it where it does not.")
THROWN_AWAY = tr("The film was changed or removed meanwhile: the proposal is gone.")
FAILED = tr("The search failed; napari's message says how.")
SIDES: tuple[Side, ...] = ("R", "L")
"""As the hips stand on the film."""


class BoxProposal(QObject):
    """Has the networks look for the hips of one film at a time.

    ``running`` is emitted with whether it does; what comes of it is told by
    :attr:`HipBoxes.said`, and kept like boxes that a person draws.
    """

    running = Signal(bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._film: Any = None
        self._run: Run | None = None

    @property
    def is_running(self) -> bool:
        """Whether hips are being searched for."""
        return self._run is not None

    def propose(self, film_layer: Any) -> None:
        """Put a box on each hip that the networks see and that has none."""
        if self._run is not None:
            return
        self._film = film_layer
        try:
            film = film_of(film_layer)
        except Refused as refusal:
            self._say(said(refusal))
            return
        data, known = film_layer.data, facts_of(film_layer).get("side")
        folder = self._session.models_folder
        self._say(SEARCHING)
        self._run = begin(
            self,
            lambda run: propose_hip_boxes(run, film, folder, known),
            lambda found: self._on_proposed(data, found),
            self._on_ended,
            failed=FAILED,
        )
        self.running.emit(True)

    def cancel(self) -> None:
        """Ask the search to stop."""
        if self._run is not None:
            self._run.cancel()

    def _on_proposed(self, data: Any, found: Any) -> None:
        film = self._film
        if film not in self._session.layers or film.data is not data:
            self._on_ended(THROWN_AWAY)
            return
        self._session.hip_boxes.place_all(film, found)
        names = tr(" and ").join(WORDS[side] for side in SIDES if side in found)
        self._on_ended(
            PROPOSED.format(tr("Proposed for the {names} hip").format(names=names))
        )

    def _on_ended(self, text: str) -> None:
        self._run = None
        self._say(text)
        self.running.emit(False)

    def _say(self, text: str) -> None:
        self._session.hip_boxes.said.emit(self._film, text)


class BoxTool(QWidget):
    """Two buttons; ``drawing`` is emitted when a person begins to draw.

    Parameters
    ----------
    name
        Of the button that draws; the other is called ``propose_<name>``.
    """

    drawing = Signal()

    def __init__(
        self, session: Session, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._film: Any = None
        self._side: Side | None = None
        self._why_not = ""
        self.proposal = BoxProposal(session, self)
        self.draw_button = button(name, tr("Draw hip box"))
        self.propose_button = button(f"propose_{name}", tr("Propose"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.draw_button, 2)
        layout.addWidget(self.propose_button, 1)
        press(self.draw_button, self._on_draw_clicked)
        press(self.propose_button, lambda: self.proposal.propose(self._film))
        self.proposal.running.connect(lambda _: self._show_state())

    def show_film(
        self, film_layer: Any, why_not: str = "", side: Side | None = None
    ) -> None:
        """Draw on this film; locked for a reason."""
        self._film, self._why_not, self._side = film_layer, why_not, side
        self._show_state()

    def _on_draw_clicked(self) -> None:
        self._session.hip_boxes.draw(self._film, self._side)
        self.drawing.emit()

    def _show_state(self) -> None:
        _lock(self.draw_button, self._why_not, DRAW_HINT)
        why = self._why_not or why_no_proposal(
            self._session, self._film, self.proposal.is_running
        )
        _lock(self.propose_button, why, PROPOSE_HINT)


def why_no_proposal(session: Session, film_layer: Any, running: bool) -> str:
    """Why no box can be proposed; empty when it can."""
    if facts_of(film_layer).get("owner"):
        return IN_WORKBENCH
    if running:
        return SEARCHING_BUSY
    return ALL_THERE if len(session.hip_boxes.of(film_layer)) == len(SIDES) else ""


def _lock(control: QPushButton, reason: str, hint: str) -> None:
    enable(control, not reason, reason, hint)
