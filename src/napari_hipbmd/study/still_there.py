"""Whether a study that is open is still where it was."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import Refused
from .cases.table import TABLE


def is_study(folder: str | Path) -> bool:
    """Whether the path is a folder with a table of cases."""
    return (Path(folder) / TABLE).is_file()


def insist_on_study(folder: Path) -> None:
    """Refuse to write where a study was: it would begin a folder of labels alone.

    Raises
    ------
    Refused
        If the study has been moved, or its drive is gone.
    """
    if not is_study(folder):
        raise Refused(
            f"The study {folder.name} is no longer where it was: nothing was changed."
            " Bring its folder or drive back, or open it where it is now."
        )
