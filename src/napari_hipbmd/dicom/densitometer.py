"""What a densitometer sends as DICOM: structured reports and encapsulated text.

A reading in a structured report is a NUM item in g/cm²; what it is of is told by its
own name, by its modifiers and by the containers around it, in words or codes that
differ between makers. So the words are handed on as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydicom.dataset import Dataset

from ..core.errors import FilmRefused
from ..core.radiograph import Patient
from .guard import quietly, refusing
from .header import read_header
from .person import day_of, person_of
from .privacy.naming import patient_key
from .tags import code, items, number, text, values

_DEEPEST = 20
_LARGEST_TEXT = 4_000_000
_DENSITY = frozenset({"g/cm2", "gm/cm2", "g/cm^2", "g/cm²"})
_TEXTS = frozenset({"text/plain", "text/csv", "text/tab-separated-values"})


@dataclass(frozen=True)
class DxaReport:
    """A report, without whose it is.

    Attributes
    ----------
    patient
        As :attr:`DxaReading.patient`.
    numbers
        Words about each density, from the outside in, and its g/cm².
    text
        Of an encapsulated document.
    maker
        As the header names it.
    """

    patient: str
    taken: date | None
    biology: Patient
    maker: str = ""
    numbers: tuple[tuple[str, float], ...] = ()
    text: str = field(default="", repr=False)


def dxa_report(path: Path) -> DxaReport:
    """Read a DICOM file of a densitometer.

    Raises
    ------
    FilmRefused
        If it holds neither densities nor text, such as a report that is a picture.
    """
    with quietly(), refusing():
        header = read_header(path)
        report = header.dataset
        numbers = tuple(_densities(report, "", 0))
        kind = (text(report, "MIMETypeOfEncapsulatedDocument") or "").lower()
        words = _document(report) if kind.split(";")[0].strip() in _TEXTS else ""
        patient = patient_key(text(report, "PatientID") or "")
        maker = text(report, "Manufacturer") or ""
        found = DxaReport(
            patient, day_of(report), person_of(report).patient, maker, numbers, words
        )
    if header.is_short:
        raise FilmRefused(f"{path.name} is cut short: export it again.")
    if not numbers and not words:
        what = f"a document of the type {kind[:40]}" if kind else "a file without BMD"
        raise FilmRefused(
            f"{path.name} is {what}: readings are taken from structured reports and"
            " from text."
        )
    return found


def _densities(item: Dataset, above: str, depth: int) -> Iterator[tuple[str, float]]:
    if depth > _DEEPEST:
        return
    inside = items(item, "ContentSequence")
    said = [_meaning(item, "ConceptNameCodeSequence")]
    for one in inside:
        relation = code(one, "RelationshipType")
        if relation in ("HAS CONCEPT MOD", "HAS PROPERTIES", "HAS ACQ CONTEXT"):
            said.append(_meaning(one, "ConceptCodeSequence"))
            said.append(text(one, "TextValue") or "")
    words = " ".join(filter(None, [above, *said]))
    if code(item, "ValueType") == "NUM":
        for value in items(item, "MeasuredValueSequence"):
            unit = items(value, "MeasurementUnitsCodeSequence")
            named = {text(one, "CodeValue") or "" for one in unit}
            density = number(value, "NumericValue")
            if named & _DENSITY and density is not None:
                yield words, density
    for one in inside:
        yield from _densities(one, words, depth + 1)


def _meaning(item: Dataset, keyword: str) -> str:
    return " ".join(text(one, "CodeMeaning") or "" for one in items(item, keyword))


def _document(report: Dataset) -> str:
    [data, *_] = [*values(report, "EncapsulatedDocument"), b""]
    if not isinstance(data, bytes) or len(data) > _LARGEST_TEXT:
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "ignore").rstrip("\0")
    raw = data.rstrip(b"\0")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
