"""Columns of a table that are not understood, and what they were probably meant as."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from difflib import get_close_matches

from .case import Case
from .row import COLUMNS

_MEANT = {
    "group": "patient(id|no|nr|number|name)?|subject(id)?|person(id)?|participant(id)?"
    "|mrn|pid|groups?",
    "case_id": "case|id|name|filename",
    "image": "film|file|path|picture|images",
    "side": "laterality|hip(side)?|sides|seite",
    "sex": "gender|geschlecht",
    "age_years": "ages?|ageyrs?|patientage|alter",
    "height_cm": "heights?|size|patientsize|stature|groesse",
    "weight_kg": "weights?|mass|patientweight|gewicht",
    **{
        f"bmd_{site}": f"a?bmd{other}(gcm2|gcm)?|{other}a?bmd(gcm2|gcm)?"
        for site, other in (
            ("neck", "(femoral)?neck"),
            ("trochanter", "(troch|trochanter)"),
            ("intertrochanter", "(inter|intertroch|intertrochanter|shaft)"),
            ("total", "total(hip)?"),
        )
    },
}
_UNITS = re.compile(r"(yrs?|years|cm|kg|mm|gcm2)$")


class StudyWarning(UserWarning):
    """Something in a study's table that is passed over and may have been meant."""


def meant_as(name: str) -> str | None:
    """The known column that a name was probably meant as; None where none is near."""
    letters = re.sub(r"[^a-z0-9]", "", name.casefold().replace("²", "2"))
    if letters.startswith("true"):  # the exact values of digital hips
        return None
    for bare in (letters, _UNITS.sub("", letters)):
        for known, pattern in _MEANT.items():
            if re.fullmatch(pattern, bare):
                return known
    plain = {re.sub(r"[^a-z0-9]", "", known): known for known in COLUMNS}
    near = get_close_matches(letters, plain, 1, 0.88)
    return plain[near[0]] if near else None


def advice(cases: Sequence[Case]) -> list[str]:
    """A sentence for each column that seems to be meant as a known one.

    Parameters
    ----------
    cases
        All of a study.
    """
    told = []
    for name in dict.fromkeys(name for case in cases for name in case.extra):
        known = meant_as(name)
        if known is None or name in COLUMNS:
            continue
        values = [case.extra.get(name, "").strip() for case in cases]
        if not any(values):
            continue
        if known == "group":
            by_case = all(case.group == case.case_id for case in cases)
            filled = [value for value in values if value]
            if not by_case or len(set(filled)) == len(filled):
                continue
            told.append(
                f"the column {name!r} repeats and there is no column 'group': two films"
                " of one patient count as two patients, which makes every agreement"
                f" look better; call it 'group' if {name!r} is the patient"
            )
        else:
            told.append(
                f"the column {name!r} is passed over; call it {known!r} if that is"
                " what it holds"
            )
    return told


def warn_of_columns(cases: Sequence[Case]) -> None:
    """Warn (:class:`StudyWarning`) of columns that are passed over."""
    for sentence in advice(cases):
        warnings.warn(f"cases.csv: {sentence}.", StudyWarning, stacklevel=3)
