"""Whether the study that is open is still where it was."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import Refused
from ...study import Study
from ..ui.translation import tr

GONE = tr(
    "The study {name} is no longer where it was: nothing was changed. Bring its folder"
    " or drive back, or open it where it is now."
)


def insist_on_study(folder: Path) -> None:
    """Refuse to write where a study was: it would begin a folder of labels alone.

    Raises
    ------
    Refused
        If the study has been moved, or its drive is gone.
    """
    if not Study.is_study(folder):
        raise Refused(GONE.format(name=folder.name))
