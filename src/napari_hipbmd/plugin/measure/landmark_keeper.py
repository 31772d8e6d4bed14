"""The landmarks that a person moves on a measured film, kept as labels of its study."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from ...core.anatomy import INDEX, LANDMARK_IDS, Points
from ...core.errors import Refused
from ...study import Change, ConflictFound, FilmFacts, Labels, OpenCase
from ...study.labelling import edits as edit
from ...study.labelling.persons_name import persons_name
from ..ui.run import in_words
from ..ui.sentences import said
from ..ui.translation import tr
from ..ui.turn import Rest
from ..viewer.case_of_film import FilmCase, case_of_film
from ..viewer.edits import OwnHand
from ..viewer.films import film_of
from ..viewer.origins import origin_of
from ..viewer.session import Session

if TYPE_CHECKING:
    from ...core.measurement import Measurement

ELSEWHERE = tr(
    "These labels were changed in another window or by another program: they are shown"
    " as they are now, and what was moved here last is not kept."
)
CONFLICT = tr(
    "These labels are in conflict: open the case in the workbench to settle it."
)
SAME_PX = 1e-6


class LandmarkKeeper(QObject):
    """Writes moved landmarks of the film in front into labels, each with its journal.

    On a film of a study every move is kept once the landmark rests; on a loose film
    from :meth:`keep` on, in ``labels/`` beside it. What a network found and nobody
    moved is not signed before :meth:`keep`.

    ``changed`` is emitted when labels are others than before, ``said`` with a sentence.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._film: Any = None
        self._who = ""
        self._case: OpenCase | None = None
        self._kept_loose: set[Path] = set()
        self._found: Points | None = None
        self._seen: Points | None = None
        self._drawing = OwnHand()
        self._rest = Rest(self)
        self._rest.rested.connect(self._on_rest)

    @property
    def labels(self) -> Labels | None:
        """What is kept of the film in front, or None."""
        return None if self._case is None else self._case.state

    @property
    def can_undo(self) -> bool:
        """Whether there is a change of this film's labels to take back."""
        return self._case is not None and self._case.can_undo

    @property
    def is_loose(self) -> bool:
        """Whether the film lies on the disk, in no study."""
        return self._of_study() is None and self._origin() is not None

    def given_xy(self) -> Points | None:
        """The person's landmarks, to be measured with where all sixteen are there."""
        labels = self.labels
        return None if labels is None or labels.missing else labels.xy

    def follow(self, film_layer: Any, who: str) -> None:
        """Turn to another film, or to another person's labels of it."""
        if film_layer is self._film and who == self._who:
            return
        self.let_go()
        self._film, self._who = film_layer, who
        if self._of_study() is not None or self._origin() in self._kept_loose:
            self._open()
        else:
            self._open_if_there()
        self._found = self._seen = self._shown()
        self._draw()
        self.changed.emit()

    def follow_new(self, film_layer: Any) -> None:
        """A film was measured: what is kept of it is drawn over what was found."""
        if film_layer is self._film:
            self._found = self._seen = self._shown()
            self._draw()
            self.changed.emit()

    def follow_moves(self, film_layer: Any) -> None:
        """A landmark of a film may have moved."""
        if film_layer is self._film and not self._drawing:
            self._rest.start()

    def keep(self) -> None:
        """Keep all sixteen as they are; who keeps them signs them."""
        origin = self._origin()
        if self._case is None and origin is not None:
            self._kept_loose.add(origin)
            self._open()
        case, predicted = self._case, self._predicted()
        if case is None or predicted is None:
            return
        self._on_rest()
        told = self._do(
            lambda labels: edit.accept(
                labels, predicted, self._who, LANDMARK_IDS, only_missing=True
            )
        )
        self.changed.emit()
        self.said.emit(told)

    def undo(self) -> None:
        """Take the last change back, and show the landmarks as they were."""
        self._on_rest()
        if self._case is None:
            return
        try:
            undone = self._case.undo()
        except ConflictFound:
            self._take_theirs()
            self.said.emit(ELSEWHERE)
            return
        except (Refused, OSError) as problem:
            self._tell(problem)
            return
        self._draw()
        if undone is not None:
            self.said.emit(tr("Undone: {text}.").format(text=said(undone.text)))
        self.changed.emit()

    def let_go(self) -> None:
        """Keep what was moved last, and let other windows write these labels."""
        self._on_rest()
        self._leave()

    def _leave(self) -> None:
        case, self._case, self._film = self._case, None, None
        if case is not None:
            try:
                case.close()
            except ConflictFound:
                self.said.emit(CONFLICT)
            except (Refused, OSError) as problem:
                self._tell(problem)

    # which labels

    def _of_study(self) -> FilmCase | None:
        return None if self._film is None else case_of_film(self._film)

    def _origin(self) -> Path | None:
        return None if self._film is None else origin_of(self._film)

    def _where(self) -> FilmCase | None:
        origin = self._origin()
        loose = None if origin is None else FilmCase(origin.parent, origin.stem)
        return self._of_study() or loose

    def _open_if_there(self) -> None:
        """Labels that were kept beside a loose film before are gone on with."""
        where = self._where()
        if where is not None and self._who:
            kept = where.study / "labels" / self._who / f"{where.case_id}.json"
            if kept.is_file():
                self._open()

    def _open(self) -> None:
        where = self._where()
        if where is None or not self._who:
            return
        measurement = self._session.measurement(self._film)
        side = None if measurement is None else measurement.side
        try:
            who = persons_name(self._who, "Your name")
            film = FilmFacts.of(film_of(self._film), side)
            self._case = OpenCase(where.study, who, where.case_id, film)
        except (Refused, OSError) as problem:
            self._tell(problem)
            return
        if self._case.conflict is not None:
            self.said.emit(CONFLICT)
            self._leave()
        elif self._case.notice:
            self.said.emit(said(self._case.notice))

    # what moved

    def _measured(self) -> Measurement | None:
        return self._session.measurement(self._film)

    def _shown(self) -> Points | None:
        measurement = self._measured()
        marks = None if measurement is None else measurement.landmarks
        return None if marks is None else marks.xy.copy()

    def _on_rest(self) -> None:
        """Keep what has moved since it was last looked at."""
        self._rest.stop()
        now, before, case = self._shown(), self._seen, self._case
        if now is None or before is None or case is None:
            return
        self._seen, told = now, None
        for name in LANDMARK_IDS:
            x, y = (float(v) for v in now[INDEX[name]])
            if np.abs(now[INDEX[name]] - before[INDEX[name]]).max() > SAME_PX:
                told = self._do(
                    lambda labels, n=name, xy=(x, y): self._moved(labels, n, xy)
                )
        self._draw()
        self.changed.emit()
        if told is not None:
            self.said.emit(told)

    def _moved(self, labels: Labels, name: str, xy: tuple[float, float]) -> Change:
        predicted = self._predicted()
        if name in labels.landmarks or predicted is None:
            return edit.place(labels, name, xy, self._who)
        return edit.start_from(labels, predicted, name, xy, self._who)

    def _predicted(self) -> Labels | None:
        """What the networks found on this film, where they did."""
        from ...core.hip_images import LandmarkSet
        from ...pipeline.models import landmarks_model
        from ...study.labelling.predictions import predicted_labels

        measurement, case = self._measured(), self._case
        if measurement is None or self._found is None or case is None:
            return None
        marks = measurement.landmarks
        assert marks is not None
        name, version = landmarks_model(self._session.models_folder)
        film = FilmFacts.of(film_of(self._film), measurement.side)
        found = LandmarkSet(self._found, marks.sigma_mm)
        return predicted_labels(case.case_id, found, film, name, version)

    def _do(self, make: Any) -> str:
        """Make a change and keep it; gives what to say of it: why it was not kept."""
        case = self._case
        if case is None:
            return ""
        try:
            case.apply(make(case.state))
            case.save()
        except ConflictFound:
            self._take_theirs()
            return ELSEWHERE
        except (Refused, OSError) as problem:
            return _not_kept(problem)
        return ""

    def _take_theirs(self) -> None:
        """Go on with what somebody else wrote meanwhile."""
        case, self._case = self._case, None
        if case is not None:
            with suppress(ConflictFound, Refused, OSError):
                case.close()
        self._open()
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        """The points as the labels have them; where these have none, as was found."""
        labels = self.labels
        if self._film is None or labels is None or self._found is None:
            return
        points = self._session.result(self._film, "landmarks")
        if points is None:
            return
        kept = labels.xy
        xy = np.where(np.isfinite(kept), kept, self._found)
        rows = [INDEX[name] for name in points.features["id"]]
        if not np.allclose(xy[rows], points.data[:, ::-1], atol=SAME_PX):
            with self._drawing:
                points.data = xy[rows][:, ::-1]
                self._session.remeasure(self._film)
        self._seen = self._shown()

    def _tell(self, problem: BaseException) -> None:
        self.said.emit(_not_kept(problem))


def _not_kept(problem: BaseException) -> str:
    told = in_words(problem) if isinstance(problem, OSError) else said(problem)
    return tr("Not kept: {told}").format(told=told)
