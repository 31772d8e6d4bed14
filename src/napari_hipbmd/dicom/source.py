"""The film that a report is about: how DICOM names it, with or without the person.

Unique identifiers of a film lead to its patient for everybody with access to the
archive, so they count as identifiers (DICOM PS3.15, annex E). Unless asked for, each is
replaced by one derived from it (SHA-512, one way): reports about one film agree, and
nobody finds the film who does not have it already.
"""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from ..core.errors import FilmRefused
from .guard import quietly, refusing
from .header import read_header
from .sniff import file_kind
from .tags import text

IDENTIFIERS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_WRITER = "napari-hipbmd de-identified"


def source_of(path: Path, identified: bool = False) -> Dataset | None:
    """The attributes by which other objects refer to a film.

    Parameters
    ----------
    identified
        Whether patient, dates and the film's own unique identifiers are kept.

    Returns
    -------
    Dataset or None
        Patient, study, series and instance; None for a picture, which has none.

    Raises
    ------
    FilmRefused
        If the file is no film.
    """
    with quietly(), refusing():
        if file_kind(path)[0] not in ("dicom", "bare dicom"):
            return None
        film = read_header(path).dataset
        source = Dataset()
        source.SpecificCharacterSet = "ISO_IR 192"
        for keyword in ("SOPClassUID", *UIDS):
            value = text(film, keyword)
            if not value or not UID(value).is_valid:
                raise FilmRefused(
                    f"The film has no valid {keyword}, so no other object can refer to"
                    " it: a structured report needs a complete DICOM film."
                )
            derived = keyword in UIDS and not identified
            setattr(source, keyword, derived_uid(value) if derived else value)
        for keyword in IDENTIFIERS:
            value = text(film, keyword) if identified else None
            setattr(source, keyword, value or "")
        sex = text(film, "PatientSex")
        source.PatientSex = sex if sex in ("F", "M", "O") else ""
        for keyword in ("Rows", "Columns", "Modality"):
            setattr(source, keyword, film.get(keyword, ""))
        if not identified:
            source.PatientIdentityRemoved = "YES"
            source.DeidentificationMethod = "identifiers left out, UIDs replaced"
        return source


def derived_uid(*parts: str) -> UID:
    """A unique identifier that follows from others and does not lead back to them."""
    return generate_uid(entropy_srcs=[_WRITER, *parts])
