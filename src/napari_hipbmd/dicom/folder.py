"""The films in a folder: found by their first bytes, whatever they are called."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import FilmRefused, Refused
from .guard import quietly, refusing
from .sniff import file_kind

_MAX_FILES = 100_000


@dataclass(frozen=True)
class FolderContents:
    """Candidate films in the order a person expects, and what was passed over.

    ``passed_over`` gives the reason in a few words for each file.
    """

    films: tuple[Path, ...]
    passed_over: dict[Path, str] = field(default_factory=dict)


def list_films(folder: str | Path) -> list[Path]:
    """Candidate films in a folder and the folders below it.

    Only the first bytes of each file are read: names without extension (``IM0001``)
    and UID names are found, text files, DICOMDIR and junk are passed over. Whether a
    candidate *is* a film shows when it is read.

    Raises
    ------
    FilmRefused
        If there is no such folder.
    """
    return list(look_through(folder).films)


def look_through(folder: str | Path) -> FolderContents:
    """Like :func:`list_films`, with the reason for each file that is no candidate."""
    root = Path(folder)
    if not root.is_dir():
        raise FilmRefused("There is no such folder: check the path and the spelling.")
    films: list[Path] = []
    passed_over: dict[Path, str] = {}
    for path in _files_below(root):
        reason = _reason_to_pass_over(path)
        if reason is None:
            films.append(path)
        else:
            passed_over[path] = reason
    return FolderContents(tuple(films), passed_over)


def _files_below(root: Path) -> list[Path]:
    found: list[Path] = []
    # Links to folders are not followed: they may lead in a circle.
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(Path(parent) / name for name in names)
        if len(found) > _MAX_FILES:
            raise FilmRefused(
                f"The folder holds more than {_MAX_FILES} files: choose a smaller one."
            )
    return sorted(found, key=lambda path: _natural(path.relative_to(root)))


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """Order in which ``IM2`` comes before ``IM10``."""
    pieces = re.split(r"(\d+)", str(path).lower())
    return [
        (True, int(piece), "") if piece.isdecimal() else (False, 0, piece)
        for piece in pieces
    ]


def _reason_to_pass_over(path: Path) -> str | None:
    if path.name.startswith("."):
        return "a hidden file"
    if path.name.upper() == "DICOMDIR":
        return "the table of contents of a disc"
    try:
        with quietly(), refusing():
            kind, what = file_kind(path)
    except Refused as refusal:
        return str(refusal)
    return what if kind == "other" else None
