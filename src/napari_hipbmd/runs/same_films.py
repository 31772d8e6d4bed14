"""One film under two files' names, told by its bytes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..core.errors import StudyWarning
from ..study import Case


def same_films(films: Iterable[tuple[str, Path, str | None]]) -> list[list[str]]:
    """The names of films that are the same, byte for byte, in other files.

    Parameters
    ----------
    films
        The name shown for each film, its file, and its SHA-256 where it is known.
    """
    found: dict[str, dict[Path, str]] = {}
    for name, path, sha256 in films:
        if sha256:
            found.setdefault(sha256, {}).setdefault(path, name)
    return [list(names.values()) for names in found.values() if len(names) > 1]


def warn_of_same_films(cases: Sequence[Case], films: Mapping[str, str | None]) -> None:
    """Warn (:class:`StudyWarning`) of two patients who have one film.

    Parameters
    ----------
    films
        Case → SHA-256 of its film.
    """
    of = {case.case_id: case for case in cases}
    alike = same_films((c.case_id, c.image, films.get(c.case_id)) for c in cases)
    for first, *others in alike:
        for other in others:
            if of[other].group != of[first].group:
                warnings.warn(
                    f"cases.csv: the cases {first!r} and {other!r} have one film under"
                    " two names and are called two patients: one of them has the wrong"
                    " film, or they need one 'group'.",
                    StudyWarning,
                    stacklevel=3,
                )
