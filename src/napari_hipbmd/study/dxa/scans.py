"""Tables of an export, the scans in their rows, and whether a total is a hip's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ...core.anatomy import Site
from ...core.cells import printable
from ...core.errors import Refused
from ...core.radiograph import Side
from ..cases.sexes import Sexes
from ..cases.sheet import NotATable, rows_of
from .reports import Report
from .rows import Contradiction, Doubt, ReadDay, ScanRow, number, scan_row
from .words import (
    column_named,
    is_elsewhere,
    maker_named,
    names_a_hip,
    other_unit,
    quantity_beside,
    side_named,
    site_named,
    site_of_bmd,
    strange_bmd,
)

_ROUNDED = 0.1
"""BMC and area of two digits make a BMD that is off by a few per cent."""
_UNITS = (1.0, 100.0, 0.001)
"""g and cm²; an area in mm²; a BMC in mg: columns do not always say."""


@dataclass(frozen=True)
class Sheet:
    """A table: what is said before it, its header, its rows with their lines.

    Columns that are empty in every row have no name in the header.
    """

    said: tuple[tuple[str, str], ...]
    header: list[str]
    rows: list[tuple[int, list[str]]]
    maker: str

    def named(self, cells: Sequence[str]) -> list[tuple[str, str]]:
        """A row's cells with the names of their columns."""
        return [
            (name, cell.strip())
            for name, cell in zip_longest(self.header, cells, fillvalue="")
        ]

    def days(self) -> Iterator[str]:
        """All that is said of days."""
        for named in (self.said, *(self.named(cells) for _, cells in self.rows)):
            yield from (text for name, text in named if column_named(name) == "taken")

    def sexes(self) -> Iterator[tuple[str, str]]:
        """All that is said of sexes, with the names of their columns."""
        for named in (self.said, *(self.named(cells) for _, cells in self.rows)):
            yield from (one for one in named if column_named(one[0]) == "sex")

    def with_sexes(self, sexes: Sexes) -> Sheet:
        """With F and M for sexes, and nothing for one that may be either."""

        def told(name: str, text: str) -> str:
            if column_named(name) != "sex":
                return text
            return "" if sexes.is_ambiguous(text) else sexes.named(text) or text

        rows = [
            (line, [told(*one) for one in self.named(cells)])
            for line, cells in self.rows
        ]
        said = tuple((name, told(name, text)) for name, text in self.said)
        return replace(self, said=said, rows=rows)


@dataclass(frozen=True)
class Measured:
    """A cell with a BMD, and the column or the region that tells of what.

    Attributes
    ----------
    quotient
        BMC over area of the same place, where the row has both.
    """

    label: str
    cell: str
    of_column: bool
    quotient: float | None = None

    def contradicts(self, bmd_g_cm2: float) -> bool:
        """Whether BMC and area make another BMD."""
        if self.quotient is None:
            return False
        times = bmd_g_cm2 / self.quotient
        return all(abs(times / unit - 1) > _ROUNDED for unit in _UNITS)

    @property
    def site(self) -> Site | None:
        """Of a hip; None for all others."""
        return site_of_bmd(self.label) if self.of_column else site_named(self.label)


@dataclass(frozen=True)
class Scan:
    """A row that can be used; ``where`` names it."""

    where: str
    row: ScanRow
    measured: list[Measured]

    def side(self, one: Measured) -> Side | None:
        """The hip of a measured cell."""
        return side_named(one.label) or next(iter(self.row.sides), None)

    def contradicts(self, one: Measured) -> bool:
        """Whether a cell is of another hip than its row."""
        side, sides = side_named(one.label), self.row.sides
        return side is not None and bool(sides) and side not in sides

    def key(self, one: Measured) -> tuple[object, ...]:
        """The same for all that was measured in one scan."""
        cells = (self.row.cells.get("patient"), self.row.cells.get("taken"))
        line = self.where if one.of_column else ""
        return (*cells, self.row.exam, self.side(one), line)


class Totals:
    """Tells totals of hips from those of other parts of the body."""

    def __init__(self, scans: Sequence[Scan]) -> None:
        self._hips: set[tuple[object, ...]] = set()
        self._others: set[tuple[object, ...]] = set()
        for scan in scans:
            for one in scan.measured:
                if is_elsewhere(one.label):
                    self._others.add(scan.key(one))
                elif one.site not in (None, "total"):
                    self._hips.add(scan.key(one))

    def of_a_scan_of_a_hip(self, scan: Scan, one: Measured) -> bool:
        """Whether the same scan has a neck, trochanter or shaft."""
        return scan.key(one) in self._hips

    def of_a_hip(self, scan: Scan, one: Measured) -> bool:
        """Whether a total is a hip's; a column may stand alone, a region may not."""
        exam = scan.row.exam
        if names_a_hip(one.label) or (names_a_hip(exam) and not is_elsewhere(exam)):
            return True
        key = scan.key(one)
        return key not in self._others and (one.of_column or key in self._hips)


def sheet_of(report: Report, name: str, known: bool) -> Sheet:
    """The table of a report.

    Parameters
    ----------
    name
        Of the file, for sentences.
    known
        Whether it is known whose the readings are.

    Raises
    ------
    Refused
        If it has no column of a hip's BMD, or does not say whose it is.
    """
    if not report.table.strip() and report.said:
        raise Refused(f"{name}, line {report.above + 1}: no table of BMD follows.")
    try:
        header, rows = rows_of(report.table, ())
    except NotATable as error:
        raise Refused(f"{name}: {error}") from None
    columns = {column_named(cell) for cell in header}
    for cell in header:
        if unit := other_unit(cell):
            raise Refused(
                f"{name} has readings in {unit} ({printable(cell.strip())[:30]}):"
                " export them in g/cm²."
            )
    if not any(map(site_of_bmd, header)) and not {"region", "bmd"} <= columns:
        raise Refused(
            f"{name} has no BMD of a hip: neither columns such as NECK_BMD and HTOT_BMD"
            " nor columns Region and BMD."
        )
    said = {column_named(one) for one, text in report.said if text}
    if "patient" not in columns | said and not known:
        raise Refused(
            f"{name} does not say whose readings they are: it needs a column such as"
            " PATIENT_ID, IDENTIFIER1 or MRN."
        )
    maker = maker_named(" ".join(header)) or maker_named(report.text[:2000])
    lines = [(line + report.above, cells) for line, cells in rows]
    filled = {i for _, row in rows for i, cell in enumerate(row) if cell.strip()}
    told = [cell if i in filled else "" for i, cell in enumerate(header)]
    return Sheet(report.said, told, lines, maker)


def scans_of(
    sheet: Sheet, name: str, read_day: ReadDay, doubt: Doubt, leave_out: Doubt
) -> Iterator[Scan]:
    """The rows that can be used and are not said to be of another part of the body."""
    for line, cells in sheet.rows:
        where, named = f"{name}, line {line}", sheet.named(cells)
        if any(map(str.strip, cells[len(sheet.header) :])):
            leave_out(
                f"{where}: there are more cells than columns, as by a decimal"
                " comma between commas; the row was left out"
            )
            continue
        try:
            row = scan_row(
                sheet.said, named, read_day, lambda what: doubt(f"{name}: {what}")
            )
        except Contradiction as why:
            leave_out(f"{where}: {why}; the row was left out")
            continue
        if is_elsewhere(row.exam) and not names_a_hip(row.exam):
            continue
        measured = [
            Measured(label, cell, True, _quotient(named, label))
            for label, cell in named
            if cell
            and (
                site_of_bmd(label)
                or strange_bmd(label)
                or ("bmd" in label.casefold() and is_elsewhere(label))
            )
        ]
        if "region" in row.cells:
            region, cell = row.cells["region"], row.cells.get("bmd", "")
            measured.append(Measured(region, cell, False, _quotient(named, None)))
        yield Scan(where, row, measured)


def _quotient(named: Sequence[tuple[str, str]], label: str | None) -> float | None:
    """BMC over area of the place of a column; None where one of them is missing."""
    found = {quantity_beside(name, label): number(cell) for name, cell in named}
    bmc, area = found.get("bmc"), found.get("area")
    return bmc / area if bmc and area else None
