"""One set of labels that two people settle on: accept one, the mean, or a third place.

The consensus is an annotator of its own, :data:`~.people.CONSENSUS`. Each label says
in ``source`` that it is one, in ``version`` of whom and how, and in ``who`` the person
who settled it; ``predicted_xy`` is where the two (or the mean) had it, so that a place
that was then moved tells how far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...core.anatomy import TWICE_FOUND
from ...study import Change, Label, Labels
from ...study.labelling.label import XY
from ...study.labelling.labels import utc_now
from .people import CONSENSUS

SURENESS = ("placed", "occluded", "uncertain")


def accepted(
    labels: Labels, chosen: Labels, other: Labels, who: str, names: Iterable[str]
) -> Change:
    """Take one person's places over, states included.

    Parameters
    ----------
    labels
        The consensus so far.
    chosen, other
        Whose landmarks are taken, and with whom they were compared.
    who
        The person who settles it.
    names
        Which landmarks, and their twins unless they are kept apart; those that
        ``chosen`` has not reached are left alone.
    """
    how = f"{chosen.annotator}, of {_of(chosen, other)}"
    apart = _apart(labels, chosen, other)
    taken = {
        name: _agreed(label.xy, label, how, who)
        for name in _with_twins(names, apart)
        if (label := chosen.landmarks.get(name)) is not None
    }
    text = f"{_listed(taken)} accepted from {chosen.annotator}"
    return _change(labels, chosen, other, taken, text)


def averaged(
    labels: Labels, a: Labels, b: Labels, who: str, names: Iterable[str]
) -> Change:
    """Put landmarks half-way between two people's places.

    A landmark to which either gave no position is left alone. The state is the less
    sure one of the two.
    """
    how = f"mean of {_of(a, b)}"
    apart = _apart(labels, a, b)
    taken = {}
    for name in _with_twins(names, apart):
        one, two = a.landmarks.get(name), b.landmarks.get(name)
        if one is None or two is None or one.xy is None or two.xy is None:
            continue
        (x0, y0), (x1, y1) = one.xy, two.xy
        less_sure = max(one, two, key=lambda label: SURENESS.index(label.state))
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        taken[name] = _agreed(middle, less_sure, how, who)
    return _change(labels, a, b, taken, f"{_listed(taken)} set to the mean")


def settled(change: Change, labels: Labels, a: Labels, b: Labels) -> Change:
    """A third placement: the same change, with what it places told to be one.

    Parameters
    ----------
    change
        What an annotator does to the consensus: a click, a drag, a nudge.
    labels
        The consensus before it.
    a, b
        The two people's labels.
    """
    how = f"third place, of {_of(a, b)}"

    def told(name: str, label: Label | None) -> Label | None:
        old = labels.landmarks.get(name)
        if label is None or label.xy is None or (old and old.xy == label.xy):
            return label
        middle = _middle(a.landmarks.get(name), b.landmarks.get(name))
        start = label.predicted_xy or middle
        return replace(label, source=CONSENSUS, version=how, predicted_xy=start)

    landmarks = {name: told(name, label) for name, label in change.landmarks.items()}
    return replace(change, landmarks=landmarks)


def _agreed(xy: XY | None, like: Label, how: str, who: str) -> Label:
    return Label(
        xy, like.state, CONSENSUS, how, who, utc_now(), predicted_xy=xy,
        sigma_mm=None,
    )  # fmt: skip


def _with_twins(names: Iterable[str], apart: tuple[str, ...]) -> list[str]:
    """The names, and what is one place with them by definition."""
    wanted = dict.fromkeys(names)
    for a, b in TWICE_FOUND:
        if f"{a}/{b}" not in apart and {a, b} & wanted.keys():
            wanted |= {a: None, b: None}
    return list(wanted)


def _change(
    labels: Labels, a: Labels, b: Labels, taken: dict[str, Label], text: str
) -> Change:
    film = labels.film.or_else(a.film).or_else(b.film)
    apart = _apart(labels, a, b)
    taken = _with_middle(labels, taken, apart)
    return Change(text, utc_now(), taken, film=film, apart=apart).effective(labels)


def _apart(labels: Labels, a: Labels, b: Labels) -> tuple[str, ...]:
    """The ties that do not hold: at first those that either kept apart."""
    if labels.landmarks:
        return labels.apart
    return tuple(dict.fromkeys((*labels.apart, *a.apart, *b.apart)))


def _with_middle(
    labels: Labels, taken: dict[str, Label], apart: tuple[str, ...]
) -> dict[str, Label]:
    """T5 stays the middle of N3 and N4, wherever the two were taken from."""
    if "T5" in apart or {"T5", "N3", "N4"} <= taken.keys():
        return taken
    after = {**labels.landmarks, **taken}
    middle = _middle(after.get("N3"), after.get("N4"))
    if middle is None:
        return taken
    rest = {name: label for name, label in taken.items() if name != "T5"}
    if {"N3", "N4"} & rest.keys():
        like = next(rest[name] for name in ("N3", "N4") if name in rest)
        rest["T5"] = _agreed(middle, like, "middle of N3 and N4", like.who)
    return rest


def _middle(one: Label | None, two: Label | None) -> XY | None:
    if one is None or two is None or one.xy is None or two.xy is None:
        return None
    return (one.xy[0] + two.xy[0]) / 2, (one.xy[1] + two.xy[1]) / 2


def _of(a: Labels, b: Labels) -> str:
    return " and ".join(sorted((a.annotator, b.annotator)))


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) > 3:
        return f"{len(names)} landmarks"
    return ", ".join(names) or "nothing"
