"""Readings from what densitometers export as text.

A table has a row a scan with a column a site (Hologic's ``NECK_BMD`` … ``HTOT_BMD``, GE
Lunar's *Neck BMD*), or a row a region with a column BMD. A printed report has lines
such as *Scan Date: …* before a table of regions. Names of patients are not looked at;
their numbers become keys.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import cast

from ..core.anatomy import Site
from ..core.dxa_reading import DxaReading
from ..core.errors import Refused
from ..core.radiograph import Patient, Sex, Side
from .dxa_days import DateOrder, date_order, day
from .dxa_words import (
    column_named,
    is_elsewhere,
    lacks_unit,
    maker_named,
    side_named,
    site_named,
    site_of_bmd,
)
from .row import DXA_RANGE_G_CM2, PATIENT_RANGES
from .sheet import NotATable, rows_of

_SAID = re.compile(r"\s*([^:;,\t]{2,30}?)\s*:\s*(\S.*?)\s*")
_SEXES: dict[str, Sex] = {"f": "F", "w": "F", "m": "M"}
Row = Mapping[str, str]


@dataclass
class DxaTable:
    """The readings of a file, and sentences about what may be wrong."""

    readings: list[DxaReading] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def doubt(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.doubts:
            self.doubts.append(sentence)


def readings_of_text(
    text: str,
    name: str,
    key: Callable[[str], str],
    *,
    order: DateOrder | None = None,
    known: DxaReading | None = None,
) -> DxaTable:
    """The hips' readings of an export.

    Parameters
    ----------
    text
        Of the file.
    name
        Of the file, for sentences.
    key
        Makes of a patient's number what stands for the patient.
    order
        Of days with strokes, where the file does not tell by itself.
    known
        Whose and of when it is, where the text does not say.

    Raises
    ------
    Refused
        If there is no reading of a hip in it, or its days cannot be understood.
    """
    said, body = _report(text)
    try:
        header, rows = rows_of(body, ())
    except NotATable as error:
        raise Refused(f"{name}: {error}") from None
    columns = [column_named(cell) for cell in header]
    sites = {i: site for i, cell in enumerate(header) if (site := site_of_bmd(cell))}
    regional = "region" in columns and "bmd" in columns
    if not sites and not regional:
        raise Refused(
            f"{name} has no BMD of a hip: neither columns such as NECK_BMD and HTOT_BMD"
            " nor columns Region and BMD."
        )
    if "patient" not in columns and "patient" not in said and known is None:
        raise Refused(
            f"{name} does not say whose readings they are: it needs a column such as"
            " PATIENT_ID, IDENTIFIER1 or MRN."
        )
    found = DxaTable()
    for cell in header:
        if unit := lacks_unit(cell):
            found.doubt(
                f"{name}: the column {cell.strip()} has no unit and was passed"
                f" over; call it {cell.strip()}_{unit} if that is its unit"
            )
    filled = [_row(columns, cells, said) for _, cells in rows]
    read_day = partial(
        day,
        order=order or date_order(row.get("taken", "") for row in filled),
        short_years=order is not None,
    )
    maker = maker_named(" ".join(header)) or maker_named(text[:2000])
    for (line, cells), row in zip(rows, filled, strict=True):
        where = f"{name}, line {line}"
        if is_elsewhere(row.get("exam", "")):
            continue
        by_side: dict[Side | None, dict[Site, float]] = {}
        if regional:
            region = row.get("region", "")
            if (site := site_named(region)) is not None:
                side = side_named(region)
                _take(by_side, side, site, row.get("bmd", ""), where, found)
        for i, site in sites.items():
            cell = cells[i] if i < len(cells) else ""
            _take(by_side, side_named(header[i]), site, cell, where, found)
        base = _whose(row, key, read_day, known, where)
        side = side_named(row.get("side", "")) or side_named(row.get("exam", ""))
        for said_side, values in by_side.items():
            _join(
                found,
                replace(
                    base,
                    side=said_side or side or base.side,
                    bmd_g_cm2=values,
                    maker=maker or base.maker,
                ),
                where,
            )
    if not found.readings:
        raise Refused(f"{name} has no BMD of a hip in its {len(rows)} rows.")
    return found


def _report(text: str) -> tuple[dict[str, str], str]:
    """What is said before the table of a printed report, and the table."""
    said: dict[str, str] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = _SAID.fullmatch(line)
        column = column_named(found[1]) if found else None
        if found and column:
            said.setdefault(column, found[2])
        elif re.search(r"\bregion\b|\broi\b", line, re.IGNORECASE) and said:
            body = [re.sub(r"\s{2,}", "\t", rest.strip()) for rest in lines[number:]]
            return said, "\n".join(body)
    return {}, text


def _row(columns: Sequence[str | None], cells: Sequence[str], said: Row) -> Row:
    told = {
        name: cell.strip()
        for name, cell in zip(columns, cells, strict=False)
        if name and cell.strip()
    }
    return {**said, **told}


def _take(
    by_side: dict[Side | None, dict[Site, float]],
    side: Side | None,
    site: Site,
    cell: str,
    where: str,
    found: DxaTable,
) -> None:
    value = _number(cell)
    low, high = DXA_RANGE_G_CM2
    if value is None:
        return
    if not low <= value <= high:
        found.doubt(f"{where}: {site} is {value:g}, no BMD in g/cm²; it was left out")
        return
    by_side.setdefault(side, {}).setdefault(site, value)


def _whose(
    row: Row,
    key: Callable[[str], str],
    read_day: Callable[[str], date | None],
    known: DxaReading | None,
    where: str,
) -> DxaReading:
    base = known or DxaReading("")
    try:
        taken = read_day(row.get("taken", "")) or base.taken
    except Refused as why:
        raise Refused(f"{where}: {why}.") from None
    numbers = {
        name: value
        for name, (low, high) in PATIENT_RANGES.items()
        if (value := _number(row.get(name, ""))) is not None and low <= value <= high
    }
    biology = Patient(_SEXES.get(row.get("sex", "")[:1].casefold()), **numbers)
    patient = key(row["patient"]) if "patient" in row else base.patient
    return replace(
        base, patient=patient, taken=taken, biology=biology.or_else(base.biology)
    )


def _join(found: DxaTable, new: DxaReading, where: str) -> None:
    """Rows of regions make one reading; a site that differs is told."""
    for i, old in enumerate(found.readings):
        if (old.patient, old.taken, old.side) == (new.patient, new.taken, new.side):
            twice = [
                site
                for site, value in new.bmd_g_cm2.items()
                if old.bmd_g_cm2.get(site, value) != value
            ]
            if twice:
                found.doubt(
                    f"{where}: another {twice[0]} of the same hip and day; the first"
                    " one counts"
                )
            both = {**new.bmd_g_cm2, **old.bmd_g_cm2}
            found.readings[i] = replace(old, bmd_g_cm2=cast(Mapping[Site, float], both))
            return
    found.readings.append(new)


def _number(cell: str) -> float | None:
    text = cell.strip()
    if re.fullmatch(r"-?\d+,\d+", text):
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
