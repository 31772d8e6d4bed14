"""Values of DICOM elements as plain Python, None for whatever cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from struct import unpack
from typing import Any

import numpy as np
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID

_MAX_TEXT = 64
_ASCII_VRS = frozenset({"AS", "CS", "DA", "DS", "IS", "TM", "UI"})


def values(dataset: Dataset, keyword: str) -> list[Any]:
    """All values of an element: an empty list when absent, empty or damaged."""
    tag = tag_for_keyword(keyword)
    return [] if tag is None else values_of(dataset, tag)


def values_of(dataset: Dataset, tag: int) -> list[Any]:
    """Like :func:`values`, by the number of the element."""
    if tag not in dataset.keys():  # noqa: SIM118 - `in dataset` takes ten times longer
        return []
    try:
        raw = dataset.get_item(tag)
        if isinstance(raw, RawDataElement):
            quick = _quick_values(raw)
            if quick is not None:
                return quick
        value = dataset[tag].value
    except Exception:  # pydicom converts on access and raises what it likes
        return []
    if value is None or isinstance(value, str | bytes) and not value:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    return [value]


def _quick_values(raw: RawDataElement) -> list[Any] | None:
    """Values of a plain element, a tenth of pydicom's time; None to ask it instead.

    A folder of films is listed by some thirty elements a film.
    """
    vr = raw.VR or dictionary_VR(raw.tag)
    data = raw.value
    if not isinstance(data, bytes):
        return None
    if vr in _ASCII_VRS:
        if not data.isascii():
            return None
        pieces = data.decode("ascii").split("\\")
        found = [piece.strip(" \0") for piece in pieces]
        return found if any(found) else []
    if vr == "US" and 0 < len(data) <= 16 and len(data) % 2 == 0:
        order = "<" if raw.is_little_endian else ">"
        return list(unpack(f"{order}{len(data) // 2}H", data))
    return None


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
    """All values as finite floats; an empty list if any of them is not one.

    A comma is a decimal point: a backslash separates values.
    """
    found: list[float] = []
    for value in values(dataset, keyword)[:64]:
        try:
            number = float(str(value).replace(",", "."))
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


def only_number(dataset: Dataset, keyword: str) -> float | None:
    """The value as a finite float; None where there are several."""
    found = numbers(dataset, keyword)
    return found[0] if len(found) == 1 else None


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
