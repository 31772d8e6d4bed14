"""What a row of an export says of its scan, and where it contradicts itself."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ...core.errors import Refused
from ...core.radiograph import Patient, Sex, Side
from ..cases.row import PATIENT_RANGES
from .words import (
    column_named,
    generality,
    is_elsewhere,
    names_a_hip,
    says_nothing,
    side_named,
)

Doubt = Callable[[str], None]
ReadDay = Callable[[str], date | None]


@dataclass(frozen=True)
class ScanRow:
    """What a row and the lines before its table say of a scan.

    Attributes
    ----------
    cells
        Column → text, of columns that stand for one thing.
    exam
        What names the part of the body that was scanned.
    sides
        The hips that are named: two where it contradicts itself.
    unread_side
        What a column of sides says that is none.
    """

    cells: Mapping[str, str]
    exam: str
    sides: frozenset[Side]
    unread_side: str = ""


class Contradiction(ValueError):
    """A row that cannot be used; a clause says why."""


def scan_row(
    said: Iterable[tuple[str, str]],
    row: Iterable[tuple[str, str]],
    read_day: ReadDay,
    doubt: Doubt,
) -> ScanRow:
    """What names and their texts say together.

    Parameters
    ----------
    said
        Before the table; what the row says goes before it, unless its column is more
        general.
    row
        Names of columns and cells, empty ones too.
    doubt
        Told where a general column differs from a specific one, which counts.

    Raises
    ------
    Contradiction
        If a column is there twice and differs, or both hips are named.
    """
    above, here = list(said), list(row)
    first, cells = _first(above, read_day, doubt), _first(here, read_day, doubt)
    for column, (name, text) in first.items():
        own, told = cells.get(column, (name, ""))
        if not told:
            cells[column] = name, text
        elif generality(name) < generality(own):
            if not _same(column, text, told, read_day):
                doubt(f"{name} and {own} differ: {name} counts")
            cells[column] = name, text
    exams = [one for one in above + here if column_named(one[0]) == "exam"]
    exams.sort(key=lambda one: generality(one[0]))
    sided = [text for name, text in above + here if column_named(name) == "side"]
    sides = _sides_of(exams, doubt) | {s for text in sided if (s := side_named(text))}
    if len(sides) > 1:
        raise Contradiction("both hips are named")
    unread = [s for s in sided if side_named(s) is None and not says_nothing(s)]
    filled = {column: text for column, (_, text) in cells.items() if text}
    return ScanRow(filled, _exam(exams), sides, *unread[:1])


def _exam(exams: Sequence[tuple[str, str]]) -> str:
    """What the most specific columns that tell a part of the body say, or all."""
    telling = [one for one in exams if names_a_hip(one[1]) or is_elsewhere(one[1])]
    least = [one for one in telling if generality(one[0]) == generality(telling[0][0])]
    return " ".join(text for _, text in least or exams)


def _sides_of(exams: Sequence[tuple[str, str]], doubt: Doubt) -> frozenset[Side]:
    """What the most specific columns that name a side name."""
    sided = [(name, side) for name, text in exams if (side := side_named(text))]
    if not sided:
        return frozenset()
    first, known = sided[0]
    for name, side in sided:
        if generality(name) > generality(first) and side != known:
            doubt(f"{first} and {name} differ: {first} counts")
    return frozenset(s for name, s in sided if generality(name) == generality(first))


def _first(
    named: Iterable[tuple[str, str]], read_day: ReadDay, doubt: Doubt
) -> dict[str, tuple[str, str]]:
    """The most specific of the columns of one meaning, even where it is empty."""
    first: dict[str, tuple[str, str]] = {}
    for name, text in sorted(named, key=lambda one: generality(one[0])):
        column = column_named(name)
        if not column or column in ("exam", "side"):
            continue
        old, known = first.setdefault(column, (name, text))
        if not text:
            continue
        if not known:
            if generality(old) == generality(name):
                first[column] = name, text
            continue
        if _same(column, known, text, read_day):
            continue
        if column == "bmd" or generality(old) == generality(name):
            raise Contradiction(f"{name} is told twice and differs")
        doubt(f"{old} and {name} differ: {old} counts")
    return first


def _same(column: str, a: str, b: str, read_day: ReadDay) -> bool:
    if column == "taken":
        try:
            return read_day(a) == read_day(b)
        except Refused:
            return a == b
    value = number(a)
    return a.casefold() == b.casefold() or (value is not None and value == number(b))


def biology_of(
    cells: Mapping[str, str], name: str, where: str, doubt: Doubt
) -> Patient:
    """Sex (F or M), age, height and weight; what is none is told and left out."""
    numbers = {}
    for column, (low, high) in PATIENT_RANGES.items():
        text = cells.get(column, "")
        value = number(text)
        if value == 0:
            continue  # not entered
        if value is not None and low <= value <= high:
            numbers[column] = value
        elif re.search(r"\d", text):
            doubt(
                f"{where}: {column} is not a number from {low:g} to {high:g}; it was"
                " left out"
            )
    text = cells.get("sex", "")
    sex: Sex | None = "F" if text == "F" else "M" if text == "M" else None
    if sex is None and re.search(r"\w", text):
        doubt(f"{name}: a sex is none of the words that are known; write F or M")
    return Patient(sex, **numbers)


def number(cell: str) -> float | None:
    """The number in a cell, with a point or a comma; None if it is none."""
    text = cell.strip()
    if re.fullmatch(r"-?\d+,\d+", text):
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
