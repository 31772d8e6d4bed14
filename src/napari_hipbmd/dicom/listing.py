"""A folder's films, grouped by study and series, without a pixel being read."""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import Refused
from ..core.radiograph import Patient, Side
from .facts import HeaderFacts, header_facts
from .folder import DISC_CONTENTS, look_through
from .guard import quietly, refusing
from .header import read_header
from .person import day_of
from .privacy.naming import case_id_of, case_id_of_dicom, patient_key
from .refuse import check
from .sniff import file_kind
from .tags import integer, text, values

_MAX_RECORDS = 20_000


@dataclass(frozen=True)
class CatalogueFilm:
    """One film of a folder; what its header says, nothing about who it is of.

    Attributes
    ----------
    path
        Where it lies.
    name
        Gives no person away: what the film's layer will be called.
    study, series
        Numbers from 1, in the catalogue's order; a picture has those of its folder.
    title
        Modality, body part, view, side and size in a line.
    patient
        The same for films of one patient, and no way back to who it is; empty where
        the film does not say.
    taken
        The day, where the film says it.
    both_hips
        Whether it is a film of the pelvis, or says that it is of both sides.
    biology
        What the film says of the patient.
    """

    path: Path
    name: str
    study: int
    series: int
    title: str
    side: Side | None = None
    patient: str = ""
    taken: datetime.date | None = None
    both_hips: bool = False
    biology: Patient = Patient()


@dataclass(frozen=True)
class Catalogue:
    """Films by study, series and number, and each other file with its reason.

    ``spoilt`` are those of the others that are called films, or are DICOM.
    """

    films: tuple[CatalogueFilm, ...]
    passed_over: dict[Path, str] = field(default_factory=dict)
    spoilt: tuple[Path, ...] = ()


@dataclass(frozen=True)
class _Found:
    path: Path
    name: str
    date: str
    study: str
    series: tuple[int, str]
    number: int
    title: str
    side: Side | None
    patient: str = ""
    taken: datetime.date | None = None
    both_hips: bool = False
    biology: Patient = Patient()


def catalogue(folder: str | Path) -> Catalogue:
    """List the films of a folder and of those below it, in the order of an archive.

    Headers are read, pixels are not: a film that cannot be decoded is still listed.
    What is no film (:func:`refuse.check`) is passed over with its reason, and so is a
    file that a DICOMDIR names but that is not there.

    Parameters
    ----------
    folder
        A PACS export, a disc, any folder, or the DICOMDIR inside one.

    Raises
    ------
    FilmRefused
        If there is no such folder.
    """
    root = Path(folder)
    if root.name.upper() == DISC_CONTENTS and root.is_file():
        root = root.parent
    contents = look_through(root)
    passed_over, spoilt = dict(contents.passed_over), list(contents.spoilt)
    found: list[_Found] = []
    for path in contents.films:
        try:
            with quietly(), refusing():
                found.append(_found(path))
        except Refused as refusal:
            passed_over[path] = str(refusal)
            spoilt.append(path)
    for path in list(passed_over):
        if path.name.upper() == DISC_CONTENTS:
            passed_over |= _missing(path)
    return Catalogue(_numbered(found), passed_over, tuple(spoilt))


def _found(path: Path) -> _Found:
    if file_kind(path)[0] == "picture":
        here = str(path.parent)
        return _Found(path, case_id_of(path), "", here, (0, ""), 0, "picture", None)
    header = read_header(path)
    facts = header_facts(header)
    check(header, facts)
    film = header.dataset
    return _Found(
        path,
        case_id_of_dicom(path, header),
        (text(film, "StudyDate") or "") + (text(film, "StudyTime") or ""),
        text(film, "StudyInstanceUID") or str(path.parent),
        (integer(film, "SeriesNumber"), text(film, "SeriesInstanceUID") or ""),
        integer(film, "InstanceNumber"),
        _title(facts),
        facts.side,
        patient_key(text(film, "PatientID") or ""),
        day_of(film),
        facts.side is None and facts.body_part == "PELVIS",
        facts.patient,
    )


def _title(facts: HeaderFacts) -> str:
    parts = (
        facts.modality,
        facts.body_part,
        facts.view,
        {"L": "left", "R": "right", None: None}[facts.side],
        f"{facts.rows} × {facts.columns}",
    )
    return ", ".join(part for part in parts if part)


def _numbered(found: list[_Found]) -> tuple[CatalogueFilm, ...]:
    # Python's sort is stable: films without date or number stay in the order of their
    # names, and so do the studies that they are the first of.
    first: dict[str, tuple[bool, str, int]] = {}
    for i, film in enumerate(found):
        first.setdefault(film.study, (film.date == "", film.date, i))
    found = sorted(found, key=lambda f: (first[f.study], f.series, f.number))
    # Of each study its series, both in the order in which they come.
    studies: dict[str, list[tuple[int, str]]] = {}
    taken: dict[str, int] = {}
    films: list[CatalogueFilm] = []
    for film in found:
        series = studies.setdefault(film.study, [])
        if film.series not in series[-1:]:
            series.append(film.series)
        name = film.name
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:  # IM0001 of another folder
            digest = hashlib.sha256(os.fsencode(film.path)).hexdigest()
            name = f"{name}-{digest[:4]}"
        films.append(
            CatalogueFilm(
                film.path,
                name,
                len(studies),
                len(series),
                film.title,
                film.side,
                film.patient,
                film.taken,
                film.both_hips,
                film.biology,
            )
        )
    return tuple(films)


def _missing(disc_contents: Path) -> dict[Path, str]:
    """The files that a DICOMDIR names and that are not on the disc."""
    root = disc_contents.parent
    missing: dict[Path, str] = {}
    try:
        with quietly(), refusing():
            records = values(read_header(disc_contents).dataset, _RECORDS)
            for record in records[:_MAX_RECORDS]:
                parts = [str(part) for part in values(record, "ReferencedFileID")]
                if not parts or ".." in parts or any("/" in part for part in parts):
                    continue
                path = root.joinpath(*parts)
                if not path.exists() and not _lower(root, parts).exists():
                    missing[path] = "named in the DICOMDIR, yet not on the disc"
    except Refused:
        pass  # a damaged table of contents keeps nobody from the films
    return missing


_RECORDS = "DirectoryRecordSequence"


def _lower(root: Path, parts: list[str]) -> Path:
    """Discs are written in capitals, and copied in small letters."""
    return root.joinpath(*(part.lower() for part in parts))
