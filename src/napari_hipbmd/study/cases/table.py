"""``cases.csv``: read with every mistake named, written all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from unicodedata import normalize

from ...core.errors import Refused
from ...core.files import write_text_atomic
from .case import Case, checked_name
from .columns import meant_as
from .row import COLUMNS, TableRow, cells
from .sexes import Sexes
from .sheet import rows_in

TABLE = "cases.csv"
_SHOWN_PROBLEMS = 5


def read_cases(folder: str | Path) -> list[Case]:
    """The cases of a study's table.

    Commas, semicolons and tabs separate; UTF-8 (with or without a mark) and UTF-16
    are read; columns may come in any order and all but ``case_id`` and ``image`` may
    be missing.

    Raises
    ------
    Refused
        If the table is missing or unreadable, or names each case and column whose
        content cannot be used.
    """
    folder = Path(folder).absolute()
    header, rows = _split(folder)
    cases: list[Case] = []
    problems: list[str] = []
    seen: set[str] = set()
    sexes = _sexes_of(header, rows)
    for line, texts in rows:
        row = TableRow(header, texts, line, sexes)
        case = row.case(folder)
        if _as_file(row.case_id) in seen:
            row.problems.append("the case_id occurs twice")
        seen.add(_as_file(row.case_id))
        cases.append(case)
        problems += [f"{row.name}: {problem}" for problem in row.problems]
    if problems:
        more = len(problems) - _SHOWN_PROBLEMS
        raise Refused(
            f"{TABLE}, "
            + "; ".join(problems[:_SHOWN_PROBLEMS])
            + (f"; and {more} more." if more > 0 else ".")
        )
    return cases


def write_cases(folder: str | Path, cases: Iterable[Case]) -> None:
    """Write the whole table of a study, all or nothing.

    Parameters
    ----------
    folder
        The study; made when missing.
    cases
        Every case of the study. Extra columns follow the known ones in the order in
        which they first occur.

    Raises
    ------
    Refused
        If two cases share a name, or a name or an image cannot be used.
    """
    folder = Path(folder).absolute()
    cases = list(cases)
    _check(cases)
    extra = list(dict.fromkeys(name for case in cases for name in case.extra))
    lines = [_line([*COLUMNS, *extra])]
    for case in cases:
        others = [case.extra.get(name, "") for name in extra]
        lines.append(_line(cells(case, folder) + others))
    write_text_atomic(folder / TABLE, "".join(lines))


def append_cases(folder: str | Path, cases: Iterable[Case]) -> None:
    """Add cases to a study's table, all or nothing.

    Raises
    ------
    Refused
        If one of the names is taken, or the table that is there cannot be read.
    """
    there = read_cases(folder) if (Path(folder) / TABLE).exists() else []
    write_cases(folder, [*there, *cases])


def _split(folder: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the rows that hold anything with their line numbers."""
    missing = f"{folder.name} is not a study: it holds no {TABLE}."
    text, header, rows = rows_in(folder / TABLE, COLUMNS, missing)
    if not header:
        raise Refused(f"{TABLE} is empty: its first line names the columns.")
    for name in ("case_id", "image"):
        if name not in header:
            near = next((one for one in header if meant_as(one) == name), None)
            meant = f": call the column {near[:40]!r} so" if near else ""
            if not near and len(header) == 1:
                meant = (
                    ": its first line names the columns, with commas, semicolons or"
                    " tabs between them"
                )
            raise Refused(f"{TABLE} has no column {name}{meant}.")
    for name in header:
        if not name or header.count(name) > 1:
            raise Refused(
                f"{TABLE} has the column {name!r} more than once: rename one."
                if name
                else f"{TABLE} has a column without a name: name it."
            )
    whole = text.endswith(("\n", "\r"))
    short = [line for line, texts in rows if len(texts) < len(header)]
    if not whole and len(rows) > 1 and short == [rows[-1][0]]:
        raise Refused(
            f"{TABLE}, line {short[0]}, ends in the middle of a row, as a file that was"
            " cut off does: copy it again, or end the row."
        )
    return header, rows


def _sexes_of(header: list[str], rows: list[tuple[int, list[str]]]) -> Sexes:
    """What the column of sexes means, which only all of it tells."""
    if "sex" not in header:
        return Sexes(())
    at = header.index("sex")
    return Sexes(texts[at] for _, texts in rows if len(texts) > at)


def _line(texts: Sequence[str]) -> str:
    # Line ends inside a cell are quoted only when the writer's own contains them;
    # the file's are plain newlines, which version control likes best.
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(texts)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def _as_file(case_id: str) -> str:
    """The same for names that are one file on some computer."""
    return normalize("NFC", case_id).casefold()


def _check(cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        name = _as_file(checked_name(case.case_id, "The case_id"))
        if name in seen:
            raise Refused(f"The case {case.case_id} occurs twice in the study.")
        seen.add(name)
        for column in case.extra:
            if column.casefold() in COLUMNS or column != column.strip() or not column:
                raise Refused(
                    f"The extra column {column!r} of case {case.case_id} is empty or"
                    " has the name of a known one: rename it."
                )
