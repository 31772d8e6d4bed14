"""The elements of a film's header as lines to read, those about a person marked.

Codes and numbers of the standard are public. Names, free texts, dates, identifiers of
somebody's own, sequences and manufacturers' private elements are not, nor is any value
that repeats one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from ..core.errors import Refused
from .guard import quietly, refusing
from .header import read_header
from .privacy.identifiers import Identifiers, identifiers
from .sniff import is_picture
from .tags import uid_name

_MAX_ELEMENTS, _MAX_VALUES, _MAX_CHARACTERS = 1000, 16, 120
_CODES, _NUMBERS = {"AS", "AT", "CS"}, {"DS", "FD", "FL", "IS", "SL", "SS", "UL", "US"}
_PUBLIC_TEXTS = frozenset({"Manufacturer", "ManufacturerModelName"})


@dataclass(frozen=True)
class Element:
    """One element: its tag, its name in the standard, its value in words.

    ``private`` is True where it may tell who the film is about.
    """

    tag: str
    name: str
    value: str
    private: bool


def elements(path: str | Path) -> list[Element]:
    """Every element before the pixels, in order; an empty list for a picture.

    Raises
    ------
    FilmRefused
        If the file is neither DICOM nor a picture, or cannot be read.
    """
    path = Path(path)
    with quietly(), refusing():
        if is_picture(path):
            return []
        film = read_header(path).dataset
        return elements_of(film)


def public_elements(path: str | Path) -> list[Element]:
    """Those of :func:`elements` that tell nothing about a person; never raises."""
    try:
        return [element for element in elements(path) if not element.private]
    except Refused:
        return []


def elements_of(film: Dataset) -> list[Element]:
    """Like :func:`elements`, of a data set that was read already."""
    who = identifiers(film)
    tags = sorted(map(int, film.keys()))[:_MAX_ELEMENTS]
    return [_element(film, BaseTag(tag), who) for tag in tags]


def _element(film: Dataset, tag: BaseTag, who: Identifiers) -> Element:
    written = f"({tag.group:04X},{tag.element:04X})"
    try:
        found = film[tag]
        vr, keyword, name = found.VR, found.keyword, found.name
        value = found.value
    except Exception:  # pydicom converts on access and raises what it likes
        return Element(written, "unreadable", "", tag.is_private)
    if vr == "SQ":
        items = len(value or ())
        return Element(written, name, f"{items} item(s)", True)
    values = _values(value)
    text = "\\".join(values)[:_MAX_CHARACTERS]
    if vr == "UI":
        names = [uid_name(uid) for uid in values]
        if names and all(names):
            return Element(written, name, ", ".join(map(str, names)), False)
    public = (
        not tag.is_private
        and (vr in _CODES | _NUMBERS or keyword in _PUBLIC_TEXTS)
        and not who.named_in(text)
        and keyword != ""
    )
    return Element(written, name, text, not public)


def _values(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bytes):
        return [f"{len(value)} bytes"]
    several = isinstance(value, list | tuple) or type(value).__name__ == "MultiValue"
    found = list(value)[:_MAX_VALUES] if several else [value]
    return [
        "".join(c if c.isprintable() else " " for c in str(v)[:_MAX_CHARACTERS]).strip()
        for v in found
    ]
