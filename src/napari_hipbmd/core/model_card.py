"""The card of a model: a JSON file beside its weights that says what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .bounded_json import as_type, read_json

LARGEST_BYTES = 4_000_000


def read_card(folder: Path, name: str) -> dict[str, Any]:
    """The card ``name.json``; what every card may tell is of the right type.

    Raises
    ------
    OSError
        If it is missing or cannot be read.
    Refused
        If it is no model card: a clause, "it is nested too deep".
    """
    content = read_json(folder / f"{name}.json", LARGEST_BYTES)
    as_type(_Card, content)
    found: dict[str, Any] = content
    return found


@dataclass(frozen=True)
class _Card:
    name: str = ""
    made: str = ""
    command: str = ""
    epochs: int = 0
    versions: dict[str, str] = field(default_factory=dict)
