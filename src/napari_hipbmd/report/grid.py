"""A small table, as text for a terminal and as HTML for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Site
from .page import templates


@dataclass(frozen=True)
class Grid:
    """A title, column heads, and rows of cells; the first cell names its row.

    ``site`` is the one that all of it is about, if there is one.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    site: Site | None = None

    def text(self) -> str:
        """Lines of even columns, names to the left and numbers to the right."""
        lines = [self.heads, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.heads))]
        told = [
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *told, *([self.note] if self.note else [])])

    def html(self) -> str:
        """A table with its title as caption."""
        return templates().get_template("grid.html").render(grid=self)


def fixed(value: float, digits: int = 3, sign: bool = False) -> str:
    """A number for a cell, a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    return f"{value:{'+' if sign else ''}.{digits}f}"


def span(interval: tuple[float, float], digits: int = 2, sign: bool = False) -> str:
    """An interval for a cell."""
    if not np.isfinite(interval).all():
        return "–"
    return " to ".join(fixed(value, digits, sign) for value in interval)


def percent(value: float) -> str:
    """A share for a cell."""
    return f"{value:.0%}" if np.isfinite(value) else "–"


def percents(interval: tuple[float, float]) -> str:
    """An interval of a share for a cell."""
    if not np.isfinite(interval).all():
        return "–"
    return " to ".join(percent(value) for value in interval)
