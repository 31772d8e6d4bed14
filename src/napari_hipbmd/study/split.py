"""Which patients train, validate and test: ``split.csv`` in a study's folder."""

from __future__ import annotations

import csv
from pathlib import Path

from ..core.errors import Refused
from ..core.parts import PARTS, Part

SPLIT = "split.csv"


def read_split(folder: Path) -> dict[str, Part]:
    """Group → its part.

    Raises
    ------
    Refused
        If there is no such table, or a row does not name a part.
    """
    try:
        with (folder / SPLIT).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        raise Refused(
            f"{folder.name} has no {SPLIT}: a table of group and part (train,"
            " validation or test) says which patients may be learned from."
        ) from None
    out: dict[str, Part] = {}
    for number, row in enumerate(rows, 2):
        group, part = row.get("group"), row.get("part")
        if not group or part not in PARTS:
            raise Refused(
                f"Row {number} of {SPLIT} needs a group, and train, validation or test"
                " as its part."
            )
        out[group] = part
    return out
