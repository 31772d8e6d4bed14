"""Text of strangers, such as a film's name, where it could do something.

A terminal obeys control characters, and a spreadsheet calculates a cell that begins
with ``=``, ``+``, ``-`` or ``@``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar

_AS_BYTES = "surrogateescape" if os.name == "posix" else "replace"
_FORMULA = ("=", "+", "-", "@")
T = TypeVar("T")


def printable(text: str) -> str:
    r"""A line with its control characters written out (``\x1b``)."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def readable(name: str) -> str:
    """A file's name as text, also where its bytes are no UTF-8.

    Old discs and archives write Müller in the letters of Western Europe (cp1252), and
    Python keeps such a byte as half a character that can be neither written nor shown.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", _AS_BYTES).decode("cp1252", "replace")
    return name


def guarded(cell: T) -> T | str:
    """A cell of a CSV file that no spreadsheet calculates; numbers stay as they are."""
    if not isinstance(cell, str) or not _is_formula(cell):
        return cell
    return f"'{cell}"


def guarded_row(row: Mapping[str, object]) -> dict[str, object]:
    """A row with every cell guarded."""
    return {name: guarded(cell) for name, cell in row.items()}


def bare(cell: str) -> str:
    """A cell that was :func:`guarded`, as it was."""
    return cell[1:] if cell[:1] == "'" and _is_formula(cell[1:]) else cell


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate it, or would without a guard before it."""
    return text.lstrip("'").startswith(_FORMULA) and not _is_number(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
