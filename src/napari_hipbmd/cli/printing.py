"""What a command prints: lines in which no film's name steers the terminal."""

from __future__ import annotations

import sys
from typing import TextIO

from ..core.cells import printable


def say(text: str = "", *, file: TextIO | None = None, end: str = "\n") -> None:
    """Print lines, with control characters written out."""
    lines = [printable(line) for line in text.split("\n")]
    print("\n".join(lines), file=file or sys.stdout, end=end)
