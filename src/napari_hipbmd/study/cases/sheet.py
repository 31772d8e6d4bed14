"""Tables as spreadsheets and people write them: the one reader of every CSV here.

Commas, semicolons or tabs, or what a first line ``sep=;`` names, UTF-8 with or without
a mark or UTF-16, blanks around names, names in any case, empty lines anywhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from ...core.errors import Refused
from ...core.reading import read_regular

_LARGEST_BYTES = 1 << 26
_SEPARATOR = re.compile(r"""\s*"?sep=([^\w\s"']|\t)"?[ \t]*\r?\n""", re.IGNORECASE)
"""The first line by which spreadsheets tell each other what separates the cells."""


class NotATable(ValueError):
    """A line that is none of a table; the message names it and says why."""


def text_of(data: bytes) -> str:
    """The text of a table.

    Raises
    ------
    UnicodeDecodeError
        If it is neither UTF-8 nor UTF-16 with a mark.
    """
    # Without its mark UTF-16 would pass for UTF-8 with a zero beside every letter.
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not utf16 and (zero := data.find(0)) >= 0:
        raise UnicodeDecodeError("utf-8", data, zero, zero + 1, "a byte of zero")
    return data.decode("utf-16" if utf16 else "utf-8-sig")


def rows_in(
    path: Path, known: Iterable[str], missing: str
) -> tuple[str, list[str], list[tuple[int, list[str]]]]:
    """The text of a table of a study, and its header and rows as of :func:`rows_of`.

    Parameters
    ----------
    missing
        The sentence for a folder that has no such table.

    Raises
    ------
    Refused
        If it is missing or unreadable, with the table's name.
    """
    try:
        text = text_of(read_regular(path, _LARGEST_BYTES))
        return text, *rows_of(text, known)
    except Refused as refusal:
        raise Refused(f"{path.name} cannot be read: {refusal}.") from None
    except FileNotFoundError:
        raise Refused(missing) from None
    except OSError as error:
        raise Refused(
            f"{path.name} cannot be read: {error.strerror or error}."
        ) from None
    except UnicodeDecodeError:
        raise Refused(
            f"{path.name} is not UTF-8 text: save it again as 'CSV UTF-8'."
        ) from None
    except NotATable as error:
        raise Refused(f"{path.name}, {error}") from None


def rows_of(
    text: str, known: Iterable[str]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the rows that hold anything with their line numbers.

    Parameters
    ----------
    text
        Of the file; nothing comes out of an empty one.
    known
        Columns that are known in any case; others keep theirs.

    Raises
    ------
    NotATable
        If a line cannot be read.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    told = _SEPARATOR.match(text)
    delimiter = told[1] if told else max(",;\t", key=first.count)
    file = io.StringIO(text[told.end() :] if told else text, newline="")
    # Strict: a quote that is never closed would swallow the lines behind it.
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise NotATable(f"line {reader.line_num}, is not a table: {error}.") from None
    if not rows:
        return [], []
    names = {name.casefold(): name for name in known}
    header = [names.get(n.strip().casefold(), n.strip()) for n in rows[0][1]]
    while header and not header[-1]:
        header.pop()
    return header, rows[1:]
