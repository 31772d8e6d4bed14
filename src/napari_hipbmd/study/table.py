"""``cases.csv``: read with every mistake named, written all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..core.errors import Refused
from ..core.files import read_regular, write_text_atomic
from .case import Case, checked_name
from .columns import meant_as
from .row import COLUMNS, TableRow, cells
from .sheet import NotATable, rows_of, text_of

TABLE = "cases.csv"
_SHOWN_PROBLEMS = 5
_LARGEST_BYTES = 1 << 26


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
    header, rows = _split(_text(folder / TABLE))
    cases: list[Case] = []
    problems: list[str] = []
    seen: set[str] = set()
    for line, texts in rows:
        row = TableRow(header, texts, line)
        case = row.case(folder)
        if row.case_id.casefold() in seen:
            row.problems.append("the case_id occurs twice")
        seen.add(row.case_id.casefold())
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


def _text(path: Path) -> str:
    try:
        data = read_regular(path, _LARGEST_BYTES)
    except Refused as refusal:
        raise Refused(f"{TABLE} cannot be read: {refusal}.") from None
    except FileNotFoundError:
        raise Refused(
            f"{path.parent.name} is not a study: it holds no {TABLE}."
        ) from None
    except OSError as error:
        raise Refused(f"{TABLE} cannot be read: {error.strerror or error}.") from None
    try:
        return text_of(data)
    except UnicodeDecodeError:
        raise Refused(
            f"{TABLE} is not UTF-8 text: save it again as 'CSV UTF-8'."
        ) from None


def _split(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the rows that hold anything with their line numbers."""
    try:
        header, rows = rows_of(text, COLUMNS)
    except NotATable as error:
        raise Refused(f"{TABLE}, {error}") from None
    if not header:
        raise Refused(f"{TABLE} is empty: its first line names the columns.")
    for name in ("case_id", "image"):
        if name not in header:
            near = next((one for one in header if meant_as(one) == name), None)
            meant = f": call the column {near[:40]!r} so" if near else ""
            raise Refused(f"{TABLE} has no column {name}{meant}.")
    for name in header:
        if not name or header.count(name) > 1:
            raise Refused(
                f"{TABLE} has the column {name!r} more than once: rename one."
                if name
                else f"{TABLE} has a column without a name: name it."
            )
    return header, rows


def _line(texts: Sequence[str]) -> str:
    # Line ends inside a cell are quoted only when the writer's own contains them;
    # the file's are plain newlines, which version control likes best.
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(texts)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def _check(cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        name = checked_name(case.case_id, "The case_id").casefold()
        if name in seen:
            raise Refused(f"The case {case.case_id} occurs twice in the study.")
        seen.add(name)
        for column in case.extra:
            if column.casefold() in COLUMNS or column != column.strip() or not column:
                raise Refused(
                    f"The extra column {column!r} of case {case.case_id} is empty or"
                    " has the name of a known one: rename it."
                )
