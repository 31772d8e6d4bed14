"""``boxes.json``: the hip boxes of a folder's films, as they are at rest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.radiograph import HipBox, Side

BOXES = "boxes.json"
_HEADER = {"format": "hipbmd-boxes", "version": 1}


@dataclass(frozen=True)
class PlacedBox:
    """A hip box in film pixels: who placed it, and when (ISO 8601, UTC)."""

    box: HipBox
    by: str
    at: str

    @property
    def source(self) -> str:
        """Who placed it, in words for people."""
        return f"placed by {self.by}"


FilmBoxes = Mapping[Side, PlacedBox]


class _Newer(Refused):
    """The boxes are of a later version of the format."""


@dataclass(frozen=True)
class Boxes:
    """All hip boxes of one folder."""

    films: Mapping[str, FilmBoxes] = field(default_factory=dict)

    def of(self, film: str) -> dict[Side, PlacedBox]:
        """The boxes of a film, by its path in the folder."""
        key = self.key(film)
        return {} if key is None else dict(self.films[key])

    def key(self, film: str) -> str | None:
        """What a film is called here: its path, or the number; None without boxes."""
        keys = (film, number_of(film))
        return next((key for key in keys if key in self.films), None)


def read_boxes(folder: Path) -> Boxes:
    """The hip boxes of a folder's films; none when nobody has placed any.

    Raises
    ------
    Refused
        If ``boxes.json`` cannot be used.
    """
    try:
        return _parsed(read_json(folder / BOXES))
    except FileNotFoundError:
        return Boxes()
    except _Newer:
        raise Refused(
            f"{BOXES} in {folder.name} was written by a newer version of this program:"
            " update it, and leave the file as it is."
        ) from None
    except (Refused, OSError) as error:
        reason = error if isinstance(error, Refused) else "it cannot be read"
        raise Refused(
            f"{BOXES} in {folder.name} is damaged or was made by another program"
            f" ({str(reason).rstrip('.')}): mend it, or delete it and place the hip"
            " boxes again."
        ) from None


def number_of(relative: str) -> str:
    """What stands for a path that names somebody."""
    return f"film-{hashlib.sha256(os.fsencode(relative)).hexdigest()[:16]}"


def boxes_text(films: Mapping[str, FilmBoxes]) -> str:
    """The boxes of all films, as the file holds them."""
    content = {
        **_HEADER,
        "films": {
            film: {
                side: {
                    "edges": list(astuple(boxes[side].box)),
                    "by": boxes[side].by,
                    "at": boxes[side].at,
                }
                for side in sorted(boxes)
            }
            for film, boxes in sorted(films.items())
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _parsed(content: Any) -> Boxes:
    stored = as_type(_Stored, content)
    if stored.format == _HEADER["format"] and stored.version > 1:
        raise _Newer
    if {"format": stored.format, "version": stored.version} != _HEADER:
        raise Refused("another format")
    return Boxes(
        {
            film: {side: _box(one, film, side) for side, one in boxes.items()}
            for film, boxes in stored.films.items()
        }
    )


def _box(stored: _StoredBox, film: str, side: Side) -> PlacedBox:
    x0, y0, x1, y1 = stored.edges
    try:
        if x0 > x1 or y0 > y1:
            raise Refused(
                "its edges are not x0, y0, x1, y1, of which x0 and y0 are less"
            )
        return PlacedBox(HipBox(*stored.edges), stored.by, stored.at)
    except Refused as refusal:
        raise Refused(f"{film}, {side}: {refusal}") from None


@dataclass(frozen=True)
class _StoredBox:
    edges: tuple[float, float, float, float]
    by: str
    at: str


@dataclass(frozen=True)
class _Stored:
    format: str
    version: int
    films: dict[str, dict[Side, _StoredBox]]
