"""What a file of some format says of a case, and how a format's reader is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...core.anatomy import LANDMARK_IDS, REGIONS, Points, Region
from ..labelling.facts import FilmFacts
from ..labelling.label import Label
from ..labelling.labels import Labels, labels_json, labels_of_json
from ..labelling.outlines import Polygon
from .names import Names

SAME_PX = 1e-6
"""Positions that differ by less are one: what arithmetic in mm may cost."""
IMPORTED = "imported from"
"""How the source of a label begins that came without an origin."""
OWN = "hipbmd"
"""The key under which JSON formats, which allow for more keys, carry a label file."""


@dataclass(frozen=True)
class Parcel:
    """What a file says of one case.

    Attributes
    ----------
    case
        The case or its image, as the file calls it.
    landmarks
        Those that the file knows; a point that it leaves open is not among them.
    regions
        Outlines that do not just follow the landmarks.
    film
        What the file says of the film.
    apart
        The ties that do not hold.
    """

    case: str
    landmarks: Mapping[str, Label] = field(default_factory=dict)
    regions: Mapping[Region, Polygon] = field(default_factory=dict)
    film: FilmFacts = FilmFacts()
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intake:
    """What a reader may ask for, and where it tells what it left out.

    Attributes
    ----------
    names
        What others call the landmarks and regions.
    film
        The facts of a case's film, by the case's or its image's name.
    source
        Where a label from this file comes from.
    told
        Sentences about what was left out; the reader adds to them.
    detector_mm
        The other spacing that a case's film knows, that of its detector, or None.
    doubts
        Sentences about what may be wrong; the reader adds to them.
    annotator
        Whose labels they become.
    """

    names: Names
    film: Callable[[str], FilmFacts]
    source: str
    told: list[str] = field(default_factory=list)
    detector_mm: Callable[[str], tuple[float, float] | None] = lambda _name: None
    doubts: list[str] = field(default_factory=list)
    annotator: str = ""

    def tell(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.told:
            self.told.append(sentence)


def own(labels: Labels) -> dict[str, Any]:
    """The label file as it is carried along in a JSON format."""
    return labels_json(labels)


def own_labels(content: Mapping[str, Any]) -> Labels | None:
    """The label file that is carried along, or None."""
    kept = content.get(OWN)
    if kept is None:
        return None
    return labels_of_json(kept, str(kept["annotator"]), str(kept["case_id"]))


def with_origins(parcel: Parcel, kept: Labels | None) -> Parcel:
    """A parcel in which what another program left alone keeps where it came from.

    Parameters
    ----------
    parcel
        What the format itself says.
    kept
        The label file that was carried along. What differs from it was changed.
    """
    if kept is None:
        return parcel
    marks = {
        name: kept.landmarks[name]
        if same_label(kept.landmarks.get(name), label)
        else label
        for name, label in parcel.landmarks.items()
    }
    absent = {
        name: label
        for name, label in kept.landmarks.items()
        if label.state == "absent" and name not in marks
    }
    regions = {
        region: kept.regions[region]
        if same_outline(kept.regions.get(region), polygon)
        else polygon
        for region, polygon in parcel.regions.items()
    }
    return replace(
        parcel,
        landmarks={n: m for n in LANDMARK_IDS if (m := (marks | absent).get(n))},
        regions={r: regions[r] for r in REGIONS if r in regions},
        film=parcel.film.or_else(kept.film),
        apart=kept.apart,
    )


def same_label(a: Label | None, b: Label | None) -> bool:
    """Whether two labels say the same of the film, wherever they came from."""
    if a is None or b is None:
        return a is b
    if a.state != b.state or a.xy is None or b.xy is None:
        return a.state == b.state and a.xy == b.xy
    return bool(np.allclose(a.xy, b.xy, rtol=0, atol=SAME_PX))


def same_outline(a: Polygon | Points | None, b: Polygon | Points | None) -> bool:
    """Whether two outlines have the same corners in the same order."""
    if a is None or b is None:
        return a is b
    return len(a) == len(b) and bool(np.allclose(a, b, rtol=0, atol=SAME_PX))
