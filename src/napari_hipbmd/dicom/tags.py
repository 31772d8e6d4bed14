"""Values of DICOM elements as plain Python, None for whatever cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

_MAX_TEXT = 64


def values(dataset: Dataset, keyword: str) -> list[Any]:
    """All values of an element: an empty list when absent, empty or damaged."""
    try:
        value = dataset.get(keyword)
    except Exception:  # pydicom converts on access and raises what it likes
        return []
    if value is None or isinstance(value, str | bytes) and not value:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    return [value]


def text(dataset: Dataset, keyword: str) -> str | None:
    """First value as one line of printable text."""
    for value in values(dataset, keyword)[:1]:
        line = "".join(c if c.isprintable() else " " for c in str(value)[:_MAX_TEXT])
        return line.strip() or None
    return None


def code(dataset: Dataset, keyword: str) -> str | None:
    """First value as a DICOM code string: capitals, digits, blank, underscore.

    Anything else in such an element is not a code and is not passed on.
    """
    value = text(dataset, keyword)
    if value is None or not re.fullmatch(r"[A-Za-z0-9 _/.-]{1,16}", value):
        return None
    return value.upper()


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """All values as finite floats; an empty list if any of them is not one."""
    found: list[float] = []
    for value in values(dataset, keyword)[:64]:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return []
        if not np.isfinite(number):
            return []
        found.append(number)
    return found


def number(dataset: Dataset, keyword: str) -> float | None:
    """First value as a finite float."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def integer(dataset: Dataset, keyword: str, default: int = 0) -> int:
    """First value as a whole number, or ``default``."""
    found = number(dataset, keyword)
    return default if found is None else int(found)


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence, at most 64."""
    return [v for v in values(dataset, keyword)[:64] if isinstance(v, Dataset)]


def uid_name(uid: str) -> str | None:
    """What the standard calls a UID; None for others, which may hold a number."""
    name = UID(uid).name
    return None if name == uid else name[:64]
