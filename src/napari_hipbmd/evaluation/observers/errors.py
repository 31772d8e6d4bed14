"""Intra- and inter-observer error of a whole study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

from ...core.anatomy import LANDMARK_IDS
from ...core.errors import Refused
from ...core.progress import Progress
from ...study import Study
from .compare import Comparison, FilmDifference, compare_observers
from .figures import ErrorFigures, Unit, error_figures
from .people import PeerKind, observers_of, pairs_of


@dataclass(frozen=True)
class ObserverErrors:
    """What a study tells about its observers.

    Attributes
    ----------
    study
        The name of its folder.
    comparisons
        Every pair that has films in common.
    """

    study: str
    comparisons: tuple[Comparison, ...]

    @property
    def kinds(self) -> tuple[PeerKind, ...]:
        """Which kinds of pairs there are, in the order of the tables."""
        there = {each.pair.kind for each in self.comparisons}
        return tuple(kind for kind in get_args(PeerKind) if kind in there)

    def differences(self, kind: PeerKind) -> list[FilmDifference]:
        """All differences of one kind of pairs."""
        return [
            each
            for comparison in self.comparisons
            if comparison.pair.kind == kind
            for each in comparison.differences
        ]

    def pooled(self, kind: PeerKind, unit: Unit = "mm") -> ErrorFigures:
        """Figures over all landmarks, films and pairs of a kind."""
        return error_figures(self.differences(kind), unit)

    def by_landmark(self, kind: PeerKind, unit: Unit = "mm") -> dict[str, ErrorFigures]:
        """Landmark → figures over all films and pairs of a kind."""
        every = self.differences(kind)
        return {
            name: error_figures([d for d in every if d.landmark == name], unit)
            for name in LANDMARK_IDS
        }


def study_errors(
    study: Study,
    annotators: Sequence[str] | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ObserverErrors:
    """Compare the annotators of a study with each other.

    Parameters
    ----------
    study
        The study.
    annotators
        Whom; by default everybody but the consensus.
    progress
        Called with how many comparisons of a film are done, of how many.
    cancelled
        Asked before each film.

    Raises
    ------
    Refused
        If an annotator is unknown, or no two have a film in common.
    Cancelled
        If ``cancelled`` said so.
    """
    names = observers_of(study) if annotators is None else tuple(annotators)
    unknown = [name for name in names if name not in study.annotators()]
    if unknown:
        known = ", ".join(study.annotators()) or "nobody"
        raise Refused(
            f"Nobody called {unknown[0][:40]!r} has labelled this study: there is"
            f" {known}."
        )
    pairs = pairs_of(names)
    count = len(pairs) * len(study.cases)

    def report(done: int, pair_number: int) -> None:
        if progress is not None:
            progress(pair_number * len(study.cases) + done, count)

    found = tuple(
        compare_observers(study, pair, lambda done, _, i=i: report(done, i), cancelled)  # type: ignore[misc]
        for i, pair in enumerate(pairs)
    )
    shared = tuple(each for each in found if each.differences)
    if not shared:
        raise Refused(
            "No film of this study is labelled by two people, or twice by one: let"
            " somebody else label the films, or begin a repeat session."
        )
    return ObserverErrors(study.folder.name, shared)
