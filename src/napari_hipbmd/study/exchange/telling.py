"""What an import says of the labels that it brought, and of those that it did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..doubts import doubts_about
from ..labelling.changes import Change
from ..labelling.labels import Labels
from ..study import Study
from .cases import Cases
from .parcel import Intake, Parcel

MANY = 8


def states_of(changes: Iterable[Change]) -> dict[str, int]:
    """State → how many of the landmarks that changed have it."""
    marks = [m for change in changes for m in change.landmarks.values() if m]
    return dict(Counter(str(mark.state) for mark in marks))


def doubts_of(
    study: Study, annotator: str, read: Iterable[str], cases: Cases
) -> Iterator[str]:
    """What a check of these cases says, and points that come all as occluded."""
    for case_id in read:
        labels = study.labels(annotator, case_id)
        if labels is None:
            continue
        film = cases.film(case_id)
        for doubt in doubts_about(replace(labels, film=film.or_else(labels.film))):
            yield f"{case_id}: {doubt.text}"
        states = {mark.state for mark in labels.landmarks.values()}
        if len(labels.landmarks) >= MANY and states == {"occluded"}:
            yield (
                f"{case_id}: all {len(labels.landmarks)} landmarks came as occluded: a"
                " program that knows visible and not visible alone may mean visible."
            )


def tell_what_stays(before: Labels, parcel: Parcel, intake: Intake) -> None:
    """Tell of landmarks that a file lacks: somebody may have taken them out of it."""
    there = [name for name, mark in before.landmarks.items() if mark.xy is not None]
    stay = [name for name in there if name not in parcel.landmarks]
    if stay and parcel.landmarks:
        intake.tell(
            f"{parcel.case}: the file has no place of {', '.join(stay)}; what"
            f" {before.annotator} has there stays."
        )
