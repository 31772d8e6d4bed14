"""Days as densitometers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from ...core.errors import Refused

DateOrder = Literal["dmy", "mdy"]
_UNREADABLE = "a day cannot be read: write it like 2024-03-14"
_MONTHS = (
    "jan january januar jän jänner",
    "feb february februar",
    "mar march mär märz mrz",
    "apr april",
    "may mai",
    "jun june juni",
    "jul july juli",
    "aug august",
    "sep sept september",
    "oct october okt oktober",
    "nov november",
    "dec december dez dezember",
)
_MONTH = {
    word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
_BESIDE_MONTHS = (
    "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat"
    " saturday sun sunday mo montag di dienstag mi mittwoch do donnerstag fr freitag sa"
    " samstag so sonntag st nd rd th of the den der um uhr at am pm t z utc gmt"
)


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
    if re.fullmatch(r"(19|20)\d{6}", written):
        parts = [int(written[:4]), int(written[4:6]), int(written[6:])]
    elif month and len(parts) >= 2:
        parts, order = [parts[0], month, parts[1]], "dmy"
    elif not re.match(r"\D*\d+[\s/.-]+\d+[\s/.-]+\d", written):
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
    """Its number where the month is written out, in English or German; None if not.

    Raises
    ------
    Refused
        If there is a word beside it that is none of a day: ``mar 4 abr`` is no March.
    """
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    words -= set(_BESIDE_MONTHS.split())
    months = words & set(_MONTH)
    if months and len(words) > 1:
        raise Refused(_UNREADABLE)
    return _MONTH[months.pop()] if months else None


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
