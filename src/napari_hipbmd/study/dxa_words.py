"""What densitometers call sites, sides, columns and days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from ..core.anatomy import Site
from ..core.errors import Refused
from ..core.radiograph import Side

DateOrder = Literal["dmy", "mdy"]
_UNREADABLE = "a day cannot be read: write it like 2024-03-14"
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11,
    "dec": 12, "dez": 12,
}  # fmt: skip
_SITES: dict[str, Site] = {
    **dict.fromkeys(("neck", "schenkelhals"), "neck"),
    **dict.fromkeys(("troch", "trochanter", "trochanteric"), "trochanter"),
    **dict.fromkeys(
        ("inter", "intertroch", "intertrochanter", "intertrochanteric", "shaft"),
        "intertrochanter",
    ),
    **dict.fromkeys(("htot", "total", "gesamt"), "total"),
}
_SIDES: dict[str, Side] = {
    **dict.fromkeys(("l", "lt", "left", "links", "linke", "linker"), "L"),
    **dict.fromkeys(("r", "rt", "right", "rechts", "rechte", "rechter"), "R"),
}


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ELSEWHERE = _listed(
    "spine lumbar forearm radius ulna wb wbtot whole lva wirbelsäule l1 l2 l3 l4 arm"
    " leg trunk rib ribs"
)
_NOT_BMD = _listed(
    "t z score tscore zscore percent pct ya am ref reference area bmc cv sd std change"
    " prior previous baseline upper lower ward wards mean diff difference bmad"
)
_COLUMNS = {
    "patient": "identifier1 patientid patientnumber patientno patientnr pid mrn"
    " medicalrecordnumber patientidentifier id",
    "taken": "scandate examdate measurementdate measuredate dateofscan dateofexam"
    " dateofmeasurement studydate date untersuchungsdatum messdatum",
    "side": "side laterality hipside scanside seite",
    "exam": "scantype scanmode exam examtype scan site measuredsite skeletalsite"
    " bodypart",
    "region": "region roi regionname bereich",
    "bmd": "bmd bmdgcm2",
    "sex": "sex gender geschlecht",
    "age_years": "age ageyears ageatscan patientage alter",
    "height_cm": "heightcm patientheightcm",
    "weight_kg": "weightkg patientweightkg",
}
_BY_LETTERS = {
    alias: name for name, aliases in _COLUMNS.items() for alias in aliases.split()
}
_WITHOUT_UNIT = {"height": "cm", "weight": "kg"}
_UNIT = re.compile(r"[(\[]?\s*g\s*/\s*cm\s*[²2]\s*[)\]]?", re.IGNORECASE)


def column_named(text: str) -> str | None:
    """The column that a name stands for, other than a reading; None if it is none."""
    letters = re.sub(r"[\W_]", "", text.casefold().replace("²", "2"))
    return _BY_LETTERS.get(letters)


def lacks_unit(text: str) -> str | None:
    """The unit that a column of heights or weights should name and does not."""
    return _WITHOUT_UNIT.get(re.sub(r"[\W_]", "", text.casefold()))


def site_named(text: str) -> Site | None:
    """The site that a region's name stands for; None for all others."""
    words = _words(text)
    if (_ELSEWHERE | _NOT_BMD) & words:
        return None
    found = {_SITES[word] for word in words & set(_SITES)}
    if len(found) > 1:
        found.discard("total")  # "total hip, neck" is a neck
    return found.pop() if len(found) == 1 else None


def site_of_bmd(text: str) -> Site | None:
    """The site of a column of readings, such as ``HTOT_BMD`` or *Neck BMD (g/cm²)*."""
    bare = _UNIT.sub(" ", text)
    return site_named(bare) if "bmd" in _words(bare) else None


def side_named(text: str) -> Side | None:
    """The side that a text names; None where it names none or both."""
    found = {_SIDES[word] for word in _words(text) & set(_SIDES)}
    return found.pop() if len(found) == 1 else None


def is_elsewhere(text: str) -> bool:
    """Whether a scan is of another part of the body."""
    return bool(_ELSEWHERE & _words(text))


def maker_named(text: str) -> str:
    """The maker that a text gives away, or nothing."""
    words = _words(text)
    if words & {"hologic", "htot", "apex", "discovery", "identifier1", "qdr"}:
        return "Hologic"
    if words & {"lunar", "ge", "encore", "prodigy", "idxa", "shaft"}:
        return "GE Lunar"
    return ""


def day(text: str, order: DateOrder | None, short_years: bool = False) -> date | None:
    """A day as it was written; None where nothing was.

    Parameters
    ----------
    order
        Of a day with strokes.
    short_years
        Whether years may have two digits: only where a person told the order, since
        24/03/05 may begin with the year.

    Raises
    ------
    Refused
        If it is none, or could be two: a clause.
    """
    written = re.split(r"(?<=\d)T", text.strip())[0]
    if not written:
        return None
    parts = [int(part) for part in re.findall(r"\d+", written)]
    month = _month_named(written)
    if re.fullmatch(r"\d{8}", written):
        parts = [int(written[:4]), int(written[4:6]), int(written[6:])]
    elif month and len(parts) >= 2:
        parts, order = [parts[0], month, parts[1]], "dmy"
    if len(parts) < 3:
        raise Refused(_UNREADABLE)
    if parts[0] > 999:
        year, month, number = parts[:3]
    elif parts[2] < 1000 and not (short_years and parts[2] < 100):
        raise Refused("a day has a year of two digits: say --dates dmy or mdy")
    elif "." in written or order == "dmy":
        number, month, year = parts[:3]
    elif order == "mdy":
        month, number, year = parts[:3]
    else:
        raise Refused(
            "days could be meant as day/month or month/day: say --dates dmy or mdy"
        )
    try:
        return date(_whole_year(year), month, number)
    except ValueError:
        raise Refused(_UNREADABLE) from None


def _whole_year(year: int) -> int:
    """No reading is of the future."""
    if year > 99:
        return year
    return year + 2000 if year + 2000 <= date.today().year else year + 1900


def _month_named(text: str) -> int | None:
    """Its number where the month is written out, in English or German."""
    words = re.findall(r"[^\W\d_]{3,}", text.casefold())
    return next((_MONTHS[w[:3]] for w in words if w[:3] in _MONTHS), None)


def date_order(texts: Iterable[str]) -> DateOrder | None:
    """The only order in which all days with strokes are days; None if both will do."""
    days = [
        (int(found[1]), int(found[2]))
        for text in texts
        if (found := re.match(r"\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}", text))
    ]
    first, second = (any(one[i] > 12 for one in days) for i in (0, 1))
    if first == second:
        return None
    return "dmy" if first else "mdy"


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))
