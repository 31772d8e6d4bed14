"""Films in a study's folder of films that no row of its table uses."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from unicodedata import normalize

from ...core.errors import Refused, StudyWarning
from .case import Case

IMAGES = "images"
_NAMED = 3


def unused_films(folder: Path, cases: Iterable[Case]) -> list[Path]:
    """Films below ``images/`` that no case has, whatever their names are.

    Parameters
    ----------
    folder
        Of the study, absolute.
    """
    used = {_as_file(case.image) for case in cases}
    try:
        there = [path for path in (folder / IMAGES).rglob("*") if path.is_file()]
        if all(_as_file(path) in used for path in there):
            return []  # the usual study: nothing has to be loaded or opened
        from ...dicom import look_through

        found = look_through(folder / IMAGES).films
    except (OSError, Refused):
        return []  # whoever reads the films is told
    return [path for path in found if _as_file(path) not in used]


def warn_of_unused_films(folder: Path, cases: Iterable[Case]) -> None:
    """Warn (:class:`StudyWarning`), once, of films that no row uses."""
    films = unused_films(folder, cases)
    if not films:
        return
    from ...dicom import public_path

    named = ", ".join(public_path(film, folder) for film in films[:_NAMED])
    more = ", …" if len(films) > _NAMED else ""
    what = "film of images/ is" if len(films) == 1 else "films of images/ are"
    warnings.warn(
        f"cases.csv: {len(films)} {what} passed over, for no row has them"
        f" ({named}{more}): add rows for those that belong to the study.",
        StudyWarning,
        stacklevel=3,
    )


def _as_file(path: Path) -> str:
    """The same for paths that are one file on some computer."""
    return normalize("NFC", os.path.normpath(path)).casefold()
