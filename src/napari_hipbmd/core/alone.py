"""One run at a time writes into a folder of results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .errors import Refused
from .locks import Busy, kept_alone


@contextmanager
def alone_in(folder: Path, lock: str) -> Iterator[None]:
    """Keep other runs out of a folder; it is made when missing.

    Parameters
    ----------
    lock
        The name of a file there, which goes at the end.

    Raises
    ------
    Refused
        If another run is at work there.
    """
    with ExitStack() as held:
        try:
            held.enter_context(kept_alone(folder / lock))
        except Busy:
            raise Refused(
                f"Another run writes its results into {folder.name}: wait for"
                " it, or choose another folder for the results."
            ) from None
        yield
