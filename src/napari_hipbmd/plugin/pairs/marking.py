"""What a person does to the film that is open: draws, has proposed, decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from qtpy.QtCore import QObject, Signal

from ...core.errors import Refused
from ...core.radiograph import HipBox
from ...study.film_marks import FilmType
from ..ui.annotator import choose_annotator
from ..ui.run import Run
from ..ui.translation import tr
from ..viewer.session import Session
from . import work
from .films import PairFilm
from .mark_layers import MarkLayers
from .marking_panel import MarkingPanel
from .marks_editor import MarksEditor

NO_NAME = tr(
    "Type your name first: the type is stored with who confirmed it, and when."
)
PROPOSED = tr("Proposed by the networks: correct it with brush, eraser or polygon.")
BOXES_PROPOSED = tr(
    "STO boxes proposed beside the bones: {}. Look at each; <b>Take away</b> those that"
    " show bone."
)
NO_ROOM = tr("No more room for an STO box was found beside the bones: draw one.")
SNAPPED = tr("The rim follows the edges now; Ctrl+Z on the mask brings it back.")


class Begin(Protocol):
    """Starts a task behind the progress bar; ``done`` is given its result."""

    def __call__(
        self, what: str, task: Callable[[Run], Any], done: Callable[[Any], None]
    ) -> None: ...


class Marking(QObject):
    """The panel's wishes, done to the marks of the open film.

    ``told`` comes with a sentence for the person.
    """

    told = Signal(str)

    def __init__(
        self, session: Session, editor: MarksEditor, panel: MarkingPanel, begin: Begin
    ) -> None:
        super().__init__(panel)
        self._session = session
        self._editor = editor
        self._panel = panel
        self._begin = begin
        panel.draw_wanted.connect(self.draw)
        panel.boxes_wanted.connect(self._on_boxes_wanted)
        panel.propose_wanted.connect(self._on_propose_wanted)
        panel.snap_wanted.connect(self._on_snap_wanted)
        panel.type_chosen.connect(self.choose_type)
        panel.patient_typed.connect(editor.choose_patient)
        editor.flagged.connect(self._on_flagged)

    def draw(self, what: str) -> None:
        """Put a tool into the hand, or take away the STO boxes that are selected."""
        layers = self._editor.layers
        if layers is None:
            return
        if what == "sto":
            layers.draw_on(layers.tissue, "add_rectangle")
        elif what == "remove":
            layers.tissue.remove_selected()
        else:
            layers.draw_on(layers.mask, what)

    def choose_type(self, film_type: FilmType) -> None:
        """Say what type the film is, in the name that was typed."""
        name = self._panel.annotator()
        try:
            self._editor.choose_type(film_type, name)
        except Refused:
            self.told.emit(NO_NAME)
            return
        choose_annotator(name)

    def _on_boxes_wanted(self) -> None:
        self._editor.save()
        marks = self._editor.marks()
        taken = () if marks is None else marks.sto_boxes

        def show(layers: MarkLayers, boxes: list[HipBox]) -> None:
            layers.add_boxes(boxes)
            layers.draw_on(layers.tissue, "select")
            self.told.emit(BOXES_PROPOSED.format(len(boxes)) if boxes else NO_ROOM)

        self._look(tr("Looking for soft tissue"), work.propose_sto, show, taken)

    def _on_propose_wanted(self) -> None:
        self._look(
            tr("Looking for the hip"), work.propose_mask, self._show_mask(PROPOSED)
        )

    def _on_snap_wanted(self) -> None:
        film, layers = self._editor.film, self._editor.layers
        if film is not None and layers is not None:
            task = work.snap(self._editor.radiograph(), layers.bone())
            show = self._show_mask(SNAPPED)
            self._begin(tr("Following edges"), task, self._if_open(film, show))

    def _look(self, what: str, work_of: Any, show: Any, *more: Any) -> None:
        """Have the networks look at the open film, and show what they propose."""
        film = self._editor.film
        if film is not None:
            task = work_of(
                self._editor.radiograph(),
                self._editor.hip_boxes(),
                film.side,
                self._session.models_folder,
                *more,
            )
            self._begin(what, task, self._if_open(film, show))

    def _if_open(self, film: PairFilm, show: Any) -> Callable[[Any], None]:
        """Shows a result on the layers of its film, unless that was left meanwhile."""

        def done(result: Any) -> None:
            now, layers = self._editor.film, self._editor.layers
            if now is not None and layers is not None and now.name == film.name:
                show(layers, result)

        return done

    def _show_mask(self, told: str) -> Callable[[MarkLayers, Any], None]:
        def show(layers: MarkLayers, mask: Any) -> None:
            layers.put_mask(mask)
            self.draw("paint")
            self.told.emit(told)

        return show

    def _on_flagged(self, shares: list[float] | None) -> None:
        from ...tasks.propose import TOUCHES

        self._panel.show_flags(shares, TOUCHES)
