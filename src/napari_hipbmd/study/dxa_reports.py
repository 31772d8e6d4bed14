"""Printed reports in a text: what is said before each table, and the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .dxa_words import column_named

_SAID = re.compile(r"\s*([^:;,\t]{2,30}?)\s*:\s*(\S.*?)\s*")
_TABLE = re.compile(r"\bregion\b|\broi\b", re.IGNORECASE)
_BEGINS = frozenset({"patient", "taken", "exam"})


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
        """With what the report before said, where this one names no patient."""
        own = {column_named(name) for name, _ in self.said}
        if "patient" in own:
            return self
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
        if table is not None and column in _BEGINS:
            close(number)
            begin, table, said = number, None, []
        if table is None and told and column:
            said.append((told[1], told[2]))
        elif table is None and said and _TABLE.search(line):
            table = number
    close(len(lines))
    return found or [Report(text, text)]
