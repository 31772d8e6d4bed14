"""The numbers of the open case: measured once, and again while a landmark moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from ....core.anatomy import LANDMARK_IDS
from ....core.errors import Refused
from ....core.hip_images import LandmarkSet
from ....core.measurement import Measurement
from ....core.radiograph import HipBox, Patient
from ....quality import withhold
from ....study import Labels
from ...ui.latest import Latest
from ...ui.sentences import said
from ...ui.translation import tr
from ...ui.turn import OncePerTurn, Rest
from ...viewer.films import film_of
from ...viewer.identity import facts_of
from ...viewer.layers import REGION_NAMES
from ...viewer.measuring import measure_film
from ...viewer.session import Session
from ..case.editor import Editor

if TYPE_CHECKING:
    from ....pipeline.models import Models

MEASURING = tr("measuring …")
FAILED = tr("The measurement failed; napari's message says how.")


class CaseNumbers(OncePerTurn):
    """Measures an open case in the background, and follows its landmarks.

    The numbers are those of the landmarks that a person placed, all sixteen of them:
    a prediction stands in for none.

    ``measured`` is emitted with the measurement and with sentences about it,
    ``nothing`` with the reason why there are no numbers now.
    """

    measured = Signal(object, list)
    nothing = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._film: Any = None
        self._editor: Editor | None = None
        self._shown: Labels | None = None
        self._box: HipBox | None = None
        self._known: Measurement | None = None
        self._models: Models | None = None
        self._rest = Rest(self)
        self._rest.rested.connect(self._on_rest)
        self._latest = Latest(self)
        self._latest.done.connect(lambda found: self._on_done(*found))
        self._latest.refused.connect(self.nothing)
        self._latest.failed.connect(self._on_failed)

    def open(self, film_layer: Any, editor: Editor) -> None:
        """Measure a case, and follow it until it is closed."""
        self.close()
        self._film, self._editor, self._shown = film_layer, editor, editor.labels
        editor.changed.connect(self._on_changed)
        editor.previewed.connect(self._on_previewed)
        self._session.models_chosen.connect(self._begin)
        self._session.policy_chosen.connect(self._ask)
        self._begin()

    def close(self) -> None:
        """Follow the case no more, and stop measuring it."""
        self._latest.forget()
        self._rest.stop()
        if self._editor is not None:
            self._editor.changed.disconnect(self._on_changed)
            self._editor.previewed.disconnect(self._on_previewed)
            self._session.models_chosen.disconnect(self._begin)
            self._session.policy_chosen.disconnect(self._ask)
        self._film = self._editor = self._shown = self._known = self._models = None

    def _begin(self) -> None:
        """Read the film anew, off the main thread."""
        editor = self._editor
        assert editor is not None
        self._latest.forget()
        self._known, self._box = None, self._drawn_box()
        facts, folder = facts_of(self._film), self._session.models_folder
        try:
            film = film_of(self._film)
        except Refused as refusal:
            self.nothing.emit(said(refusal))
            return
        arguments: dict[str, Any] = {
            "image": facts.get("case_id", ""),
            "patient": facts.get("patient", Patient()),
            "side": facts.get("side"),
            "box": self._box,
        }
        if np.isfinite(editor.labels.xy).all():
            # As the command line measures somebody's landmarks: the box around them.
            arguments["landmarks_xy"] = editor.labels.xy
        elif self._box is None and editor.predicted is not None:
            arguments["box"] = editor.predicted.film.box
        self.nothing.emit(MEASURING)
        self._latest.ask(lambda run: measure_film(run, film, folder, arguments))

    def _on_done(self, found: Measurement, models: Models | None) -> None:
        if found.landmarks is not None:
            # What a person has placed has no expected error, moved or not.
            placed = LandmarkSet(found.landmarks.xy, np.zeros(len(LANDMARK_IDS)))
            found = replace(found, landmarks=placed)
        self._known, self._models = found, models
        self._on_turn()

    def _on_failed(self, error: BaseException) -> None:
        self.nothing.emit(FAILED)
        raise error

    def _on_changed(self) -> None:
        assert self._editor is not None
        if self._drawn_box() != self._box:
            self._begin()
        self._on_previewed(self._editor.labels)

    def _on_previewed(self, labels: Labels) -> None:
        self._shown = labels
        self._ask()

    def _on_turn(self) -> None:
        self._rest.start()
        self._measure(moving=True)

    def _on_rest(self) -> None:
        self._measure(moving=False)

    def _measure(self, moving: bool) -> None:
        """Measure the landmarks as they are shown."""
        from .... import pipeline

        labels, known = self._shown, self._known
        if labels is None or known is None:
            return
        xy = labels.xy
        missing = [
            name
            for name, there in zip(
                LANDMARK_IDS, np.isfinite(xy).all(axis=1), strict=True
            )
            if not there
        ]
        if missing:
            self.nothing.emit(_missing(missing))
            return
        try:
            self._known = pipeline.remeasure(
                known, xy, models=self._models, moving=moving
            )
        except (ValueError, Refused) as problem:
            self.nothing.emit(said(problem))
            return
        judged = withhold(self._known, self._session.policy)
        self.measured.emit(judged, _caveats(labels))

    def _drawn_box(self) -> HipBox | None:
        """The hip box of the case, as the study keeps it."""
        drawn: HipBox | None = facts_of(self._film).get("box")
        return drawn


def _missing(names: Sequence[str]) -> str:
    if len(names) == 1:
        return tr(
            "{names} has no position, and numbers need all sixteen landmarks."
        ).format(names=names[0])
    count = len(names)
    listed = ", ".join(names) if count < len(LANDMARK_IDS) else "all"
    return tr(
        "{count} landmarks have no position ({listed}), and numbers need all sixteen."
    ).format(count=count, listed=listed)


def _caveats(labels: Labels) -> list[str]:
    if not labels.regions:
        return []
    drawn = ", ".join(REGION_NAMES[region] for region in labels.regions)
    text = tr(
        "The outline of {drawn} is drawn by hand; what is measured lies"
        " between the landmarks."
    ).format(drawn=drawn)
    return [text]
