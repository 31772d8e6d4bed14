"""Who has labelled a study: persons, their repeat sessions, and the consensus.

The second session of ``anna`` is the annotator ``anna@2``; see ``docs/annotating.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ...study import Study

CONSENSUS = "consensus"
"""The annotator whose labels are what two people settled on."""

PREDICTIONS = "predictions"
"""What people can be compared with: a digital hip's truth, a model's latest work."""

PeerKind = Literal["intra", "inter", "consensus", "truth", "predictions"]
_NO_PERSON: tuple[PeerKind, ...] = ("consensus", "truth", "predictions")
_REPEAT = re.compile(r"(?P<person>.+)@(?P<session>[1-9]\d{0,3})")


@dataclass(frozen=True)
class Peers:
    """Two annotators who are compared: ``b`` is measured from ``a``.

    Attributes
    ----------
    a, b
        Annotators, as their folders are called.
    """

    a: str
    b: str

    @property
    def kind(self) -> PeerKind:
        """``intra``: one person twice; ``inter``: two persons; or who is no person."""
        for kind in _NO_PERSON:
            if kind in (self.a, self.b):
                return kind
        return "intra" if person_of(self.a) == person_of(self.b) else "inter"

    def __str__(self) -> str:
        return f"{self.a} – {self.b}"


def person_of(annotator: str) -> str:
    """The person behind an annotator: ``anna`` for ``anna`` and ``anna@2``."""
    found = _REPEAT.fullmatch(annotator)
    return annotator if found is None else found["person"]


def session_number(annotator: str) -> int:
    """Which session of a person it is: 1 for ``anna``, 2 for ``anna@2``."""
    found = _REPEAT.fullmatch(annotator)
    return 1 if found is None else int(found["session"])


def next_session(study: Study, annotator: str) -> str:
    """The annotator under which a person labels the study once more."""
    person = person_of(annotator)
    known = [session_number(a) for a in study.annotators() if person_of(a) == person]
    return f"{person}@{max(known, default=1) + 1}"


def observers_of(study: Study) -> tuple[str, ...]:
    """Annotators other than the consensus, persons together and sessions in order."""
    names = (name for name in study.annotators() if name != CONSENSUS)
    return tuple(
        sorted(names, key=lambda name: (person_of(name), session_number(name)))
    )


def pairs_of(annotators: Iterable[str]) -> tuple[Peers, ...]:
    """Whom to compare with whom.

    Intra-observer pairs are all sessions of one person; inter-observer pairs the
    first sessions of two persons, because a repeat is no independent opinion.
    """
    names = sorted(annotators, key=lambda name: (person_of(name), session_number(name)))
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(person_of(name), name)
    return tuple(
        pair
        for pair in (Peers(a, b) for a, b in combinations(names, 2))
        if pair.kind != "inter"
        or (first[person_of(pair.a)] == pair.a and first[person_of(pair.b)] == pair.b)
    )
