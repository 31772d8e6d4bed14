"""What a person may be called in a study: no name that the program itself writes."""

from __future__ import annotations

from ...core.errors import Refused
from ..cases.case import checked_name

RESERVED = ("predicted", "predictions", "truth", "consensus")
"""Sources of landmarks that are no person: networks, digital hips, two people."""


def persons_name(name: str, what: str) -> str:
    """``name``, if a person's labels, boxes and choices can be kept under it.

    Parameters
    ----------
    name
        Of an annotator, a session of one, or of whoever does something.
    what
        What it is, for the message.

    Raises
    ------
    Refused
        If it stands for landmarks of no person, or cannot be a file's name.
    """
    if name.casefold() in RESERVED:
        raise Refused(
            f"{what} {name!r} stands for landmarks of no person: choose another name or"
            " initials."
        )
    return checked_name(name, what)
