"""What a table probably means otherwise than it says: columns, and rows that clash."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Hashable, Sequence
from difflib import get_close_matches
from unicodedata import normalize

from ...core.anatomy import REGIONS
from ...core.errors import StudyWarning
from ...core.grown_up import ADULT_YEARS
from .case import Case
from .row import COLUMNS
from .sexes import is_spanish

_MEANT = {
    "group": "patient(id|no|nr|number|name)?|subject(id)?|person(id)?|participant(id)?"
    "|mrn|pid|groups?",
    "case_id": "case|id|name|filename",
    "image": "film|file|path|picture|images",
    "side": "laterality|hip(side)?|sides|seite|cote|lado|lato",
    "sex": "gender|geschlecht|sexe|sexo|sesso|genero|genre|geslacht",
    "age_years": "ages?|ageyrs?|patientage|alter|edad|eta|idade",
    "height_cm": "heights?|size|patientsize|stature|groe?sse|taille|talla|altura"
    "|altezza",
    "weight_kg": "weights?|mass|patientweight|gewicht|poids|peso",
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
_WHOLE = re.compile(r"\d+(\.0)?").fullmatch
_UNITS = re.compile(r"(yrs?|years|cm|kg|mm|gcm2)$")


_BODY_MASS = (7.0, 150.0)
"""kg/m², wide enough for every patient of any age."""


_SHRUNK_CM = 10.0
"""More than a grown-up shrinks from one film to another."""

_ROUNDED = 0.05
"""Of a reading: programs round, and not all take the same parts for the whole hip."""


_FEWEST, _ABOUT = 4, 4.0
"""Cases before a whole column is doubted; years or kg on either side of a number."""


def meant_as(name: str) -> str | None:
    """The known column that a name was probably meant as; None where none is near."""
    letters = re.sub(r"[^a-z0-9]", "", normalize("NFKD", name).casefold())
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
    """Sentences on columns that seem meant as known ones, and on contradictory rows.

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
                + (", and write F or M: M may be mujer" if is_spanish(name) else "")
            )
    return told + _contradictions(cases)


def _contradictions(cases: Sequence[Case]) -> list[str]:
    """Rows that cannot all be right: of one film, of one patient, or by themselves."""
    patients, sides, sexes, groups, heights = [], [], [], [], []
    for same in _alike(cases, lambda case: case.image):
        both = f"the cases {same[0].case_id!r} and {same[1].case_id!r} have one film"
        if len({case.group for case in same}) > 1:
            patients.append(
                f"{both} and are called two patients: one of them has the wrong film,"
                " or they need one 'group'"
            )
        elif len({case.side for case in same}) < len(same):
            sides.append(
                f"{both} and are not told apart by their sides: one of them is too"
                " many, or has the wrong film"
            )
    for same in _alike(cases, lambda case: case.group):
        of = {case.patient.sex: case.case_id for case in same}
        if {"F", "M"} <= of.keys():
            sexes.append(
                f"{of['F']!r} and {of['M']!r} are of one 'group', and a woman and a man"
            )
        tall = sorted(
            (height, case.case_id) for case in same if (height := _tall(case))
        )
        if tall and tall[-1][0] - tall[0][0] > _SHRUNK_CM:
            heights.append(
                f"{tall[0][1]!r} and {tall[-1][1]!r} are of one 'group', and"
                f" {tall[0][0]:g} and {tall[-1][0]:g} cm tall"
            )
    for same in _alike(cases, lambda case: _read_aloud(case.group)):
        one, *others = sorted({case.group for case in same})
        if others:
            groups.append(
                f"the groups {one!r} and {others[0]!r} differ only in their capitals,"
                " blanks or zeros, and count as two patients"
            )
    kinds = (patients, sides, sexes, heights, groups, _impossible(cases), _codes(cases))
    return [*(first_of(found) for found in kinds if found), *reading_doubts(cases)]


def _tall(case: Case) -> float | None:
    """The height of somebody who does not grow any more."""
    age = case.patient.age_years
    return case.patient.height_cm if age is None or age >= ADULT_YEARS else None


def _read_aloud(group: str) -> str:
    """What a spreadsheet, or a second pair of hands, may make of a patient's name."""
    name = " ".join(normalize("NFKC", group).casefold().split())
    return (name.removesuffix(".0").lstrip("0") or "0") if _WHOLE(name) else name


def reading_doubts(cases: Sequence[Case]) -> list[str]:
    """Sentences on readings that cannot be of the sites that they stand for."""
    kinds = _mixed(cases), _swapped(cases), _neck_for_total(cases)
    return [first_of(found) for found in kinds if found]


def _mixed(cases: Sequence[Case]) -> list[str]:
    """Readings of the whole hip that are no mean of those of its three parts."""
    found = []
    for case in cases:
        total = case.dxa.get("total")
        parts = [case.dxa.get(site) for site in REGIONS]
        known = [part for part in parts if part is not None]
        if total is None or len(known) < len(parts):
            continue
        low, high = min(known) * (1 - _ROUNDED), max(known) * (1 + _ROUNDED)
        if not low <= total <= high:
            found.append(
                f"the case {case.case_id!r} has a bmd_total of {total:g} g/cm² and"
                f" regions of {min(known):g} to {max(known):g}, of which it is the"
                " mean: columns may be swapped"
            )
    return found


def _swapped(cases: Sequence[Case]) -> list[str]:
    """Trochanters denser than the shaft below them: no cortex is so thin."""
    found = []
    for case in cases:
        upper, lower = case.dxa.get("trochanter"), case.dxa.get("intertrochanter")
        if upper is not None and lower is not None and upper > lower:
            found.append(
                f"the case {case.case_id!r} has a bmd_trochanter of {upper:g} g/cm²"
                f" above its bmd_intertrochanter of {lower:g}, as hardly any hip has:"
                " columns may be swapped"
            )
    return found


def _neck_for_total(cases: Sequence[Case]) -> list[str]:
    """A column of necks that are mostly denser than the whole hip: one in ten is."""
    both = [c for c in cases if None not in (c.dxa.get("neck"), c.dxa.get("total"))]
    above = [c for c in both if (c.dxa["neck"] or 0) > (c.dxa["total"] or 0)]
    if len(above) < _FEWEST or 2 * len(above) <= len(both):
        return []
    told = (
        f"bmd_neck is above bmd_total in {len(above)} of {len(both)} cases"
        f" ({above[0].case_id!r}, …), as one hip in ten has: the two columns may be"
        " swapped"
    )
    return [told]


def _codes(cases: Sequence[Case]) -> list[str]:
    """99 where it is far more frequent than the numbers about it: nobody knew."""
    found = []
    for column, unit in (("age_years", "years"), ("weight_kg", "kg")):
        known = {c.group: getattr(c.patient, column) for c in cases}
        near = [v for v in known.values() if v is not None and abs(v - 99) <= _ABOUT]
        coded = near.count(99)
        if coded >= _FEWEST and 2 * coded > len(near):
            found.append(
                f"{column} is 99 {unit} in {coded} of {len(known)} patients, which may"
                " be a code for 'not known': leave such cells empty, or it counts"
            )
    return found


def _impossible(cases: Sequence[Case]) -> list[str]:
    found = []
    for case in cases:
        height, weight = case.patient.height_cm, case.patient.weight_kg
        if height is None or weight is None:
            continue
        index = weight / (height / 100) ** 2
        if not _BODY_MASS[0] <= index <= _BODY_MASS[1]:
            found.append(
                f"the case {case.case_id!r} has a height of {height:g} cm and a weight"
                f" of {weight:g} kg, as nobody has: the two may be swapped, or in"
                " other units"
            )
    return found


def first_of(found: Sequence[str]) -> str:
    """The first sentence of a kind, and how many there are of it."""
    more = len(found) - 1
    return f"{found[0]} ({more} more of this kind)" if more else found[0]


def _alike(cases: Sequence[Case], key: Callable[[Case], Hashable]) -> list[list[Case]]:
    """The cases that share something with another one."""
    found: dict[Hashable, list[Case]] = {}
    for case in cases:
        found.setdefault(key(case), []).append(case)
    return [same for same in found.values() if len(same) > 1]


def warn_of_columns(cases: Sequence[Case]) -> None:
    """Warn (:class:`StudyWarning`) of columns passed over and rows that contradict."""
    for sentence in advice(cases):
        warnings.warn(f"cases.csv: {sentence}.", StudyWarning, stacklevel=3)
