"""Sentences of the library in the language of the window.

Below the window a refusal or a flag is an English sentence with its values filled in,
and so it goes into files, reports and the command line. ``locale/sentences.json`` lists
the templates of all of them, which ``scripts/sentences.py`` collects from the code. The
window finds the template that a sentence was made of, translates it, and puts the
values back in; what is a sentence itself among the values is translated, too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from string import Formatter

from .translation import LOCALE, first_capital, is_translated, tr

TEMPLATES = LOCALE / "sentences.json"
START = 6
"""Characters by which templates are found."""
NAMES = frozenset({
    "annotator", "by", "case", "case_id", "column", "file", "folder", "host", "image",
    "landmarks", "name", "near", "path", "theirs", "unknown", "who", "whose",
})  # fmt: skip
"""Fields that hold what somebody has called something: never translated."""


def said(sentence: object) -> str:
    """A sentence, or an exception that holds one, as the window says it.

    What was never collected, such as a name, comes back as it is.
    """
    english = str(sentence)
    if not is_translated():
        return english
    return _known(english) or _translated(english) or english


@dataclass(frozen=True)
class Template:
    """A sentence with fields, such as ``Case {case_id} has no side``."""

    text: str

    @property
    def has_fields(self) -> bool:
        """Whether anything is filled in."""
        return any(name for _, name, *_ in Formatter().parse(self.text))

    @property
    def beginning(self) -> str:
        """What stands before the first field, as far as sentences are found by it."""
        return next(Formatter().parse(self.text))[0][:START]

    @cached_property
    def literals(self) -> list[str]:
        """What stands between the fields."""
        return [literal for literal, *_ in Formatter().parse(self.text) if literal]

    @cached_property
    def weight(self) -> int:
        """How many characters it has of its own: those with most are tried first."""
        return sum(map(len, self.literals))

    def values(self, sentence: str) -> dict[str, str] | None:
        """What a sentence fills the fields with; None where it is not made of it."""
        if not all(literal in sentence for literal in self.literals):
            return None
        found = re.fullmatch(self._pattern, sentence, re.DOTALL)
        return None if found is None else found.groupdict()

    @cached_property
    def _pattern(self) -> str:
        """A field at the beginning is a name without a colon, or a whole sentence."""
        parts = []
        for i, (literal, name, *_) in enumerate(Formatter().parse(self.text)):
            value = ".*?" if literal or i else r"(?:(?!: ).)*?|.*\."
            parts.append(re.escape(literal) + (f"(?P<{name}>{value})" if name else ""))
        return "".join(parts)


class _Templates:
    """All of them, found by how a sentence begins."""

    def __init__(self) -> None:
        self.plain: dict[str, str] = {}
        self._with_fields: dict[str, list[Template]] = {}
        for text in json.loads(TEMPLATES.read_text("utf-8")):
            one = Template(text)
            if one.has_fields:
                start = one.beginning if len(one.beginning) == START else ""
                self._with_fields.setdefault(start, []).append(one)
            else:
                self.plain[text.format()] = text

    def of(self, english: str) -> tuple[Template, dict[str, str]] | None:
        """The template that tells most of a sentence, and its values."""
        best = None
        for start in (english[:START], ""):
            for one in self._with_fields.get(start, ()):
                if best is None or one.weight > best[0].weight:
                    values = one.values(english)
                    best = best if values is None else (one, values)
        return best


@lru_cache(maxsize=1)
def _templates() -> _Templates:
    return _Templates()


@lru_cache(maxsize=4096)
def _known(english: str) -> str:
    """The translation of one whole sentence or word; empty without one."""
    plain = _templates().plain
    if english in plain:
        return tr(plain[english]).format()
    if not any(map(str.isalpha, english)):
        return ""
    if found := _templates().of(english):
        template, values = found
        filled = {
            field: value
            if re.sub(r"_\d+$", "", field) in NAMES
            else _translated(value) or value
            for field, value in values.items()
        }
        return tr(template.text).format(**filled)
    small = english[:1].lower() + english[1:]
    return first_capital(tr(plain[small])) if small in plain else ""


def _translated(english: str) -> str:
    """What is known of a text: all of it, or its parts; empty where nothing is."""
    return (
        _listed(english, "(; )")
        or _known(english)
        or _listed(english)
        or _behind_a_name(english)
        or _one_by_one(english)
    )


def _listed(english: str, between: str = "(, | and | or )") -> str:
    """A list, all of whose parts are known."""
    parts = re.split(between, english)
    words = [_known(part) or _behind_a_name(part) for part in parts[::2]]
    if len(words) == 1 or not all(words):
        return ""
    joints = {" and ": tr(" and "), " or ": tr(" or ")}
    parts[::2] = words
    parts[1::2] = [joints.get(joint, joint) for joint in parts[1::2]]
    return "".join(parts)


def _behind_a_name(english: str) -> str:
    """What is known behind a colon: ``film.dcm: The file is empty``."""
    for colon in re.finditer(": ", english):
        head, rest = english[: colon.start()], english[colon.end() :]
        if told := _known(rest) or _listed(rest):
            return f"{_known(head) or head}: {told}"
    return ""


def _one_by_one(english: str) -> str:
    """Several sentences, each in turn; empty when none of them is known."""
    pieces = re.split(r"(?<=[.!?]) (?=\S)", english)
    told, start, any_known = [], 0, False
    while start < len(pieces):
        for end in range(len(pieces), start, -1):
            run = " ".join(pieces[start:end])
            if known := _known(run) or _behind_a_name(run):
                break
        else:
            end, known, run = start + 1, "", pieces[start]
        any_known = any_known or bool(known)
        told.append(known or run)
        start = end
    return " ".join(told) if any_known else ""
