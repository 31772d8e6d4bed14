"""One HTML page for people: what was measured, with pictures, and how far to trust it.

The page is a single file without scripts or links, prints on A4, and follows a light
or a dark screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ..files import write_text_atomic
from ..measurement import Measurement
from .page import Truths, page

__all__ = ["Truths", "write_report"]


def write_report(
    measurements: Sequence[Measurement],
    path: str | Path,
    truths: Truths | None = None,
) -> None:
    """Write a report of one or many hips.

    Parameters
    ----------
    measurements
        In the order in which they are shown; refused ones are listed with their
        reason.
    path
        The HTML file.
    truths
        case_id → site → true aBMD in g/cm², for digital hips: shown with the error.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    write_text_atomic(path, page(measurements, truths or {}, style))
