"""What an archive answers, as far as it can be believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydicom.dataset import Dataset
from pydicom.pixels.utils import get_expected_length

_WORDS = ("BodyPartExamined", "SeriesDescription", "ProtocolName", "StudyDescription")
_PARTS = {
    "hip": "hip", "hüft": "hip", "hueft": "hip", "coxa": "hip", "pelvi": "pelvis",
    "becken": "pelvis", "femur": "femur", "femoral": "femur",
}  # fmt: skip
_HIP = re.compile("|".join(_PARTS), re.IGNORECASE)


@dataclass(frozen=True)
class ArchivedSeries:
    """A series of films, as the archive lists it."""

    study: str
    series: str
    patient_id: str
    day: str
    modality: str
    words: str

    @property
    def part(self) -> str:
        """``hip``, ``pelvis`` or ``femur``, as its words say first; empty if neither.

        Nothing else of them: whoever wrote them may have named somebody.
        """
        found = _HIP.search(self.words)
        return "" if found is None else _PARTS[found[0].lower()]

    @property
    def is_of_hip(self) -> bool:
        """Whether its words speak of a hip or the pelvis."""
        return bool(self.part)


@dataclass(frozen=True)
class Asked:
    """Which series were asked for; days as ``YYYYMMDD``."""

    modality: str
    study: str | None = None
    patient: str | None = None
    since: str | None = None
    until: str | None = None

    def filters(self) -> dict[str, str]:
        """As DICOMweb asks."""
        days = f"{self.since or ''}-{self.until or ''}"
        asked = {
            "PatientID": self.patient or "",
            "StudyDate": "" if days == "-" else days,
            "Modality": self.modality,
        }
        return {name: text for name, text in asked.items() if text}

    def fits(self, one: ArchivedSeries) -> bool:
        """Whether a series is one of them: a server may pass over what it is asked.

        What is not said of a series is taken for what was asked.
        """
        day = re.sub(r"\D", "", one.day) or self.since or self.until or ""
        return (
            one.modality in (self.modality, "")
            and one.study in (self.study or one.study, "")
            and (not self.patient or _is_like(one.patient_id, self.patient))
            and (self.since or day) <= day <= (self.until or day)
        )


def _is_like(number: str, asked: str) -> bool:
    """Whether a patient's number is the one; ``*`` and ``?`` stand for others."""
    number, asked = number.strip().casefold(), asked.strip().casefold()
    return number in (asked, "") or fnmatchcase(number, asked)


def series_of(found: Dataset) -> ArchivedSeries:
    """A series of a list."""

    def said(keyword: str) -> str:
        return str(found.get(keyword) or "")

    return ArchivedSeries(
        said("StudyInstanceUID"),
        said("SeriesInstanceUID"),
        said("PatientID"),
        said("StudyDate"),
        said("Modality"),
        " ".join(filter(None, map(said, _WORDS))),
    )


def is_whole(film: Dataset) -> bool:
    """Whether a film came with its whole picture; pydicom leaves a torn one out."""
    if "PixelData" not in film:
        return False
    if film.file_meta.TransferSyntaxUID.is_encapsulated:
        return bool(film.PixelData)
    try:
        return len(film.PixelData) >= get_expected_length(film)
    except (AttributeError, TypeError, ValueError):
        return True  # it does not say how large it is
