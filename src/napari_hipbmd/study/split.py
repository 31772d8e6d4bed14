"""Which patients train, validate and test: ``split.csv`` in a study's folder."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..core.errors import Refused, StudyWarning
from ..core.parts import PARTS, Part
from .cases.case import Case
from .cases.sheet import rows_in

SPLIT = "split.csv"
_COLUMNS = ("group", "part")


def read_split(folder: Path) -> dict[str, Part]:
    """Group → its part.

    Raises
    ------
    Refused
        If there is no such table, it cannot be read, a row does not name a part, or a
        patient is in two.
    """
    _, header, rows = rows_in(
        folder / SPLIT,
        _COLUMNS,
        f"{folder.name} has no {SPLIT}: a table of group and part (train, validation or"
        " test) says which patients may be learned from.",
    )
    out: dict[str, Part] = {}
    for number, cells in rows:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        group, part = row.get("group"), row.get("part")
        if not group or part not in PARTS:
            raise Refused(
                f"Row {number} of {SPLIT} needs a group, and train, validation or test"
                " as its part."
            )
        if out.setdefault(group, part) != part:
            raise Refused(
                f"Row {number} of {SPLIT} puts the patient {group[:40]!r} into {part},"
                f" who is in {out[group]} already: leave one of the rows."
            )
    return out


def part_of(
    cases: Sequence[Case], split: Mapping[str, Part], part: Part
) -> tuple[Case, ...]:
    """The cases whose patients are in a part.

    Warns (:class:`StudyWarning`) of cases whose patients are in none.
    """
    of = {case.case_id: split.get(case.group or case.case_id) for case in cases}
    nowhere = [name for name, found in of.items() if found is None]
    if nowhere:
        warnings.warn(
            f"{SPLIT}: {len(nowhere)} of {len(cases)} cases are of patients in no part"
            f" and are left out, the first {nowhere[0]!r}.",
            StudyWarning,
            stacklevel=2,
        )
    return tuple(case for case in cases if of[case.case_id] == part)
