"""The films in a folder: found by their first bytes, whatever they are called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import FilmRefused
from .guard import quietly, refusing
from .sniff import FileKind, file_kind

DISC_CONTENTS = "DICOMDIR"
_LOCKED = "The folder may not be opened: ask for permission or copy it elsewhere."
_MAX_FILES = 100_000
_DICOM_NAMES = frozenset({".dcm", ".dicom", ".dic", ".ima"})
_EXPORTED = re.compile(r"im(g|age)?[-_]?\d+|[12](\.\d+){4,}", re.IGNORECASE)
"""Names that archives give to films: ``IM0001``, and UIDs."""
_PICTURE_NAMES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"}) | {
    f".{kind}" for kind in ("bmp", "gif", "webp", "heic", "heif", "avif", "jp2", "j2k")
}
"""With those of pictures that are not read: they are told, not left out unseen."""


@dataclass(frozen=True)
class FolderContents:
    """Candidate films in the order a person expects, and what was passed over.

    ``passed_over`` gives the reason in a few words for each file, and ``spoilt`` are
    those of them that may have been films: they are called so and are empty, cut off, a
    picture of a kind that is not read, or something else; they are archives outside a
    disc; or nobody may look into them.
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
    locked: list[Path] = []
    for path in _files_below(root, passed_over, locked):
        try:
            kind, reason = _looked_at(path)
        except FilmRefused as refusal:
            kind, reason = "other", str(refusal)
            if isinstance(refusal.__cause__, PermissionError):
                locked.append(path)
        if kind == "other":
            passed_over[path] = reason
        else:
            kinds[path] = kind
    called = _called_films(passed_over)
    spoilt = (*called, *(path for path in locked if path not in called))
    for picture in _of_a_viewer(kinds, passed_over):
        del kinds[picture]
        passed_over[picture] = "a picture on a disc of DICOM films"
    return FolderContents(tuple(kinds), passed_over, spoilt)


def _files_below(
    root: Path, passed_over: dict[Path, str], locked: list[Path]
) -> list[Path]:
    """All files; folders that are not looked into go to those passed over."""
    found: list[Path] = []

    def cannot(error: OSError) -> None:
        path = Path(os.fsdecode(error.filename or root))
        if path == root:
            raise FilmRefused(_LOCKED)
        passed_over[path] = _LOCKED
        locked.append(path)

    # Links to folders are not followed: they may lead in a circle.
    for parent, folders, names in os.walk(root, onerror=cannot):
        for path in (Path(parent) / name for name in folders):
            if path.is_symlink():
                passed_over[path] = "a link to a folder, which is not followed"
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
    with quietly(), refusing():
        return file_kind(path)


def _called_films(passed_over: Mapping[Path, str]) -> tuple[Path, ...]:
    """Files that have the name of a film and are none, and archives of who knows what.

    On a disc, pictures and archives are its viewer's.
    """
    discs = [path.parent for path in passed_over if path.name.upper() == DISC_CONTENTS]
    return tuple(
        path
        for path, reason in passed_over.items()
        if not path.name.startswith(".")
        and (
            path.suffix.lower() in _DICOM_NAMES
            or _EXPORTED.fullmatch(path.name)
            or (path.suffix.lower() in _PICTURE_NAMES or reason.endswith(" archive"))
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
