"""One case of the consensus: an editor that knows the two who have to agree."""

from __future__ import annotations

from collections.abc import Iterable

from ....core.anatomy import LANDMARK_IDS
from ....evaluation.observers import accepted, averaged, compare_labels, settled
from ....study import Change, Labels, OpenCase
from ...ui.translation import tr
from .editor import Editor


class ConsensusEditor(Editor):
    """Settles a case between two observers; places of its own are third ones.

    Parameters
    ----------
    case
        The consensus's labels.
    a, b
        The two observers' labels; None for who has not labelled this film.
    who
        The person who settles.
    """

    def __init__(
        self, case: OpenCase, a: Labels | None, b: Labels | None, who: str
    ) -> None:
        super().__init__(case, who=who)
        self.a, self.b = a, b

    def accept_from(self, first: bool, names: Iterable[str] | None = None) -> bool:
        """Take one observer's places over, by default of the current landmark."""
        chosen, other = (self.a, self.b) if first else (self.b, self.a)
        if chosen is None or other is None:
            return self._refuse_alone()
        wanted = self._wanted(names)
        return self._settle(
            accepted(self.labels, chosen, other, self.who, wanted),
            tr("{annotator} has not reached {wanted}.").format(
                annotator=chosen.annotator, wanted=wanted[0]
            ),
        )

    def take_mean(self, names: Iterable[str] | None = None) -> bool:
        """Put landmarks half-way between the two, by default the current one."""
        if self.a is None or self.b is None:
            return self._refuse_alone()
        wanted = self._wanted(names)
        return self._settle(
            averaged(self.labels, self.a, self.b, self.who, wanted),
            tr(
                "There is no mean of {wanted}: only one of the two has placed it."
            ).format(wanted=wanted[0]),
        )

    def take_close_means(self, most_mm: float) -> bool:
        """Settle what is missing and on which the two are close, by the mean."""
        if self.a is None or self.b is None:
            return self._refuse_alone()
        close = [
            each.landmark
            for each in compare_labels(self.a, self.b)
            if each.landmark in self.labels.missing
            and each.distance_mm is not None
            and each.distance_mm <= most_mm
        ]
        if not close:
            self.said.emit(
                tr("Nothing that is missing lies within {most_mm:.1f} mm.").format(
                    most_mm=most_mm
                )
            )
            return False
        return self.take_mean(close)

    def _revised(self, change: Change) -> Change:
        if self.a is None or self.b is None:
            return change
        return settled(change, self.labels, self.a, self.b)

    def _settle(self, change: Change, nothing: str) -> bool:
        if not change.landmarks:
            if self.current == "T5" and "T5" in self.labels.landmarks:
                nothing = tr("T5 is the middle of N3 and N4: settle those.")
            self.said.emit(nothing)
            return False
        done = self.apply(change)
        if done and self.current not in self.labels.missing:
            self.advance()
        return done

    def _wanted(self, names: Iterable[str] | None) -> list[str]:
        known = [self.current] if names is None else list(names)
        return [name for name in LANDMARK_IDS if name in known]

    def _refuse_alone(self) -> bool:
        self.said.emit(tr("Only one of the two has labelled this film."))
        return False
