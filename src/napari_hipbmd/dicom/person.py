"""Who a film is of and which hip it shows, as far as its tags can be understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pydicom.dataset import Dataset

from ..core.radiograph import Patient, Sex, Side
from .spelling import LEFT, RIGHT, SPELLINGS, plain, spelt, understood
from .tags import items, number, text, values

SIDE_TAGS = ("ImageLaterality", "FrameLaterality", "Laterality")
_CODED = (*SIDE_TAGS, "PatientSex", "PresentationLUTShape", "PresentationIntentType")
"""Codes that must be known; others may be any word of a machine."""

ABOUT_THE_FILM = (
    "SeriesDescription",
    "ProtocolName",
    "AcquisitionProtocolDescription",
    "AcquisitionDeviceProcessingDescription",
    "ImageComments",
)
"""Not of the study, which was asked for one hip and may show the other one, too."""

_REGION = "AnatomicRegionSequence"
_DAYS = (
    "AcquisitionDate",
    "AcquisitionDateTime",
    "ContentDate",
    "StudyDate",
    "SeriesDate",
)
_AGES_DIFFER = 2.0
"""An age in whole years, of a film that was looked at some months later."""

_OLDEST, _GROWN_UP = 120.0, 18.0
_HEIGHT_M, _HEIGHT_CM, _WEIGHT_KG = (0.3, 2.5), (100.0, 250.0), (1.0, 400.0)
_DAYS_PER_UNIT = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}
_AGE = re.compile(r"(\d{1,4}(?:[.,]\d+)?) ?([A-Z]*)")
_YEARS = re.compile(r"Y|J|A|YEARS?|YRS?|JAHRE?|ANS|ANOS")
_STANDARD_AGE = re.compile(r"\d{1,3}[DWMY]", re.IGNORECASE)
_WORDS = {
    side: re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")
    for side, words in (("L", LEFT), ("R", RIGHT))
}


@dataclass(frozen=True)
class Person:
    """What a film says of its patient and its side.

    Attributes
    ----------
    patient, side
        None for what it does not say, or says so that nobody can believe it.
    sides_differ, age_differs
        Whether two of its sources contradict each other.
    misspelt
        Tags that were understood although no standard spells them so.
    unread
        Tags that hold something which was not understood.
    """

    patient: Patient
    side: Side | None
    sides_differ: bool
    age_differs: bool
    misspelt: tuple[str, ...]
    unread: tuple[str, ...]


def person_of(film: Dataset) -> Person:
    """Read patient and side."""
    misspelt = [keyword for keyword in SPELLINGS if spelt(film, keyword)[1]]
    unread = [keyword for keyword in _CODED if not understood(film, keyword)]
    age, by_dates = _said_age(film), _age_by_dates(film)
    if age is None and text(film, "PatientAge"):
        unread.append("PatientAge")
    elif age is not None and not _STANDARD_AGE.fullmatch(
        text(film, "PatientAge") or ""
    ):
        misspelt.append("PatientAge")
    differs = (
        age is not None and by_dates is not None and abs(age - by_dates) > _AGES_DIFFER
    )
    if by_dates is not None and not 0 <= by_dates <= _OLDEST:
        by_dates = None
        if age is None:
            unread.append("PatientBirthDate")
    height_cm, in_cm = _height(film)
    if in_cm:
        misspelt.append("PatientSize")
    weight_kg = _within(number(film, "PatientWeight"), *_WEIGHT_KG)
    for keyword, found in (("PatientSize", height_cm), ("PatientWeight", weight_kg)):
        # Machines write 0 for what they do not know.
        if found is None and text(film, keyword) and number(film, keyword) != 0:
            unread.append(keyword)
    said_sex = spelt(film, "PatientSex")[0]
    if len(values(film, "PatientSex")) > 1:
        said_sex = None
        unread.append("PatientSex")
    sex: Sex | None = "F" if said_sex == "F" else "M" if said_sex == "M" else None
    sides = [spelt(film, keyword)[0] for keyword in SIDE_TAGS]
    sides += _modifiers(film)
    parts = [text(item, "CodeMeaning") for item in items(film, _REGION)[:1]]
    parts += [text(film, keyword) for keyword in ("BodyPartExamined", *ABOUT_THE_FILM)]
    described = _described(" / ".join(filter(None, parts)))
    return Person(
        Patient(sex, by_dates if age is None else age, height_cm, weight_kg),
        _side(sides if any(sides) else [described]),
        len({"L", "R"} & {*sides, described}) > 1,
        differs,
        tuple(misspelt),
        tuple(unread),
    )


def _side(said: Iterable[str | None]) -> Side | None:
    """The first that is one side or none: both hips, or an organ without a side."""
    for one in said:
        if one in ("B", "U"):
            return None
        if one in ("L", "R"):
            return "L" if one == "L" else "R"
    return None


def _modifiers(film: Dataset) -> list[str | None]:
    """Sides that the code of the anatomic region is modified by."""
    return [
        _described(text(modifier, "CodeMeaning") or "")
        for item in items(film, _REGION)[:1]
        for modifier in items(item, "AnatomicRegionModifierSequence")[:4]
    ]


def _described(words: str) -> str | None:
    """The one side that a text names; None for none and for both."""
    found = [side for side, pattern in _WORDS.items() if pattern.search(plain(words))]
    return found[0] if len(found) == 1 else None


def _said_age(film: Dataset) -> float | None:
    """PatientAge in years; a number without a unit where only years make sense.

    Who takes names away may leave 000Y for an adult, and an infant's age is in days,
    weeks or months: no years are no age.
    """
    written = _AGE.fullmatch(plain(text(film, "PatientAge") or ""))
    if not written:
        return None
    count, unit = float(written[1].replace(",", ".")), written[2]
    if not unit and count < _GROWN_UP:
        return None
    if unit in ("", "Y") or _YEARS.fullmatch(unit):
        if count == 0:
            return None
        years = count
    elif unit in _DAYS_PER_UNIT:
        years = round(count * _DAYS_PER_UNIT[unit] / _DAYS_PER_UNIT["Y"], 2)
    else:
        return None
    return _within(years, 0, _OLDEST)


def _age_by_dates(film: Dataset) -> float | None:
    """Years from the birth to the film, possible or not; None where a date lacks."""
    born, taken = _date(film, "PatientBirthDate"), day_of(film)
    if born is None or taken is None:
        return None
    return round((taken - born).days / _DAYS_PER_UNIT["Y"], 1)


def day_of(film: Dataset) -> date | None:
    """The day on which it was taken, where it says so."""
    days = (_date(film, keyword) for keyword in _DAYS)
    return next((day for day in days if day is not None), None)


def _date(film: Dataset, keyword: str) -> date | None:
    """A date, or that of a date with a time; points and dashes were used once."""
    written = re.match(r"(\d{4})[-./]?(\d\d)[-./]?(\d\d)", text(film, keyword) or "")
    try:
        return date(*map(int, written.groups())) if written else None
    except ValueError:
        return None


def _height(film: Dataset) -> tuple[float | None, bool]:
    """Height in cm, and whether the film gives it in cm where metres belong."""
    said = number(film, "PatientSize")
    in_metres = _within(said, *_HEIGHT_M)
    if in_metres is not None:
        return round(in_metres * 100, 2), False
    in_cm = _within(said, *_HEIGHT_CM)
    return in_cm, in_cm is not None


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None
