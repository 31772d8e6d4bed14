"""What the sexes of a column mean, told by all of its cells.

A letter alone may be of two languages: M is male in most, and *mujer* or *mulher*
beside H (*hombre*, *homem*); V is *varón* in Spanish and *vrouw* in Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from ...core.radiograph import Sex


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WOMAN = _listed(
    "f female woman w weiblich frau femme féminin feminin femenino femenina mujer"
    " hembra donna femmina femminile feminino feminina mulher vrouw vrouwelijk"
)
_MAN = _listed(
    "h male man männlich maennlich mann homme masculin masculino hombre varón varon"
    " uomo maschio maschile homem mannelijk"
)
_BESIDE_MUJER = _listed("h hombre homem varón varon")
_SPANISH = _listed("sexo género genero")  # and Portuguese
_DUTCH = _listed("geslacht")


class Sexes:
    """The sexes of a column.

    Parameters
    ----------
    cells
        All of the column's.
    headings
        Its name, or its names where several columns tell it.
    """

    def __init__(self, cells: Iterable[str], headings: Iterable[str] = ()) -> None:
        cells = set(cells)
        self.words = {word for cell in cells for word in _words(cell)}
        named = {word for heading in headings for word in _words(heading)}
        self._spanish, self._dutch = bool(named & _SPANISH), bool(named & _DUTCH)
        self._known: dict[str, Sex | None] = {
            **dict.fromkeys(_WOMAN, "F"),
            **dict.fromkeys(_MAN, "M"),
            "m": self._m(),
            "v": self._v(),
        }
        self.ambiguous = sorted(cell for cell in cells if self.is_ambiguous(cell))
        """Cells that may be a woman's or a man's."""

    def named(self, text: str) -> Sex | None:
        """The sex that a cell names; None where it names none, or may be either."""
        words = _words(text)
        if not words <= set(self._known):
            return None
        found = {sex for word in words if (sex := self._known[word])}
        return found.pop() if len(found) == 1 else None

    def is_ambiguous(self, text: str) -> bool:
        """Whether a cell may be a woman's or a man's."""
        words = _words(text)
        return bool(words) and all(self._known.get(word, "") is None for word in words)

    def _m(self) -> Sex | None:
        spanish_man = bool(self.words & _BESIDE_MUJER)
        spanish_man |= self._spanish and "v" in self.words
        woman = bool(self.words & _WOMAN)
        if spanish_man:
            return None if woman else "F"
        if woman or self._dutch:
            return "M"
        return None if self._spanish or "v" in self.words else "M"

    def _v(self) -> Sex | None:
        if self._spanish or self._dutch:
            return "M" if self._spanish else "F"
        return "M" if "f" in self.words and "m" not in self.words else None


def two_languages(columns: Sequence[Sexes]) -> bool:
    """Whether M was read as a man in one column, and another says H for a man.

    Only where nothing else in the first column tells that M is no *mujer*.
    """
    return any("h" in one.words for one in columns) and any(
        "m" in one.words and one.named("M") == "M" and not one.words & _WOMAN
        for one in columns
    )


def is_spanish(heading: str) -> bool:
    """Whether a column's name is one under which M may be *mujer*."""
    return bool(_words(heading) & _SPANISH)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", normalize("NFC", text).casefold()))
