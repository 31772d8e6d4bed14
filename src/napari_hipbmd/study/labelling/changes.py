"""One change of labels: what it sets, how it is undone, how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from ...core.anatomy import LANDMARK_IDS, REGIONS, Region
from ...core.bounded_json import as_type
from .facts import FilmFacts
from .label import Label
from .labels import Labels
from .outlines import Polygon, as_polygon


@dataclass(frozen=True)
class Change:
    """What a change sets; everything that it does not name stays.

    Attributes
    ----------
    text
        What was done, in words for the undo menu: ``"N1 moved"``.
    when
        ISO 8601 time in UTC.
    landmarks
        Landmark id → its new label, or None to take it away.
    regions
        Region → its new outline, or None to let it follow its landmarks again.
    film
        The new facts of the film, or None to keep them.
    apart
        The new list of ties that are not obeyed, or None to keep it.
    """

    text: str
    when: str = ""
    landmarks: Mapping[str, Label | None] = field(default_factory=dict)
    regions: Mapping[Region, Polygon | None] = field(default_factory=dict)
    film: FilmFacts | None = None
    apart: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        """Whether it sets anything."""
        what = (self.landmarks, self.regions)
        return any(what) or self.film is not None or self.apart is not None

    def applied_to(self, labels: Labels) -> Labels:
        """The labels after the change.

        Raises
        ------
        Refused
            If they would not be labels: an unknown landmark, an outline that crosses
            itself.
        """
        return replace(
            labels,
            landmarks=_merged(labels.landmarks, self.landmarks, LANDMARK_IDS),
            regions=_merged(labels.regions, self.regions, REGIONS),
            film=labels.film if self.film is None else self.film,
            apart=labels.apart if self.apart is None else self.apart,
            created=labels.created or self.when,
            modified=self.when,
        )

    def inverse(self, before: Labels, when: str = "") -> Change:
        """The change that leads back to ``before``."""
        return Change(
            self.text,
            when,
            {name: before.landmarks.get(name) for name in self.landmarks},
            {region: before.regions.get(region) for region in self.regions},
            None if self.film is None else before.film,
            None if self.apart is None else before.apart,
        )

    def effective(self, before: Labels) -> Change:
        """The same change without what ``before`` has already."""
        return replace(
            self,
            landmarks={
                name: label
                for name, label in self.landmarks.items()
                if before.landmarks.get(name) != label
            },
            regions={
                region: polygon
                for region, polygon in self.regions.items()
                if before.regions.get(region) != polygon
            },
            film=None if self.film == before.film else self.film,
            apart=None if self.apart == before.apart else self.apart,
        )

    @classmethod
    def between(cls, before: Labels, after: Labels, text: str, when: str) -> Change:
        """The change from one state of labels to another."""
        return cls(
            text,
            when,
            {name: after.landmarks.get(name) for name in LANDMARK_IDS},
            {region: after.regions.get(region) for region in REGIONS},
            after.film,
            after.apart,
        ).effective(before)

    def to_json(self) -> dict[str, Any]:
        """Plain values; what it does not set is left out."""
        content: dict[str, Any] = {"text": self.text, "when": self.when}
        if self.landmarks:
            content["landmarks"] = {
                name: None if label is None else label.to_json()
                for name, label in self.landmarks.items()
            }
        if self.regions:
            content["regions"] = {
                region: None if polygon is None else [list(xy) for xy in polygon]
                for region, polygon in self.regions.items()
            }
        if self.film is not None:
            content["film"] = self.film.to_json()
        if self.apart is not None:
            content["apart"] = list(self.apart)
        return content

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Change:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        Refused
            If it is no change.
        """
        stored = as_type(_Stored, content)
        return cls(
            stored.text,
            stored.when,
            {
                name: None if label is None else Label.from_json(label)
                for name, label in stored.landmarks.items()
            },
            {
                cast(Region, region): None
                if corners is None
                else as_polygon(corners, cast(Region, region))
                for region, corners in stored.regions.items()
            },
            None if stored.film is None else FilmFacts.from_json(stored.film),
            stored.apart,
        )


@dataclass(frozen=True)
class _Stored:
    """A change as it lies in a journal."""

    text: str
    when: str
    landmarks: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    regions: dict[str, tuple[tuple[float, float], ...] | None] = field(
        default_factory=dict
    )
    film: dict[str, Any] | None = None
    apart: tuple[str, ...] | None = None


PARTS = frozenset(one.name for one in fields(_Stored))
"""What a change may hold; more was written by a newer version."""


def _merged(old: Mapping[Any, Any], new: Mapping[Any, Any], order: Any) -> Any:
    """Both, in a fixed order, without what is None; unknown names come last."""
    both = {**old, **new}
    names = [*order, *(name for name in both if name not in order)]
    return {name: both[name] for name in names if both.get(name) is not None}
