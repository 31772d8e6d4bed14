"""What labels know of their film, so that they can be used without opening it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from typing import Any

from ...core.bounded_json import as_type
from ...core.errors import Refused
from ...core.radiograph import HipBox, Radiograph, Side
from ...core.turning import Turn


@dataclass(frozen=True)
class FilmFacts:
    """Facts of one film and the hip on it; None where nothing is known.

    Attributes
    ----------
    shape
        ``(rows, columns)``.
    spacing_mm
        ``(row, column)``.
    side
        ``"L"`` or ``"R"``.
    box
        The hip box in film pixels.
    pixels_sha256
        SHA-256 of the film's stored pixels: which film it is.
    turned
        How the stored film was turned to be shown: a code of :class:`turning.Turn`.
        All that is here is of the film as shown.
    """

    shape: tuple[int, int] | None = None
    spacing_mm: tuple[float, float] | None = None
    side: Side | None = None
    box: HipBox | None = None
    pixels_sha256: str | None = None
    turned: str | None = None

    def __post_init__(self) -> None:
        Turn.of_code(self.turned or "")
        if self.shape is not None and not all(0 < n < 10**6 for n in self.shape):
            raise Refused("The film's number of rows and columns is not possible.")
        spacing = self.spacing_mm
        if spacing is not None and not all(0 < s < math.inf for s in spacing):
            raise Refused("The film's pixel spacing is not a length.")
        if self.side not in ("L", "R", None):
            raise Refused("The side of a hip is L or R.")

    @classmethod
    def of(
        cls, film: Radiograph, side: Side | None = None, box: HipBox | None = None
    ) -> FilmFacts:
        """The facts of a film that was read; ``side`` overrides the film's own."""
        return cls(
            film.shape,
            film.spacing_mm,
            side or film.side,
            box,
            film.pixels_sha256 or None,
            film.turned or None,
        )

    def is_of_another_film(self, film: FilmFacts) -> bool:
        """Whether it is known that ``film`` is not the film that these are about."""
        known = self.pixels_sha256, film.pixels_sha256
        if self.shape and film.shape and (self.turned or "") != (film.turned or ""):
            return True  # it lies otherwise than when it was labelled
        return None not in known and known[0] != known[1]

    def or_else(self, other: FilmFacts) -> FilmFacts:
        """These facts; what is not known is taken from ``other``."""
        return replace(
            other, **{k: v for k, v in self.__dict__.items() if v is not None}
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is not known is left out."""
        values = {
            "rows_columns": None if self.shape is None else _list(int, self.shape),
            "spacing_mm": _list(float, self.spacing_mm) if self.spacing_mm else None,
            "side": self.side,
            "box": None if self.box is None else _list(float, astuple(self.box)),
            "pixels_sha256": self.pixels_sha256,
            "turned": self.turned,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> FilmFacts:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        Refused
            If these are not facts of a film.
        """
        known = as_type(_Stored, content, "film")
        return cls(
            known.rows_columns,
            known.spacing_mm,
            known.side,
            None if known.box is None else HipBox(*known.box),
            known.pixels_sha256,
            known.turned,
        )


@dataclass(frozen=True)
class _Stored:
    """The facts as they lie in a file."""

    rows_columns: tuple[int, int] | None = None
    spacing_mm: tuple[float, float] | None = None
    side: Side | None = None
    box: tuple[float, float, float, float] | None = None
    pixels_sha256: str | None = None
    turned: str | None = None


def _list(kind: type, values: Iterable[Any]) -> list[Any]:
    return [kind(value) for value in values]
