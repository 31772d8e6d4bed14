"""Printed reports in a text: what is said before each table, and the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .dxa_words import column_named, names_a_patient

_SAID = re.compile(r"\s*([^:;,\t]{2,30}?)\s*:\s*(.*?)\s*")
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
        Its lines.
    above
        Lines of the file above the table.
    said
        Names and what they are said to be, such as ``("Scan Date", "…")``.
    """

    text: str
    table: str
    above: int = 0
    said: tuple[tuple[str, str], ...] = ()

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

    def close(end: int) -> None:
        if table is None:
            return
        body = [re.sub(r"\s{2,}", "\t", line.strip()) for line in lines[table:end]]
        whole = "\n".join(lines[begin:end])
        one = Report(whole, "\n".join(body), table, tuple(said))
        found.append(one.after(found[-1]) if found else one)

    for number, line in enumerate(lines):
        told = _SAID.fullmatch(line)
        column = column_named(told[1]) if told else None
        of_patient = told is not None and names_a_patient(told[1])
        if table is not None and (of_patient or column in _BEGINS):
            if any(map(str.strip, lines[table + 1 : number])):
                close(number)
                begin, said = number, []
            table = None
        if table is None and told and (of_patient or column):
            if column not in _CELLS:
                said.append((told[1], told[2] if column else ""))
        elif table is None and said and _TABLE.search(line):
            table = number
    close(len(lines))
    return found or [Report(text, text)]
