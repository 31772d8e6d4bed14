"""What a line of a printed report says: *Name: text*, once or several times."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .words import is_a_facts

_NAME = r"[^\W\d_](?:(?!\s\s)[^:;,|\t]){1,29}?"
_FIRST = re.compile(rf"(?:\s*|[^:;,|\t]*\s\s+)({_NAME})\s*:")
_NEXT = re.compile(rf"(?:\s\s+|\s*[\t;|]\s*)({_NAME})\s*:")
_INSIDE = re.compile(r"(?<=\s)[^\W\d_][\w.]*\s*:")
_LONGEST_LINE = 1000  # longer ones are rows of tables
_LONGEST = 3
"""Words of a name that one blank sets off, as in *… Date of birth: …*."""


@dataclass(frozen=True)
class Fact:
    """A name and its text; ``readable`` is false where more may follow in it."""

    name: str
    text: str
    readable: bool = True


def facts_of(line: str) -> list[Fact]:
    """The facts of a line in their order; none where it says nothing.

    Blanks, tabs, semicolons or strokes set one off from the next, or its name does
    where it is known. A text in which an unknown name follows is not to be read: how
    many of the words before the colon are the name's nobody knows.
    """
    found = _FIRST.match(line) if len(line) <= _LONGEST_LINE else None
    facts: list[Fact] = []
    while found is not None:
        name, begin = found[1].strip(), found.end()
        after = _NEXT.search(line, begin)
        text = line[begin : after.start() if after else len(line)]
        facts += _apart(name, text)
        found = after
    return facts


def _apart(name: str, text: str) -> list[Fact]:
    """The fact, and those in its text that are set off by their names alone."""
    inside = _INSIDE.search(f" {text}")
    if inside is None:
        return [Fact(name, text.strip())]
    *before, last = text[: inside.end() - 1].rstrip(" :").split()
    for begin in range(max(0, len(before) - _LONGEST + 1), len(before) + 1):
        another = " ".join([*before[begin:], last])
        if is_a_facts(another):
            kept = Fact(name, " ".join(before[:begin]).rstrip(","))
            return [kept, *_apart(another, text[inside.end() - 1 :])]
    return [Fact(name, text.strip(), readable=False)]
