"""Both hips of a film: proposed as two cases, and the way between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject

from ...core.errors import Refused
from ...core.hip_box import BoxBySide
from ...core.radiograph import Radiograph
from ...study.both_hips import (
    TwoHips,
    make_one_case,
    make_two_cases,
    may_be_two_cases,
)
from ..ui.run import Run, begin
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.identity import facts_of
from ..viewer.proposing import propose_hip_boxes
from .opened.work import Work
from .proposed_layer import ProposedLayer
from .queue.case_bar import CaseBar

OFFER = tr("Both hips are seen on this film, and the study has one row for it.")
MADE = tr("{} is the left hip now and {} the right one; look at their boxes.")
ONE_HIP = tr(
    "No other hip is known on this film: if it shows one, place its box in the dock Hip"
    " boxes."
)
SEARCHING = tr("The hips of this film are being searched for: try again in a moment.")


class FilmHips(QObject):
    """Looks for a second hip on a film that has one row, and goes between two.

    Nothing is written before a person says so, by :meth:`go` or the button; and
    :meth:`take_back` undoes it.

    Parameters
    ----------
    work
        What is open.
    bar
        Where the offer stands.
    parent
        Of Qt.
    """

    def __init__(self, work: Work, bar: CaseBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._bar = work, bar
        self._layer = ProposedLayer(work.case_view)
        self._run: Run | None = None
        self._found: dict[Path, BoxBySide] = {}
        self._done: TwoHips | None = None
        work.case_opened.connect(self._on_case_opened)
        work.case_closing.connect(self._on_case_closing)
        bar.other_hip_wanted.connect(self.go)
        bar.two_hips_wanted.connect(self.make)
        bar.one_hip_wanted.connect(self.take_back)

    def go(self) -> None:
        """Open the film's other case; make it first, where it was only proposed."""
        other = self._other()
        if other is not None:
            self._work.open_case(other)
        elif self._proposed() is not None:
            self.make()
        elif self._work.editor is not None:
            self._work.say(SEARCHING if self._run is not None else ONE_HIP)

    def make(self) -> None:
        """Write both hips into the study, as they were proposed."""
        work, boxes = self._work, self._proposed()
        if work.study is None or boxes is None:
            return
        case_id = work.case_id
        try:
            done = make_two_cases(work.study, case_id, boxes, work.who)
        except Refused as refusal:
            work.say(said(refusal), warning=True)
            return
        self._done = done
        self._reopen()
        names = {case.side: case.case_id for case in done.made}
        work.say(MADE.format(names["L"], names["R"]))

    def take_back(self) -> None:
        """Undo :meth:`make`."""
        if self._done is None:
            return
        before = self._done.before.case_id
        self._work.close_case()
        try:
            make_one_case(self._done)
        except Refused as refusal:
            self._reopen()
            self._work.say(said(refusal), warning=True)
            return
        self._done = None
        self._reopen(before)
        self._work.say(
            tr("{before} is one case again, as it was.").format(before=before)
        )

    def leave(self) -> None:
        """End what is being searched for, and show nothing."""
        self._on_case_closing()

    def _reopen(self, case_id: str = "") -> None:
        """Read the study anew, at a case of it."""
        work = self._work
        assert work.study is not None
        work.open_study(work.study.folder, work.who, work.settling)
        if case_id and case_id != work.case_id:
            work.open_case(case_id)

    def _other(self) -> str | None:
        """The next case of the open film, round and round; None where there is none."""
        study, case_id = self._work.study, self._work.case_id
        if study is None or not case_id:
            return None
        image = study.case(case_id).image
        names = [case.case_id for case in study.cases if case.image == image]
        after = names[(names.index(case_id) + 1) % len(names)]
        return after if after != case_id else None

    def _proposed(self) -> BoxBySide | None:
        """Two boxes for the open film, as long as they may be agreed to."""
        study, case_id = self._work.study, self._work.case_id
        if study is None or not case_id or not may_be_two_cases(study, case_id):
            return None
        found = self._found.get(study.case(case_id).image, {})
        return found if len(found) == 2 else None

    def _on_case_opened(self, editor: Any) -> None:
        study, case_id = self._work.study, self._work.case_id
        assert study is not None
        if self._work.settling is None and may_be_two_cases(study, case_id):
            image = study.case(case_id).image
            film = facts_of(self._work.case_view.film)["film"]
            if image not in self._found and _may_show_two(film):
                self._search(image, film)
        self._show()

    def _on_case_closing(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self._run = None
        self._layer.show({})
        self._bar.show_hips(other=False)

    def _search(self, image: Path, film: Radiograph) -> None:
        folder = Path(self._work.model) if self._work.model else None
        run = self._run = begin(
            self,
            lambda run: propose_hip_boxes(run, film, folder, None),
            lambda found: self._on_found(run, image, found),
            lambda _: self._on_ended(run),
        )

    def _on_found(self, run: Run, image: Path, found: BoxBySide) -> None:
        self._found[image] = found
        self._on_ended(run)

    def _on_ended(self, run: Run) -> None:
        if run is self._run:
            self._run = None
            self._show()

    def _show(self) -> None:
        proposed = self._proposed()
        done = self._done
        self._layer.show(proposed or {})
        self._bar.show_hips(
            other=self._other() is not None,
            offer=OFFER if proposed is not None else "",
            undo=done is not None and self._work.case_id in done.names,
        )


def _may_show_two(film: Radiograph) -> bool:
    """Whether a film is too large for one hip."""
    from ...landmarks.locate import needs_locating

    return needs_locating(film.shape, film.spacing_mm)
