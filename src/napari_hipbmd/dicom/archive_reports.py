"""Structured reports on their way back to the archive of their films."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

from pydicom import dcmread
from pydicom.dataset import Dataset

from ..core.errors import FilmRefused
from .guard import Metered, quietly, refusing

PATIENT = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip
"""What reports of a study have to say alike."""


def reports_in(path: Path) -> list[tuple[Path, Dataset]]:
    """The structured reports of a folder, or the one that is given.

    Raises
    ------
    FilmRefused
        If there is none, or one cannot be read.
    """
    if not path.is_file() and not path.is_dir():
        raise FilmRefused(f"There is no file or folder {path}.")
    found: list[tuple[Path, Dataset]] = []
    every = sorted(path.rglob("*.dcm"))
    inside = [file for file in every if file.name[0] != "." and file.is_file()]
    for file in inside if path.is_dir() else [path]:
        with quietly(), refusing(file.name), file.open("rb") as opened:
            metered = Metered(opened)
            report = dcmread(cast(BinaryIO, metered), stop_before_pixels=True)
        if metered.is_short:
            raise FilmRefused(
                f"{file.name} is cut short, and nothing was sent: make it again, or"
                " take it away."
            )
        if report.get("Modality") == "SR" and report.get("StudyInstanceUID"):
            found.append((file, report))
    if not found:
        raise FilmRefused(
            f"{path.name} holds no structured report: 'hipbmd measure --sr' makes them."
        )
    return found


def with_identity(report: Dataset, study: Dataset, real: Mapping[str, str]) -> Dataset:
    """A report without the person as it belongs under its study.

    Parameters
    ----------
    study
        As :meth:`Archive.study` tells it.
    real
        Unique identifiers in the report → those of the archive; changed in place.
    """
    _renamed(report, real)
    for keyword in PATIENT:
        if study.get(keyword):
            setattr(report, keyword, study[keyword].value)
    for keyword in ("PatientIdentityRemoved", "DeidentificationMethod"):
        if keyword in report:
            delattr(report, keyword)
    return report


def _renamed(item: Dataset, real: Mapping[str, str]) -> None:
    for element in item:
        if element.VR == "SQ":
            for inner in element.value:
                _renamed(inner, real)
        elif element.VR == "UI" and str(element.value) in real:
            element.value = real[str(element.value)]
