"""Readings from what densitometers export as text.

A table has a row a scan with a column a site (Hologic's ``NECK_BMD`` … ``HTOT_BMD``, GE
Lunar's *Neck BMD*), or a row a region with a column BMD. A printed report has lines
such as *Scan Date: …* before a table of regions. Names of patients are not looked at;
their numbers become keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import cast

from ...core.anatomy import Site
from ...core.cells import printable
from ...core.dxa_reading import DxaReading
from ...core.errors import Refused
from ...core.radiograph import Sex, Side
from ..cases.row import DXA_RANGE_G_CM2
from ..cases.sexes import Sexes
from .body import is_of_body
from .days import DateOrder, date_order, day
from .reports import reports_of
from .rows import ReadDay, biology_of, number
from .scans import Measured, Scan, Sheet, Totals, scans_of, sheet_of
from .words import as_typed, is_rounded, is_strange, lacks_unit, names_a_hip


@dataclass
class DxaTable:
    """The readings of a file, and sentences about what may be wrong.

    Attributes
    ----------
    left_out
        Those of the doubts that tell why a reading is not among the readings.
    sexes
        What the sexes of the file mean.
    """

    readings: list[DxaReading] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    sexes: Sexes = field(default_factory=lambda: Sexes(()))

    def doubt(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.doubts:
            self.doubts.append(sentence)

    def leave_out(self, sentence: str) -> None:
        """Say why a reading is not among the readings."""
        self.doubt(sentence)
        self.left_out.append(sentence)


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
    found = DxaTable()
    reports, sheets = reports_of(text), []
    for report in reports:
        for line in report.unread:
            found.doubt(
                f"{name}, line {line}, cannot be read: write one thing a line, and"
                " BMD in a table with the columns Region and BMD"
            )
        try:
            sheets.append(sheet_of(report, name, known is not None))
        except Refused as refusal:
            if len(reports) == 1:
                raise Refused(". ".join([*found.doubts, str(refusal)])) from None
            found.leave_out(str(refusal).rstrip("."))
    if sheets and text[-1:] not in "\r\n":
        sheets[-1] = _without_cut_row(sheets[-1], name, found)
    read_day = partial(
        day,
        order=order or date_order(text for sheet in sheets for text in sheet.days()),
        short_years=order is not None,
    )
    found.sexes = _sexes_of(sheets)
    for cell in found.sexes.ambiguous:
        found.doubt(
            f"{name}: the sex {printable(cell)[:20]} may be a woman's (mujer, vrouw) or"
            " a man's here and was left out; call the column Sex and write F or M"
        )
    places: dict[tuple[str, date | None, Side | None], int] = {}
    sexes: dict[str, Sex | None] = {}
    for sheet in (one.with_sexes(found.sexes) for one in sheets):
        base = known or DxaReading("")
        base = replace(base, maker=sheet.maker or base.maker)
        _Reader(name, key, read_day, base, found, places, sexes).read(sheet)
    if not found.readings:
        if found.left_out:
            why = found.left_out[0]
            raise Refused(f"{name} has no reading of a hip that can be used: {why}.")
        rows = sum(len(sheet.rows) for sheet in sheets)
        raise Refused(f"{name} has no BMD of a hip in its {rows} rows.")
    return found


def _without_cut_row(sheet: Sheet, name: str, found: DxaTable) -> Sheet:
    """A table without its last row, where that breaks off before its last column."""
    line, cells = sheet.rows[-1] if sheet.rows else (0, sheet.header)
    if sheet.said or len(cells) >= len(sheet.header):
        return sheet
    found.leave_out(
        f"{name}, line {line}: the last row breaks off, so the file may be cut off; the"
        " row was left out"
    )
    return replace(sheet, rows=sheet.rows[:-1])


def _sexes_of(sheets: Sequence[Sheet]) -> Sexes:
    said = [one for sheet in sheets for one in sheet.sexes()]
    return Sexes((text for _, text in said), (name for name, _ in said))


def _is_unread(one: Measured, value: float | None) -> bool:
    """Whether there are digits that are no number, or a number beside its region."""
    beside = not one.of_column and re.search(r"\d[.,]\d", one.label)
    return bool(beside) or (value is None and re.search(r"\d", one.cell) is not None)


@dataclass(frozen=True)
class _Reader:
    """Puts the readings of a table to those that were found.

    ``places`` says where among them those of a patient, a day and a side are,
    ``known_sexes`` what rows before say of a patient.
    """

    name: str
    key: Callable[[str], str]
    read_day: ReadDay
    base: DxaReading
    found: DxaTable
    places: dict[tuple[str, date | None, Side | None], int]
    known_sexes: dict[str, Sex | None]

    def read(self, sheet: Sheet) -> None:
        for cell in sheet.header:
            if unit := lacks_unit(cell):
                self.found.doubt(
                    f"{self.name}: the column {cell.strip()} has no unit and was passed"
                    f" over; call it {cell.strip()}_{unit} if that is its unit"
                )
        for name, _text in sheet.said:
            if is_of_body(name):
                self.found.doubt(
                    f"{self.name}: the {name} was passed over: write nothing but a"
                    " number and its unit, as 163 cm or 62 kg"
                )
        doubt, leave_out = self.found.doubt, self.found.leave_out
        scans = list(scans_of(sheet, self.name, self.read_day, doubt, leave_out))
        totals = Totals(scans)
        for scan in scans:
            by_side: dict[Side | None, dict[Site, set[float]]] = {}
            of_hips: dict[Side | None, set[Site]] = {}
            # What a label calls a hip's goes before what may be another's.
            labels = sorted(scan.measured, key=lambda one: not names_a_hip(one.label))
            for one in labels:
                value = self._value(scan, one, totals)
                if value is None or one.site is None:
                    continue
                sure = of_hips.setdefault(scan.side(one), set())
                if names_a_hip(one.label):
                    sure.add(one.site)
                elif one.site in sure:
                    continue
                values = by_side.setdefault(scan.side(one), {})
                values.setdefault(one.site, set()).add(value)
            base = self._whose(scan)
            for side, values in by_side.items():
                once = self._once(values, scan.where)
                if once and side is None and scan.row.unread_side:
                    self.found.leave_out(
                        f"{scan.where}: the side"
                        f" {printable(scan.row.unread_side)[:20]!r} is not known; write"
                        " L or R; the row was left out"
                    )
                    continue
                if once and not base.patient:
                    self.found.leave_out(
                        f"{scan.where}: it does not say whose reading it is; the row"
                        " was left out"
                    )
                elif once and is_rounded(scan.row.cells.get("patient", "")):
                    self.found.leave_out(
                        f"{scan.where}: a spreadsheet has rounded the patient's number,"
                        " as 1.23E+05 is one; the row was left out, so export it again"
                        " and do not save it from there"
                    )
                elif once and self.base.patient not in ("", base.patient):
                    self.found.leave_out(
                        f"{scan.where}: the file's header names another patient than"
                        " its text; the row was left out"
                    )
                elif once:
                    new = replace(base, side=side or base.side, bmd_g_cm2=once)
                    self._join(self._with_biology(new, scan), scan.where)

    def _value(self, scan: Scan, one: Measured, totals: Totals) -> float | None:
        """A cell's density in g/cm², if it is one of a hip; 0 was not measured."""
        value = number(one.cell)
        if one.site is not None and _is_unread(one, value):
            self.found.leave_out(
                f"{scan.where}: {one.site} cannot be read; write nothing but a number"
                " in g/cm² there"
            )
            return None
        if one.site is None and value and is_strange(one.label):
            self._pass_over(scan, one, value, totals)
        if one.site is None or not value:
            return None
        low, high = DXA_RANGE_G_CM2
        what = f"{scan.where}: {one.site}"
        if not low <= value <= high:
            others = ", and look at the others: it may be a T-score" * (value < 0)
            self.found.leave_out(
                f"{what} is {value:g}, no BMD in g/cm²; it was left out{others}"
            )
        elif one.contradicts(value):
            self.found.leave_out(
                f"{what} is {value:g}, and its BMC over its area {one.quotient:.3g}:"
                " one of them stands in a wrong column; it was left out"
            )
        elif one.site == "total" and not totals.of_a_hip(scan, one):
            self.found.leave_out(
                f"{what} may be of another part of the body and was left out; call it"
                " Total Hip if it is a hip's"
            )
        elif scan.contradicts(one):
            self.found.leave_out(
                f"{what} is of one hip and its row of the other; it was left out"
            )
        else:
            return value
        return None

    def _pass_over(
        self, scan: Scan, one: Measured, value: float, totals: Totals
    ) -> None:
        """Tell of a reading that may be a hip's and is of no place that is known."""
        of_hip = one.of_column or names_a_hip(scan.row.exam)
        of_hip = of_hip or totals.of_a_scan_of_a_hip(scan, one)
        if of_hip and DXA_RANGE_G_CM2[0] <= value <= DXA_RANGE_G_CM2[1]:
            self.found.doubt(
                f"{self.name}: {printable(one.label.strip())[:30]} is none of the"
                " places that are known (neck, troch, inter or shaft, total) and was"
                " passed over"
            )

    def _once(self, values: Mapping[Site, set[float]], where: str) -> dict[Site, float]:
        """The sites that a row does not tell twice."""
        for site in (site for site, told in values.items() if len(told) > 1):
            self.found.leave_out(
                f"{where}: {site} is told twice and differs; it was left out"
            )
        return {site: min(told) for site, told in values.items() if len(told) == 1}

    def _whose(self, scan: Scan) -> DxaReading:
        """A reading of nothing yet, of the scan's patient and day.

        Raises
        ------
        Refused
            If its day cannot be understood.
        """
        cells = scan.row.cells
        try:
            taken = self.read_day(cells.get("taken", "")) or self.base.taken
        except Refused as why:
            raise Refused(f"{scan.where}: {why}.") from None
        patient = (
            self.key(as_typed(cells["patient"]))
            if "patient" in cells
            else self.base.patient
        )
        return replace(self.base, patient=patient, taken=taken)

    def _with_biology(self, new: DxaReading, scan: Scan) -> DxaReading:
        biology = biology_of(scan.row.cells, self.name, scan.where, self.found.doubt)
        known = self.known_sexes.setdefault(new.patient, biology.sex)
        if known is None:
            self.known_sexes[new.patient] = biology.sex
        elif biology.sex not in (None, known):
            self.found.doubt(
                f"{scan.where}: its patient has another sex in a row before; check both"
            )
        return replace(new, biology=biology.or_else(new.biology))

    def _join(self, new: DxaReading, where: str) -> None:
        """Rows of regions make one reading; a site that differs is told."""
        readings = self.found.readings
        hip = new.patient, new.taken, new.side
        at = self.places.setdefault(hip, len(readings))
        if at == len(readings):
            readings.append(new)
            return
        old = readings[at]
        twice = [
            site
            for site, value in new.bmd_g_cm2.items()
            if old.bmd_g_cm2.get(site, value) != value
        ]
        ages = old.biology.age_years, new.biology.age_years
        if None not in ages and ages[0] != ages[1]:
            self.found.doubt(
                f"{where}: another age of the same hip and day; the first one counts"
            )
        if twice:
            self.found.doubt(
                f"{where}: another {twice[0]} of the same hip and day; the first one"
                " counts"
            )
        both = {**new.bmd_g_cm2, **old.bmd_g_cm2}
        readings[at] = replace(old, bmd_g_cm2=cast(Mapping[Site, float], both))
