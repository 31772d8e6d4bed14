"""The films that pairs are made of: found in a folder, with what is known of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...core.errors import Refused
from ...core.radiograph import Side
from ...study.film_marks import FOLDER, FilmMarks, list_marked, read_marks
from ..ui.translation import tr


@dataclass(frozen=True, eq=False)
class PairFilm:
    """One film of the list.

    Attributes
    ----------
    name
        Gives nobody away; its marks are kept under it.
    image
        Its path in the folder.
    patient, side
        What is known before anything is marked.
    marks
        What was marked, without the mask itself; None when nothing was.
    masked
        Whether a hip mask is painted.
    score
        Its evenness, or None, with the ``reason`` that there is none.
    """

    path: Path
    name: str
    image: str
    patient: str = ""
    side: Side | None = None
    marks: FilmMarks | None = None
    masked: bool = False
    score: float | None = None
    reason: str = ""

    def with_marks(self, marks: FilmMarks | None) -> PairFilm:
        """The film with what was marked on it; masks of many would fill the memory."""
        if marks is None:
            return replace(self, marks=None, masked=False)
        light = replace(marks, mask=None)
        return replace(self, marks=light, masked=marks.has_bone)

    def with_score(self, score: float | None, reason: str = "") -> PairFilm:
        """The film with its evenness, or the reason that it has none."""
        return replace(self, score=score, reason=reason)


@dataclass(frozen=True)
class FoundFilms:
    """The films of a folder, and how many of its others should have been some."""

    films: list[PairFilm]
    passed_over: int = 0


def find_films(folder: Path) -> FoundFilms:
    """The films of a study or of any folder, with the marks that they have.

    Headers are read, pixels are not. A film with two hips is listed once.

    Raises
    ------
    Refused
        If there are none, or the marks of one cannot be used.
    """
    from ...study import Study

    found = _of_study(folder) if Study.is_study(folder) else _of_folder(folder)
    if not found.films:
        raise Refused(tr("The folder {name} holds no films.").format(name=folder.name))
    every = [read_marks(folder, name) for name in list_marked(folder)]
    known = {marks.image: marks for marks in every if marks is not None}
    films = [
        replace(film, name=known[film.image].case_id).with_marks(known[film.image])
        if film.image in known
        else film
        for film in found.films
    ]
    return replace(found, films=films)


def ordered(films: list[PairFilm]) -> list[PairFilm]:
    """The most even first; films without a score last, in their order."""
    return sorted(films, key=lambda film: np.inf if film.score is None else -film.score)


def _of_study(folder: Path) -> FoundFilms:
    from ...study import Study

    films: dict[Path, PairFilm] = {}
    missing: set[Path] = set()
    for case in Study.open(folder).cases:
        if not case.image.is_file():
            missing.add(case.image)
        elif case.image not in films:
            films[case.image] = PairFilm(
                case.image,
                case.case_id,
                case.image.relative_to(folder).as_posix(),
                case.group or case.case_id,
                case.side,
            )
    return FoundFilms(list(films.values()), len(missing))


def _of_folder(folder: Path) -> FoundFilms:
    from ...dicom import catalogue

    films, listed = [], catalogue(folder)
    for film in listed.films:
        image = film.path.relative_to(folder)
        if FOLDER not in image.parts:
            name = _own_name(film.name, image)
            films.append(
                PairFilm(
                    film.path, name, image.as_posix(), film.patient or name, film.side
                )
            )
    spoilt = [path.relative_to(folder) for path in listed.spoilt]
    return FoundFilms(films, sum(FOLDER not in path.parts for path in spoilt))


def _own_name(name: str, image: Path) -> str:
    """A film's name; one of a folder below is told from others of that name."""
    if len(image.parts) == 1:
        return name
    digest = hashlib.sha256(image.as_posix().encode()).hexdigest()
    return f"{name[:100]}-{digest[:6]}"
