"""Labels in the pixels of a film as it is stored, which is how other programs count.

A film that is stored mirrored or turned is shown upright, and so are its labels here;
they go out and come in as the film is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ...core.anatomy import Region
from ...core.turning import Turn
from ..labelling.facts import FilmFacts
from ..labelling.label import XY, Label
from ..labelling.labels import Labels
from ..labelling.outlines import Polygon
from .parcel import Parcel

Move = Callable[[XY], XY]


def as_stored(labels: Labels) -> Labels:
    """Labels with every position in stored pixels, and facts of the stored film."""
    move = _move(labels.film, to_stored=True)
    if move is None:
        return labels
    return replace(
        labels,
        landmarks=_marks(labels.landmarks, move),
        regions=_regions(labels.regions, move),
        film=stored_facts(labels.film),
    )


def as_shown(parcel: Parcel, film: FilmFacts) -> Parcel:
    """The inverse of :func:`as_stored`, for a film whose facts as shown are known."""
    move = _move(film, to_stored=False)
    if move is None:
        return parcel
    return replace(
        parcel,
        landmarks=_marks(parcel.landmarks, move),
        regions=_regions(parcel.regions, move),
        film=_facts(parcel.film, film, to_stored=False),
    )


def stored_facts(film: FilmFacts) -> FilmFacts:
    """The facts of a film as it is stored."""
    return _facts(film, film, to_stored=True)


def _facts(facts: FilmFacts, film: FilmFacts, *, to_stored: bool) -> FilmFacts:
    if not film.turned or film.shape is None:
        return facts
    turn, box = Turn.of_code(film.turned), facts.box
    move = turn.box_to_stored if to_stored else turn.box_to_shown
    return replace(
        facts,
        shape=None if facts.shape is None else turn.pair(facts.shape),
        spacing_mm=None if facts.spacing_mm is None else turn.pair(facts.spacing_mm),
        box=None if box is None else move(box, film.shape),
        turned=None if to_stored else film.turned,
    )


def _move(film: FilmFacts, *, to_stored: bool) -> Move | None:
    if not film.turned or film.shape is None:
        return None
    turn, shape = Turn.of_code(film.turned), film.shape
    change = turn.to_stored if to_stored else turn.to_shown

    def move(xy: XY) -> XY:
        x, y = change(np.array(xy), shape)
        return float(x), float(y)

    return move


def _marks(marks: Mapping[str, Label], move: Move) -> dict[str, Label]:
    return {
        name: replace(
            mark,
            xy=None if mark.xy is None else move(mark.xy),
            predicted_xy=None if mark.predicted_xy is None else move(mark.predicted_xy),
        )
        for name, mark in marks.items()
    }


def _regions(regions: Mapping[Region, Polygon], move: Move) -> dict[Region, Polygon]:
    return {region: tuple(map(move, corners)) for region, corners in regions.items()}
