"""Printed reports in a text: what is said before each table, and the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .body import body_facts, is_of_body
from .facts import Fact, facts_of
from .words import column_named, names_a_patient, site_of_bmd

_NUMBER = re.compile(r"\d[.,]\d")
_TABLE = re.compile(r"\bregion\b|\broi\b", re.IGNORECASE)
_OF_ONE_TABLE = frozenset({"exam", "side"})
_CELLS = frozenset({"region", "bmd"})  # only a table tells them
_BEGINS = frozenset({"taken", "exam", "side", "region"})


@dataclass(frozen=True)
class Report:
    """One table and what is said before it.

    Attributes
    ----------
    text
        All of it, and what it takes over from the report before.
    table
        Its lines; none where a patient is named and no table follows.
    above
        Lines of the file above the table.
    said
        Names and what they are said to be, such as ``("Scan Date", "…")``.
    unread
        Lines of the file, from 1, that tell something and cannot be read.
    """

    text: str
    table: str
    above: int = 0
    said: tuple[tuple[str, str], ...] = ()
    unread: tuple[int, ...] = ()

    def after(self, last: Report) -> Report:
        """With what the report before said, where this one names no patient.

        What was scanned is never taken over.
        """
        if any(names_a_patient(name) for name, _ in self.said):
            return self
        own = {column_named(name) for name, _ in self.said} | _OF_ONE_TABLE
        kept = [one for one in last.said if column_named(one[0]) not in own]
        return replace(self, said=(*kept, *self.said), text=last.text + self.text)


def reports_of(text: str) -> list[Report]:
    """The reports in a text; a table that nothing is said about is the only one."""
    found: list[Report] = []
    lines = text.splitlines()
    begin, table = 0, None
    said: list[tuple[str, str]] = []
    unread: list[int] = []

    def close(end: int) -> None:
        if table is None:
            return
        body = [re.sub(r"\s{2,}", "\t", line.strip()) for line in lines[table:end]]
        whole = "\n".join(lines[begin:end])
        one = Report(whole, "\n".join(body), table, tuple(said), tuple(unread))
        found.append(one.after(found[-1]) if found else one)

    for number, line in enumerate(lines):
        facts = [fact for fact in facts_of(line) if _tells(fact)]
        columns = {column_named(fact.name) for fact in facts}
        of_patient = any(names_a_patient(fact.name) for fact in facts)
        if table is not None and (of_patient or columns & _BEGINS):
            if any(map(str.strip, lines[table + 1 : number])):
                close(number)
                begin, said, unread = number, [], []
            table = None
        if table is not None:
            continue
        for fact in facts:
            if is_of_body(fact.name):
                read = body_facts(fact.name, fact.text) if fact.readable else []
                said += read or [(fact.name, "")]
                continue
            column = column_named(fact.name)
            if column not in _CELLS:
                told = fact.text if column and fact.readable else ""
                said.append((fact.name, told))
        if not all(map(_is_readable, facts)) or _names_bmd(line):
            unread.append(number + 1)
        if not facts and said and _TABLE.search(line):
            table = number
    close(len(lines))
    if found and table is None:
        found[-1] = replace(found[-1], unread=(*found[-1].unread, *unread))
        if any(names_a_patient(name) for name, _ in said):
            found.append(Report("\n".join(lines[begin:]), "", begin, tuple(said)))
    return found or [Report(text, text)]


def _tells(fact: Fact) -> bool:
    known = column_named(fact.name) is not None or names_a_patient(fact.name)
    return known or is_of_body(fact.name)


def _is_readable(fact: Fact) -> bool:
    return fact.readable or column_named(fact.name) is None


def _names_bmd(line: str) -> bool:
    """Whether a line outside the tables has the reading of a site."""
    parts = re.split(r"\s{2,}|[\t;|]", line)
    return any(_NUMBER.search(part) and site_of_bmd(part) for part in parts)
