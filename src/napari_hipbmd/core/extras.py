"""Packages that only some things need, named in a sentence when they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import Refused


@contextmanager
def from_extra(extra: str, what: str) -> Iterator[None]:
    """Import what ``pip install 'napari-hipbmd[extra]'`` brings along.

    Parameters
    ----------
    what
        What cannot be done without it, as the beginning of a sentence.

    Raises
    ------
    Refused
        If it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise Refused(
            f"{what} needs the package {missing.name}, which is not installed: pip"
            f" install 'napari-hipbmd[{extra}]'."
        ) from None
