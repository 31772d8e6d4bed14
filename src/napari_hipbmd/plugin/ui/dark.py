"""Colours of figures that stand in a dark dock, and the same figures on white paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.colors import to_hex
from matplotlib.figure import Figure

INK, PAPER, GRID = "#d5d9de", "#262930", "#414851"
_PRINTED = {INK: "#20242a", PAPER: "#ffffff", GRID: "#cfd3d8", "#ffffff": "#20242a"}
_KINDS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


@contextmanager
def printed(figure: Figure) -> Iterator[None]:
    """Draw a dark figure dark on white for as long as this lasts."""
    before: list[tuple[Any, Any]] = []
    for artist in figure.findobj():
        for kind in _KINDS:
            read = getattr(artist, f"get_{kind}", None)
            write = getattr(artist, f"set_{kind}", None)
            colour = None if read is None or write is None else _hex(read())
            if colour in _PRINTED:
                before.append((write, colour))
                write(_PRINTED[colour])
    try:
        yield
    finally:
        for write, colour in before:
            write(colour)


def _hex(colour: Any) -> str | None:
    """One opaque colour; None for several, for none, and for a see-through one."""
    try:
        text = to_hex(colour, keep_alpha=True)
    except (ValueError, TypeError):
        return None
    return text[:7] if text.endswith("ff") else None
