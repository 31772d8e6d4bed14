"""One row of ``cases.csv``: a hip, its film, its patient and its DXA reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from ...core.anatomy import SITES, Site
from ...core.errors import Refused
from ...core.radiograph import HipBox, Patient, Side

# What some file system cannot hold: a case's name becomes a file's name.
_NOT_IN_A_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """One hip of a study.

    Attributes
    ----------
    case_id
        Names the hip, and the files about it. Gives no person away.
    image
        The film; absolute when it comes from a study. A case to be written may give
        it relative to the study's folder.
    side
        ``"L"``, ``"R"`` or None when the table does not say.
    dxa
        Site → the DXA reading in g/cm², or None.
    group
        The patient: cases of one group always fall into the same fold.
    extra
        Every other column, as text and in the table's order.
    box
        The hip box that somebody placed on the film, from ``boxes.json``.
    box_source
        Who placed it, in words for people.
    """

    case_id: str
    image: Path
    side: Side | None = None
    patient: Patient = field(default_factory=Patient)
    dxa: Mapping[Site, float | None] = field(
        default_factory=lambda: dict.fromkeys(SITES)
    )
    group: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    box: HipBox | None = None
    box_source: str = ""

    def number(self, column: str) -> float | None:
        """An extra column as a number; None when it is missing or not a number."""
        try:
            return float(self.extra[column])
        except (KeyError, ValueError):
            return None


def checked_name(name: str, what: str) -> str:
    """``name``, if it can be a file's name on every system.

    Parameters
    ----------
    name
        A case id or the name of an annotator.
    what
        What it is, for the message.

    Raises
    ------
    Refused
        If it is empty, longer than 120 characters, starts or ends with a dot or a
        blank, or holds a character that a file's name cannot hold.
    """
    if (
        not 0 < len(name) <= 120
        or name != name.strip(" .")
        or not name.isprintable()
        or _NOT_IN_A_NAME.search(name)
        or _RESERVED.fullmatch(name)
    ):
        raise Refused(
            f"{what} {name[:40]!r} cannot name a file: use letters, digits, - and _."
        )
    return name


def inside(folder: Path, image: str) -> Path:
    """The absolute path of a film that a table names relative to its folder.

    Raises
    ------
    Refused
        If the path is absolute or leads out of the folder. A link inside the folder
        may point elsewhere: that is how archives of large files work.
    """
    relative = PurePosixPath(image.replace("\\", "/"))
    if (
        not relative.parts
        or "\0" in image
        or relative.is_absolute()
        or PureWindowsPath(image).drive
        or ".." in relative.parts
    ):
        raise Refused(
            f"the image {image[:80]!r} is not inside the study: give its path relative"
            " to the study's folder."
        )
    return folder.joinpath(*relative.parts)
