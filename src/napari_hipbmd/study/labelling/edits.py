"""What an annotator does to labels, as changes: place, accept, mark, tie, outline.

Each function takes the present labels and gives a :class:`Change`; nothing is done
until it is applied. Every landmark that it touches is dated and signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...core.anatomy import LANDMARK_IDS, POLYGONS, TIES, Points, Region, polygons
from ...core.errors import Refused
from .changes import Change
from .facts import FilmFacts
from .label import XY, Label, State
from .labels import Labels, utc_now
from .outlines import as_polygon, crosses_itself, without_repeats


def place(labels: Labels, name: str, xy: XY, who: str) -> Change:
    """Put a landmark somewhere, with the points that are tied to it.

    A landmark that was ``absent`` becomes ``placed``; any other keeps its state and
    where it came from.

    Raises
    ------
    Refused
        If it is T5 and tied to the middle of N3 and N4.
    """
    return _moved(labels, {name: xy}, who, f"{name} {_verb(labels, name)}")


def nudge(
    labels: Labels, names: Iterable[str], by_xy: tuple[float, float], who: str
) -> Change:
    """Shift landmarks by a vector in pixels; those without a position stay so."""
    to: dict[str, XY] = {}
    for name in names:
        label = labels.landmarks.get(name)
        if label is not None and label.xy is not None:
            to[name] = (label.xy[0] + by_xy[0], label.xy[1] + by_xy[1])
    return _moved(labels, to, who, f"{_listed(to)} moved")


def set_state(labels: Labels, name: str, state: State, who: str) -> Change:
    """Say how sure one is of a landmark; ``absent`` takes its position away.

    Raises
    ------
    Refused
        If it has no position and the state needs one.
    """
    old = labels.landmarks.get(name)
    if state == "absent":
        new = replace(old or Label(None, "absent"), xy=None, state="absent")
    elif old is None or old.xy is None:
        raise Refused(f"{name} has no position: place it first.")
    else:
        new = replace(old, state=state)
    when = utc_now()
    signed = replace(new, who=who, when=when)
    return Change(f"{name} {state}", when, {name: signed})


def clear(labels: Labels, names: Iterable[str]) -> Change:
    """Take landmarks away, as if they had never been placed."""
    gone = [name for name in names if name in labels.landmarks]
    return Change(f"{_listed(gone)} cleared", utc_now(), dict.fromkeys(gone))


def accept(
    labels: Labels,
    predicted: Labels,
    who: str,
    names: Iterable[str] = LANDMARK_IDS,
    *,
    only_missing: bool = False,
) -> Change:
    """Take predictions over as they are, and what is tied to them along.

    A tied point that is not among ``names`` lies where its twin does, and T5 always
    in the middle of N3 and N4: it is no place of its own.

    Parameters
    ----------
    labels
        What the annotator has so far.
    predicted
        See :mod:`predictions`.
    who
        The annotator.
    names
        Which landmarks; all by default.
    only_missing
        Whether to leave alone what is placed or marked absent already.
    """
    when = utc_now()
    taken = {
        name: replace(label, who=who, when=when, predicted_xy=label.xy)
        for name in names
        if (label := predicted.landmarks.get(name)) is not None
        and not (only_missing and name in labels.landmarks)
    }
    text = "predictions accepted" if len(taken) > 1 else f"{_listed(taken)} accepted"
    film = labels.film.or_else(predicted.film)
    middle = _middle({**labels.landmarks, **taken})
    if "T5" in taken and "T5" not in labels.apart and middle is not None:
        taken["T5"] = replace(taken["T5"], xy=middle)

    def along(name: str, xy: XY) -> Label:
        start = predicted.landmarks.get(name)
        if start is not None:
            start = replace(start, predicted_xy=start.xy)
        there = labels.landmarks.get(name) or start or Label(xy)
        return replace(there, xy=xy, who=who, when=when)

    follow = tied_xy(labels, {name: label.xy for name, label in taken.items()})
    taken |= {
        name: along(name, xy)
        for name, xy in follow.items()
        if not (only_missing and name in labels.landmarks)
    }
    return Change(text, when, taken, film=film).effective(labels)


def start_from(
    labels: Labels, predicted: Labels, name: str, xy: XY, who: str
) -> Change:
    """Put a landmark, starting from its prediction: it tells how far it was moved.

    So do points that are tied to it and not placed yet.

    Raises
    ------
    Refused
        If it is T5 and tied to the middle of N3 and N4.
    """
    moved = place(labels, name, xy, who)

    def started(mark: str, label: Label | None) -> Label | None:
        start = predicted.landmarks.get(mark)
        if label is None or start is None or mark in labels.landmarks:
            return label
        return replace(
            start, xy=label.xy, predicted_xy=start.xy, who=who, when=label.when
        )

    landmarks = {mark: started(mark, label) for mark, label in moved.landmarks.items()}
    film = labels.film.or_else(predicted.film)
    return replace(moved, landmarks=landmarks, film=film).effective(labels)


def outline(labels: Labels, region: Region, corners: Sequence[XY] | Points) -> Change:
    """Give a region an outline of its own, which no longer follows its landmarks.

    Raises
    ------
    Refused
        If it crosses itself or encloses nothing.
    """
    polygon = as_polygon(corners, region)
    return Change(f"{region} outlined", utc_now(), regions={region: polygon})


def follow_landmarks(labels: Labels, region: Region) -> Change:
    """Let a region follow its landmarks again."""
    return Change(f"{region} follows", utc_now(), regions={region: None})


def set_film(labels: Labels, film: FilmFacts, text: str = "hip box drawn") -> Change:
    """Change the facts of the film: hip box, side, spacing."""
    return Change(text, utc_now(), film=film)


def tie(labels: Labels, name: str, who: str, *, tied: bool) -> Change:
    """Tie points that are one place by definition together, or keep them apart.

    Parameters
    ----------
    labels
        The present labels.
    name
        One of :data:`anatomy.TIES`. Tying moves the second point onto the first,
        and T5 to the mid-point of N3 and N4.
    who
        The annotator.
    tied
        Whether the tie shall hold.
    """
    apart = tuple(
        t for t in TIES if t in {*labels.apart, name} - ({name} if tied else set())
    )
    when = utc_now()
    text = f"{name} tied" if tied else f"{name} kept apart"
    if not tied:
        return Change(text, when, apart=apart)
    loose = replace(labels, apart=apart)
    to = tied_xy(loose, {_anchor(loose, name): None})
    moved = _moved(loose, to, who, text, follow=False)
    return replace(moved, apart=apart, when=when)


def tied_xy(labels: Labels, moved: Mapping[str, XY | None]) -> dict[str, XY]:
    """Where the points tied to moved ones belong.

    Parameters
    ----------
    labels
        The labels before the move, with the ties that hold.
    moved
        Landmark → its new place, or None where it is. Points named here are not
        themselves dragged along.

    Returns
    -------
    dict
        The other points that move, with their places. A point that has no label
        yet is placed too, as its place is known by definition; one that is marked
        absent stays so.
    """
    at: dict[str, XY] = {
        name: label.xy
        for name, label in labels.landmarks.items()
        if label.xy is not None
    }
    at |= {name: xy for name, xy in moved.items() if xy is not None}
    changed = set(moved)
    out: dict[str, XY] = {}

    def put(name: str, xy: XY) -> None:
        label = labels.landmarks.get(name)
        if name in moved or (label is not None and label.xy is None):
            return
        out[name] = at[name] = xy
        changed.add(name)

    for tie_name, names in TIES.items():
        if tie_name in labels.apart or tie_name == "T5":
            continue
        for a, b in (names, names[::-1]):
            if a in moved and a in at:
                put(b, at[a])
    if "T5" not in labels.apart and changed & {"N3", "N4"} and {"N3", "N4"} <= set(at):
        put("T5", _between(at["N3"], at["N4"]))
    return out


def tangled(labels: Labels) -> tuple[Region, ...]:
    """Regions whose landmarks, as they are placed, make an outline that crosses itself.

    A region with a missing landmark, or an outline of its own, is not among them.
    Neighbours may be one place, as N1 and N2 are on many hips.
    """
    shapes = polygons(labels.xy)
    return tuple(
        region
        for region in POLYGONS
        if region not in labels.regions
        and np.isfinite(shapes[region]).all()
        and crosses_itself(without_repeats(shapes[region]))
    )


def _moved(
    labels: Labels, to: Mapping[str, XY], who: str, text: str, *, follow: bool = True
) -> Change:
    if follow and "T5" in to and not {"N3", "N4"} <= set(to):
        _check_free(labels)
    places = {**tied_xy(labels, to), **to} if follow else dict(to)
    when = utc_now()
    landmarks: dict[str, Label | None] = {}
    for name, (x, y) in places.items():
        xy = (float(x), float(y))
        old = labels.landmarks.get(name)
        if old is None:
            landmarks[name] = Label(xy, who=who, when=when)
        elif old.xy != xy:
            state: State = "placed" if old.state == "absent" else old.state
            landmarks[name] = replace(old, xy=xy, state=state, who=who, when=when)
    return Change(text, when, landmarks)


def _check_free(labels: Labels) -> None:
    """Refuse to move T5 while it is the mid-point of two points that are there."""
    if "T5" not in labels.apart and _middle(labels.landmarks) is not None:
        raise Refused(
            "T5 is tied to the middle of N3 and N4: move those, or keep T5 apart."
        )


def _middle(landmarks: Mapping[str, Label]) -> XY | None:
    """The middle of N3 and N4, where both are placed."""
    ends = [label.xy for name in ("N3", "N4") if (label := landmarks.get(name))]
    if len(ends) < 2 or None in ends:
        return None
    return _between(*(xy for xy in ends if xy is not None))


def _between(one: XY, other: XY) -> XY:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _anchor(labels: Labels, tie_name: str) -> str:
    """The landmark of a tie that stays where it is when the tie is made."""
    if tie_name == "T5":
        return "N3"
    first, second = TIES[tie_name]
    placed = labels.landmarks.get(first)
    return second if placed is None or placed.xy is None else first


def _verb(labels: Labels, name: str) -> str:
    old = labels.landmarks.get(name)
    return "placed" if old is None or old.xy is None else "moved"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) > 3:
        return f"{len(names)} landmarks"
    return ", ".join(names) or "nothing"
