"""Numbers as people read them."""

from __future__ import annotations

import math


def number(value: float | None, digits: int) -> str:
    """A number with a real minus sign; a dash when it is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".replace("-", "−")


def signed(value: float, digits: int) -> str:
    """A number that always shows its sign."""
    return f"{value:+.{digits}f}".replace("-", "−")
