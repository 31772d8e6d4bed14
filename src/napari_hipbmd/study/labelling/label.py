"""One landmark as somebody left it: where it is, how sure, and where it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ...core.bounded_json import as_type
from ...core.errors import Refused

State = Literal["placed", "occluded", "absent", "uncertain"]
STATES: tuple[State, ...] = get_args(State)
XY = tuple[float, float]
PERSON = "person"
FARTHEST_PX = 1e6
"""No film is larger; a position beyond it is a mistake of some program."""


@dataclass(frozen=True)
class Label:
    """One landmark: where it is in film pixels, how sure somebody was, and its origin.

    Attributes
    ----------
    xy
        ``(x, y)`` film pixels; None exactly when the state is ``absent``.
    state
        ``placed``, ``occluded``, ``absent`` or ``uncertain``.
    source
        ``"person"``, or the name of the model whose prediction it started from. It
        stays when a person moves the point.
    version
        The model's version; empty for a person.
    who
        The person who placed, accepted or changed it last; empty for a prediction
        that nobody has looked at.
    when
        ISO 8601 time in UTC of the last change.
    predicted_xy
        Where the model had put it; None when it was placed without one.
    sigma_mm
        The model's expected error in mm, when it is known.
    """

    xy: XY | None
    state: State = "placed"
    source: str = PERSON
    version: str = ""
    who: str = ""
    when: str = ""
    predicted_xy: XY | None = None
    sigma_mm: float | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise Refused(
                f"{str(self.state)[:40]!r} is not a state of a landmark: use one of"
                f" {', '.join(STATES)}."
            )
        if (self.xy is None) != (self.state == "absent"):
            raise Refused("A landmark has a position unless its state is absent.")
        for xy in (self.xy, self.predicted_xy):
            if xy is not None:
                _check_position(xy)
        if self.sigma_mm is not None and not 0 <= self.sigma_mm < math.inf:
            raise Refused("The expected error of a landmark is not a length.")

    @property
    def moved_px(self) -> float | None:
        """Distance from the prediction in pixels; None without one or a position."""
        return self._moved((1.0, 1.0))

    def moved_mm(self, spacing_mm: tuple[float, float] | None) -> float | None:
        """Distance from the prediction in mm, for ``(row, column)`` spacing."""
        return None if spacing_mm is None else self._moved(spacing_mm)

    def _moved(self, step: tuple[float, float]) -> float | None:
        if self.xy is None or self.predicted_xy is None:
            return None
        return math.hypot(
            (self.xy[0] - self.predicted_xy[0]) * step[1],
            (self.xy[1] - self.predicted_xy[1]) * step[0],
        )

    def to_json(self, spacing_mm: tuple[float, float] | None = None) -> dict[str, Any]:
        """Plain values; what says nothing is left out.

        How far it was moved is written for people to read; it is worked out anew
        from the positions when the file is read.
        """
        content: dict[str, Any] = {"xy": _numbers(self.xy), "state": self.state}
        if self.source != PERSON:
            content["source"] = self.source
        content |= {
            name: value
            for name in ("version", "who", "when")
            if (value := getattr(self, name))
        }
        extra = {
            "predicted_xy": _numbers(self.predicted_xy),
            "sigma_mm": None if self.sigma_mm is None else float(self.sigma_mm),
            "moved_px": _rounded(self.moved_px),
            "moved_mm": _rounded(self.moved_mm(spacing_mm)),
        }
        return content | {k: v for k, v in extra.items() if v is not None}

    @classmethod
    def from_json(cls, content: dict[str, Any], source: str = PERSON) -> Label:
        """The inverse of :meth:`to_json`; files of older versions are read too.

        Parameters
        ----------
        content
            One landmark of a file.
        source
            What older files say about all their landmarks at once.

        Raises
        ------
        Refused
            If it is not a landmark.
        """
        known = as_type(dict[str, Any], content, "a landmark")
        return as_type(cls, {"source": source} | known)


def _check_position(xy: XY) -> None:
    if not all(map(math.isfinite, xy)):
        raise Refused("A landmark has a position that is not a number.")
    if max(map(abs, xy)) > FARTHEST_PX:
        raise Refused("A landmark lies farther away than any film reaches.")


def _numbers(xy: XY | None) -> list[float] | None:
    return None if xy is None else [float(v) for v in xy]


def _rounded(length: float | None) -> float | None:
    return None if length is None else round(length, 3)
