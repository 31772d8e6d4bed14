"""Other people's landmarks as what napari draws. Pure functions; no viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....evaluation.observers import compare_labels
from ....study import Labels
from ...viewer.layers import pixel_mm, points_row_col
from ...viewer.place import Place
from .layers import OTHER_COLOUR

OTHER_MM = 1.6
FIRST_COLOUR = "#7fd4ff"
"""Of the first of two observers; the second has the colour of the other one."""


@dataclass(frozen=True)
class Overlay:
    """Points with a few words each, and lines.

    Attributes
    ----------
    points
        ``(n, 2)`` pixels, ``(row, column)``.
    ids, words, colours
        Of each point.
    lines
        ``(m, 2, 2)``: start and vector of each.
    """

    points: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    ids: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    lines: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2, 2)))

    def arguments(self, place: Place) -> dict[str, Any]:
        """The points as arguments of a points layer."""
        return {
            "data": self.points,
            "features": {"id": list(self.ids), "label": list(self.words)},
            "size": np.full(len(self.ids), OTHER_MM / pixel_mm(place)),
            "face_color": list(self.colours),
            "border_color": list(self.colours),
        }


Drawn = Callable[[Labels], Overlay]
"""What is laid over the open labels, as they are at the moment."""


def from_mine(other: Labels) -> Drawn:
    """Another observer's landmarks, each with its distance from mine."""

    def drawn(mine: Labels) -> Overlay:
        words = _distances(mine, other)
        ids, points = points_row_col(other.xy)
        return Overlay(
            points,
            tuple(ids),
            tuple(words.get(name, name) for name in ids),
            (OTHER_COLOUR,) * len(ids),
            _lines(mine, other),
        )

    return drawn


def of_two(a: Labels | None, b: Labels | None) -> Drawn:
    """Two observers' landmarks with the distance between them, over a consensus."""
    nobody = Labels("none", "nobody")
    one, two = a or nobody, b or nobody
    words = _distances(one, two)
    (ids, points), (more, others) = points_row_col(one.xy), points_row_col(two.xy)
    shown = Overlay(
        np.concatenate([points, others]),
        (*ids, *more),
        (
            *("" if name in words else name for name in ids),
            *(words.get(name, name) for name in more),
        ),
        (*(FIRST_COLOUR,) * len(ids), *(OTHER_COLOUR,) * len(more)),
        _lines(one, two),
    )
    return lambda mine: shown


def centre_of(overlay: Overlay, name: str) -> NDArray[np.float64] | None:
    """Where others have put a landmark, on average; None when nobody has."""
    there = [
        point for point, n in zip(overlay.points, overlay.ids, strict=True) if n == name
    ]
    return np.mean(there, axis=0) if there else None


def _distances(a: Labels, b: Labels) -> dict[str, str]:
    """Landmark → how far apart, where both have a place."""
    return {
        each.landmark: each.text()
        for each in compare_labels(a, b)
        if each.distance_px is not None
    }


def _lines(a: Labels, b: Labels) -> NDArray[np.float64]:
    start, end = a.xy[:, ::-1], b.xy[:, ::-1]
    there = np.isfinite(start).all(axis=1) & np.isfinite(end).all(axis=1)
    return np.stack([start[there], (end - start)[there]], axis=1)
