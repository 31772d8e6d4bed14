"""A film's name that gives no person away."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pydicom.dataset import Dataset

from .tags import code, text

_SUFFIXES = frozenset(
    {".dcm", ".dicom", ".dic", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}
)
_NOBODY = frozenset(
    ["ANON", "ANONYMOUS", "ANONYMIZED", "CASE", "DIGITAL", "FILM", "HIP", "IMAGE"]
    + ["LEFT", "PATIENT", "PELVIS", "PHANTOM", "RIGHT", "STUDY", "SUBJECT", "TEST"]
    + ["AP", "CR", "DCM", "DX", "LT", "RT", "UNKNOWN", "XR"]
)
_LONGEST = 64


def case_id_of(path: Path) -> str:
    """The file's name without its suffix, printable and at most 64 characters."""
    suffix = path.suffix if path.suffix.lower() in _SUFFIXES else ""
    stem = path.name.removesuffix(suffix)
    return "".join(c if c.isprintable() else "_" for c in stem)[:_LONGEST] or "film"


def case_id_of_dicom(path: Path, film: Dataset) -> str:
    """The file's name, or a number in its place where it names the patient.

    Somebody's archive may have written ``SMITH_JANE_HIP.dcm``. The number is made from
    the film's own identifier, so that it is the same each time.
    """
    name = case_id_of(path)
    if not _names_somebody(name, film):
        return name
    unique = text(film, "SOPInstanceUID") or path.name
    return f"film-{hashlib.sha256(unique.encode()).hexdigest()[:8]}"


def _names_somebody(name: str, film: Dataset) -> bool:
    if code(film, "PatientIdentityRemoved") == "YES":
        return False
    # A person's name has letters only: RG2 is a sample, JANE in JANE2 may be one.
    words = set(re.findall(r"[^\W\d_]+", name.upper()))
    person = re.findall(r"\w+", (text(film, "PatientName") or "").upper())
    if words & {word for word in person if len(word) > 1 and word.isalpha()} - _NOBODY:
        return True
    number = (text(film, "PatientID") or "").upper()
    return len(number) >= 4 and number not in _NOBODY and number in name.upper()
