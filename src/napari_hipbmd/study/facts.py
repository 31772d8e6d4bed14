"""What labels know of their film, so that they can be used without opening it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from typing import Any

from ..core.radiograph import FilmRefused, HipBox, Radiograph, Side


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
    """

    shape: tuple[int, int] | None = None
    spacing_mm: tuple[float, float] | None = None
    side: Side | None = None
    box: HipBox | None = None

    def __post_init__(self) -> None:
        if self.shape is not None and not all(0 < n < 10**6 for n in self.shape):
            raise FilmRefused("The film's number of rows and columns is not possible.")
        spacing = self.spacing_mm
        if spacing is not None and not all(0 < s < math.inf for s in spacing):
            raise FilmRefused("The film's pixel spacing is not a length.")
        if self.side not in ("L", "R", None):
            raise FilmRefused("The side of a hip is L or R.")

    @classmethod
    def of(
        cls, film: Radiograph, side: Side | None = None, box: HipBox | None = None
    ) -> FilmFacts:
        """The facts of a film that was read; ``side`` overrides the film's own."""
        return cls(film.shape, film.spacing_mm, side or film.side, box)

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
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> FilmFacts:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        TypeError, ValueError, AttributeError
            If these are not facts of a film.
        """
        shape, spacing = content.get("rows_columns"), content.get("spacing_mm")
        box = content.get("box")
        return cls(
            None if shape is None else _two(int, shape),
            None if spacing is None else _two(float, spacing),
            content.get("side"),
            None if box is None else HipBox(*map(float, box)),
        )


def _list(kind: type, values: Iterable[Any]) -> list[Any]:
    return [kind(value) for value in values]


def _two(kind: type, values: Any) -> Any:
    first, second = values
    return kind(first), kind(second)
