"""The films in a folder: found by their first bytes, whatever they are called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import FilmRefused, Refused
from .guard import quietly, refusing
from .sniff import FileKind, file_kind

DISC_CONTENTS = "DICOMDIR"
_MAX_FILES = 100_000
_DICOM_NAMES = frozenset({".dcm", ".dicom", ".dic", ".ima"})
_PICTURE_NAMES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})


@dataclass(frozen=True)
class FolderContents:
    """Candidate films in the order a person expects, and what was passed over.

    ``passed_over`` gives the reason in a few words for each file, and ``spoilt`` are
    those of them that are called as a film is: empty, cut off, or something else.
    """

    films: tuple[Path, ...]
    passed_over: dict[Path, str] = field(default_factory=dict)
    spoilt: tuple[Path, ...] = ()


def list_films(folder: str | Path) -> list[Path]:
    """Candidate films in a folder and the folders below it.

    Only the first bytes of each file are read: names without extension (``IM0001``)
    and UID names are found, text files, DICOMDIR and junk are passed over, and so are
    pictures on a disc of DICOM films. Whether a candidate *is* a film shows when it is
    read.

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
    kinds: dict[Path, FileKind] = {}
    passed_over: dict[Path, str] = {}
    for path in _files_below(root):
        kind, reason = _looked_at(path)
        if kind == "other":
            passed_over[path] = reason
        else:
            kinds[path] = kind
    spoilt = _called_films(passed_over)
    for picture in _of_a_viewer(kinds, passed_over):
        del kinds[picture]
        passed_over[picture] = "a picture on a disc of DICOM films"
    return FolderContents(tuple(kinds), passed_over, spoilt)


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


def _looked_at(path: Path) -> tuple[FileKind, str]:
    """What a file is, and why it is passed over where it is ``other``."""
    if path.name.startswith("."):
        return "other", "a hidden file"
    if path.name.upper() == DISC_CONTENTS:
        return "other", "the table of contents of a disc"
    try:
        with quietly(), refusing():
            return file_kind(path)
    except Refused as refusal:
        return "other", str(refusal)


def _called_films(passed_over: Iterable[Path]) -> tuple[Path, ...]:
    """Files that are no films, and have the name of one; a disc's pictures are none."""
    discs = [path.parent for path in passed_over if path.name.upper() == DISC_CONTENTS]
    return tuple(
        path
        for path in passed_over
        if not path.name.startswith(".")
        and (
            path.suffix.lower() in _DICOM_NAMES
            or path.suffix.lower() in _PICTURE_NAMES
            and not any(disc in path.parents for disc in discs)
        )
    )


def _of_a_viewer(
    kinds: Mapping[Path, FileKind], passed_over: Iterable[Path]
) -> list[Path]:
    """Pictures on a disc: its films are DICOM, and they are its viewer's buttons."""
    discs = [path.parent for path in passed_over if path.name.upper() == DISC_CONTENTS]
    films = [path for path, kind in kinds.items() if kind != "picture"]
    discs = [disc for disc in discs if any(disc in film.parents for film in films)]
    return [
        path
        for path, kind in kinds.items()
        if kind == "picture" and any(disc in path.parents for disc in discs)
    ]
