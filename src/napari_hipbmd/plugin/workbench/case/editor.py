"""What an annotator does to one open case; knows neither layers nor widgets."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from psygnal import Signal

from ....core.anatomy import INDEX, LANDMARK_IDS, TIES, Points, Region
from ....core.errors import Refused
from ....core.radiograph import HipBox
from ....study import Change, Label, Labels, OpenCase, State
from ....study.boxes import remember_case_box
from ....study.labelling import edits as edit
from ....study.labelling.label import XY
from ...ui.sentences import said
from ...ui.translation import tr
from .kept_case import KeptCase

FINE_PX = 0.2
COARSE_PX = 1.0
NO_FILM = tr(
    "There is no film there: nothing was placed. A landmark that is not on the film is"
    " absent."
)


class Editor(KeptCase):
    """One case being annotated: its labels, its predictions, the current landmark.

    Parameters
    ----------
    case
        The labels.
    predicted
        What a model found; None when nothing is known yet.
    who
        Signs the changes; by default the annotator.

    Attributes
    ----------
    previewed
        Emitted with the labels as they would be, while a point is dragged.
    current_changed
        Emitted with the id of the landmark that is now the current one.
    """

    previewed = Signal(object)
    current_changed = Signal(str)

    def __init__(
        self, case: OpenCase, predicted: Labels | None = None, who: str = ""
    ) -> None:
        super().__init__(case)
        self.who = who or case.annotator
        self.predicted = predicted
        self.auto_advance = True
        missing = self.labels.missing
        self._current = missing[0] if missing else LANDMARK_IDS[0]

    @property
    def current(self) -> str:
        """The landmark that keys and buttons are about."""
        return self._current

    def label(self, name: str | None = None) -> Label | None:
        """The label of a landmark, by default of the current one."""
        return self.labels.landmarks.get(name or self._current)

    # which landmark

    def select(self, name: str) -> None:
        """Make a landmark the current one."""
        if name != self._current:
            self._current = name
            self.current_changed.emit(name)

    def step(self, by: int) -> None:
        """Go to the landmark that many places on, round and round."""
        count = len(LANDMARK_IDS)
        self.select(LANDMARK_IDS[(INDEX[self._current] + by) % count])

    def next_missing(self) -> None:
        """Go to the next landmark that is neither placed nor absent."""
        name = self.missing_after(self._current)
        if name is None:
            self.said.emit(tr("No landmark is missing."))
        else:
            self.select(name)

    def missing_after(self, name: str) -> str | None:
        """The first missing landmark after one in the schema's order, or None."""
        missing = set(self.labels.missing)
        start = INDEX[name] + 1
        order = (*LANDMARK_IDS[start:], *LANDMARK_IDS[:start])
        return next((each for each in order if each in missing), None)

    # changes

    def place(self, xy: tuple[float, float], name: str | None = None) -> bool:
        """Put a landmark, by default the current one, and go to the next missing."""
        name = name or self._current
        was_missing = name in self.labels.missing

        def place() -> Change:
            self._insist_on_film(xy)
            return edit.place(self.labels, name, xy, self.who)

        done = self._do(place)
        if done and was_missing:
            self.advance()
        return done

    def place_likely(self, middle: XY) -> bool:
        """Put the current landmark, without a mouse, where it is likely to be.

        That is its prediction, else where the others put it, else ``middle``. It stays
        the current one, to be moved from there.
        """
        label = self.label()
        if label is not None and label.xy is not None:
            text = tr("{name} has a place: the arrow keys move it.")
            self.said.emit(text.format(name=self._current))
            return False
        if self.predicted is not None and self._current in self.predicted.landmarks:
            return self.accept([self._current])
        xy = self._likely() or middle
        return self._do(lambda: edit.place(self.labels, self._current, xy, self.who))

    def _likely(self) -> XY | None:
        """Where the other landmarks put the current one, on the film, if they do."""
        from ....landmarks.likely import likely_place

        film, xy = self.labels.film, self.labels.xy
        if film.side is None:
            return None
        found = likely_place(self._current, xy, film.side, film.spacing_mm)
        if found is None or film.shape is None:
            return found
        rows, columns = film.shape
        x, y = np.clip(found, 0, (columns - 1, rows - 1))
        return float(x), float(y)

    def start_from(self, name: str, xy: tuple[float, float]) -> bool:
        """Put a missing landmark, starting from its prediction."""
        predicted = self.predicted
        if predicted is None or name not in predicted.landmarks:
            return self.place(xy, name)

        def start() -> Change:
            self._insist_on_film(xy)
            return edit.start_from(self.labels, predicted, name, xy, self.who)

        done = self._do(start)
        if done:
            self.select(name)
            self.advance()
        return done

    def click(self, xy: tuple[float, float]) -> None:
        """A click on the film: the current landmark if missing, else the next one."""
        missing = self.labels.missing
        if not missing:
            self.said.emit(tr("Every landmark is placed: drag one to move it."))
            return
        name = self._current
        if name not in missing:
            name = self.missing_after(name) or missing[0]
        self.place(xy, name)

    def advance(self) -> None:
        """Go to the next missing landmark, where that is wanted."""
        name = self.missing_after(self._current)
        if self.auto_advance and name is not None:
            self.select(name)

    def preview(self, name: str, xy: tuple[float, float]) -> None:
        """Show a landmark, and what is tied to it, somewhere without changing it."""
        try:
            change = edit.place(self.labels, name, xy, self.who)
            labels = change.applied_to(self.labels)
        except Refused as refusal:
            self.said.emit(said(refusal))
            return
        self.previewed.emit(labels)

    def nudge(self, dx: float, dy: float) -> bool:
        """Move the current landmark by a part of a pixel."""
        label = self.label()
        if label is None or label.xy is None:
            self.said.emit(
                tr("{current} has no position: place it first.").format(
                    current=self._current
                )
            )
            return False
        x, y = label.xy
        return self._do(
            lambda: edit.place(self.labels, self._current, (x + dx, y + dy), self.who)
        )

    def set_state(self, state: State) -> bool:
        """Say how sure one is of the current landmark; ``absent`` goes on."""
        was_missing = self._current in self.labels.missing
        done = self._do(
            lambda: edit.set_state(self.labels, self._current, state, self.who)
        )
        if done and was_missing:
            self.advance()
        return done

    def unplace(self, names: Iterable[str] | None = None) -> bool:
        """Take landmarks off, by default the current one; undo brings them back."""
        chosen = list(names if names is not None else [self._current])
        return self._do(lambda: edit.clear(self.labels, chosen))

    def accept(self, names: Iterable[str], *, only_missing: bool = False) -> bool:
        """Take predictions over as they are."""
        predicted = self.predicted
        if predicted is None:
            self.said.emit(tr("There is no prediction for this film yet."))
            return False
        chosen = list(names)
        return self._do(
            lambda: edit.accept(
                self.labels, predicted, self.who, chosen,
                only_missing=only_missing,
            )
        )  # fmt: skip

    def accept_current(self) -> bool:
        """Accept the prediction of the current landmark, and go to the next missing."""
        done = self.accept([self._current])
        if done:
            self.advance()
        return done

    def accept_all(self) -> bool:
        """Accept every prediction of a landmark that is still missing."""
        done = self.accept(LANDMARK_IDS, only_missing=True)
        if not done and self.predicted is not None:
            self.said.emit(tr("Every landmark is placed already: accept one by one."))
        return done

    def toggle_tie(self, name: str | None = None) -> bool:
        """Tie a landmark to its twin, or keep the two apart."""
        tie = tie_of(name or self._current)
        if tie is None:
            self.said.emit(tr("{name} has no twin.").format(name=name or self._current))
            return False
        tied = tie in self.labels.apart
        return self._do(lambda: edit.tie(self.labels, tie, self.who, tied=tied))

    def outline(self, region: Region, corners: Points) -> bool:
        """Give a region an outline of its own."""
        return self._do(lambda: edit.outline(self.labels, region, corners))

    def follow_landmarks(self, region: Region) -> bool:
        """Let a region follow its landmarks again."""
        return self._do(lambda: edit.follow_landmarks(self.labels, region))

    def keep_box(self, box: HipBox) -> None:
        """Keep the hip box with the study, for whatever measures it.

        Raises
        ------
        Refused
            If it cannot be kept.
        """
        case = self.case
        side = self.labels.film.side
        remember_case_box(case.folder, case.case_id, side, box, self.annotator)

    def set_box(self, box: HipBox) -> bool:
        """Keep the hip box that was drawn."""
        from dataclasses import replace

        return self._do(
            lambda: edit.set_film(self.labels, replace(self.labels.film, box=box))
        )

    def _insist_on_film(self, xy: tuple[float, float]) -> None:
        """Refuse a place beyond the film, where a hand has slipped."""
        shape = self.labels.film.shape
        if shape is not None:
            rows, columns = shape
            if not (-0.5 <= xy[0] <= columns - 0.5 and -0.5 <= xy[1] <= rows - 0.5):
                raise Refused(NO_FILM)

    def _on_travelled(self, change: Change) -> None:
        touched = list(change.landmarks)
        if touched and self._current not in touched:
            self.select(touched[0])


def tie_of(name: str) -> str | None:
    """The tie that a landmark belongs to; T5's is its own."""
    if name == "T5":
        return "T5"
    return next(
        (tie for tie, names in TIES.items() if name in names and tie != "T5"), None
    )
