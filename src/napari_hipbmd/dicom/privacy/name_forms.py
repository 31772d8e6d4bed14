"""The forms that one person's name takes: joined, in another script, wrongly decoded.

People call files after patients as they write names, which is not always as a film
does: 山田太郎 for 山田^太郎, IVANOV for Иванов. And a film that names a wrong character
set, or none, spells its patient in letters that nobody would type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

_OFTEN_MEANT = ("utf-8", "gb18030", "shift_jis", "euc_kr", "cp1251")
_MOST_PARTS = 3

_CYRILLIC = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐ"
_LATIN = (
    "A B V G D E E ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH _ Y _ E YU YA I I IE"
    " G"
)
_OTHER_WAYS = ({"Й": "I", "Ю": "IU", "Я": "IA"}, {"Й": "J", "Х": "H", "Ц": "C"})
_USUAL = dict(zip(_CYRILLIC, _LATIN.replace("_", "").split(" "), strict=True))
_WAYS = [str.maketrans(_USUAL | way) for way in ({}, *_OTHER_WAYS)]


def name_forms(value: str) -> Iterator[str]:
    """A name as it stands, and as it may have been meant; all in capitals.

    Parameters
    ----------
    value
        Of an element of names: ``"Yamada^Tarou=山田^太郎"``.
    """
    # Not the other way round: capitals have other bytes.
    for name in (one.upper() for one in (value, *_decoded_anew(value))):
        yield name
        yield from (form for way in _WAYS if (form := name.translate(way)) != name)


def whole_names(value: str, nobody: frozenset[str]) -> Iterator[str]:
    """The parts of each form of a name, joined in any order without blanks.

    Parameters
    ----------
    value
        One that :func:`name_forms` gave.
    nobody
        Words that are nobody's name, alone or together.
    """
    for name in value.split("="):
        parts = [part for part in re.findall(r"\w+", name) if part.isalpha()]
        if 1 < len(parts) <= _MOST_PARTS and not nobody.issuperset(parts):
            yield from map("".join, permutations(parts))


def _decoded_anew(value: str) -> Iterator[str]:
    """What the bytes of a name may mean that was read as Latin letters."""
    try:
        written = value.encode("latin-1")
    except UnicodeEncodeError:
        return
    if written.isascii():
        return
    for encoding in _OFTEN_MEANT:
        try:
            yield written.decode(encoding)
        except UnicodeDecodeError:
            continue
