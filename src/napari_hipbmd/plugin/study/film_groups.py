"""What lies in a folder, for the dock *Open study*: groups of films, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.radiograph import Patient, Side
from ..ui.translation import tr

if TYPE_CHECKING:
    from ...study import Case

HIPS = {"L": tr("left hip"), "R": tr("right hip"), None: tr("side not said")}


@dataclass(frozen=True)
class ListedFilm:
    """One film to open: under which headings, what it is called and what it shows.

    ``patient`` and ``side`` are what a study's table knows; it wins over the film.
    """

    path: Path
    name: str
    headings: tuple[str, ...]
    title: str
    patient: Patient = field(default_factory=Patient)
    side: Side | None = None


@dataclass(frozen=True)
class FolderList:
    """Films in order, and each other file (its path in the folder) with its reason."""

    folder: Path
    films: tuple[ListedFilm, ...]
    passed_over: tuple[tuple[str, str], ...] = ()
    is_study: bool = False


def list_folder(folder: Path) -> FolderList:
    """The cases of a study, or the films of any other folder; no pixels are read.

    Raises
    ------
    Refused
        If there is no such folder, or a study's table has mistakes.
    """
    from ...study import Study

    return _study(folder) if Study.is_study(folder) else _any_folder(folder)


def _study(folder: Path) -> FolderList:
    from ...study import Study

    cases = Study.open(folder).cases
    missing = [case for case in cases if not case.image.is_file()]
    hips: dict[Path, list[Case]] = {}
    for case in cases:
        if case not in missing:
            hips.setdefault(case.image, []).append(case)
    films = tuple(_film(*both) for both in hips.values())
    reasons = tuple(
        (case.case_id, tr("its film is not there: check the column image of cases.csv"))
        for case in missing
    )
    return FolderList(folder, films, reasons, is_study=True)


def _film(case: Case, *others: Case) -> ListedFilm:
    """One film with all its hips; it is called after the first of them."""
    hips = (case, *others)
    return ListedFilm(
        case.image,
        case.case_id,
        (tr("Patient {group}").format(group=case.group),)
        if case.group != case.case_id or others
        else (),
        tr(" and ").join(HIPS[hip.side] for hip in hips),
        case.patient,
        None if others else case.side,
    )


def _any_folder(folder: Path) -> FolderList:
    from ...dicom import catalogue

    listed = catalogue(folder)
    films = tuple(
        ListedFilm(
            film.path,
            film.name,
            (
                tr("Study {study}").format(study=film.study),
                tr("Series {series}").format(series=film.series),
            ),
            film.title,
            side=film.side,
        )
        for film in listed.films
    )
    root = folder if folder.is_dir() else folder.parent
    reasons = tuple(
        (path.relative_to(root).as_posix(), reason)
        for path, reason in listed.passed_over.items()
    )
    return FolderList(root, films, reasons)
