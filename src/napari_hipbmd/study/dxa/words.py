"""What densitometers call sites, sides and columns."""

from __future__ import annotations

import re

from ...core.anatomy import Site
from ...core.radiograph import Side

_SITES: dict[str, Site] = {
    **dict.fromkeys(
        ("neck", "hals", "schenkelhals", "oberschenkelhals", "femurhals"), "neck"
    ),
    **dict.fromkeys(
        ("troch", "trochanter", "trochanteric", "trochantär"), "trochanter"
    ),
    **dict.fromkeys(
        (
            "inter",
            "intertroch",
            "intertrochanter",
            "intertrochanteric",
            "intertrochantär",
            "shaft",
            "schaft",
        ),
        "intertrochanter",
    ),
    **dict.fromkeys(("htot", "total", "gesamt"), "total"),
}


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SIDES: dict[str, Side] = {
    **dict.fromkeys(
        _listed(
            "l lt left links linke linker izq izquierda izquierdo esquerda esquerdo"
            " gauche sinistra sinistro linkes linken"
        ),
        "L",
    ),
    **dict.fromkeys(
        _listed(
            "r rt right rechts rechte rechter derecha derecho direita direito droite"
            " droit destra destro rechtes rechten"
        ),
        "R",
    ),
}
_WHOLE_SIDES: dict[str, Side] = {"li": "L", "re": "R"}
"""Where a cell says nothing else: *re* begins other words."""

_NOTHING = _listed("na none null nil unknown unbekannt u")
_ELSEWHERE = _listed(
    "spine lumbar forearm radius ulna wb wbtot whole lva wirbelsäule l1 l2 l3 l4 arm"
    " leg trunk rib ribs body bodies head trunks subtotal subtot sub tbody tb tblh"
    " arms legs larm rarm lleg rleg lrib rrib lspine tspine thoracic android gynoid"
    " heel calcaneus wrist ganzkörper körper kopf rumpf unterarm lws"
)
_NOT_BMD = _listed(
    "t z score tscore zscore percent pct ya am ref reference area bmc cv sd std change"
    " prior previous baseline upper lower ward wards mean diff difference bmad"
    " average avg mittel mittelwert durchschnitt differenz änderung veränderung fläche"
    " standardised standardized expected predicted adjusted"
)
_HIP = _listed("hip hips femur femora femoral htot hüfte hüften oberschenkel")
_COLUMNS = {
    "patient": "identifier1 patientid patientnumber patientno patientnr pid mrn"
    " medicalrecordnumber patientidentifier patientenid patientennummer patientennr"
    " id",
    "taken": "scandate examdate measurementdate measuredate dateofscan dateofexam"
    " dateofmeasurement untersuchungsdatum messdatum studydate date",
    "side": "side laterality hipside scanside seite lado lateralidad côté cote lato",
    "exam": "scantype scanmode exam examtype scan site measuredsite skeletalsite"
    " bodypart scantyp scanart untersuchung messort körperteil",
    "region": "region roi regionname bereich",
    "bmd": "bmd knochendichte",
    "sex": "sex gender geschlecht sexo género genero sexe genre sesso geslacht",
    "age_years": "age ageyears ageatscan patientage alter",
    "height_cm": "heightcm patientheightcm",
    "weight_kg": "weightkg patientweightkg",
}
_BY_LETTERS = {
    alias: name for name, aliases in _COLUMNS.items() for alias in aliases.split()
}
_GENERALITY = {
    alias: i for aliases in _COLUMNS.values() for i, alias in enumerate(aliases.split())
}
_PATIENT = _listed("patient patientin pat")
_NAMES = _listed(
    "name lastname firstname surname familyname givenname nachname vorname"
)
_BESIDE = _NAMES | _listed(
    "patient patientname dob birthdate birthday dateofbirth born geburtsdatum"
    " geburtstag geb ethnicity race operator technologist physician referringphysician"
    " referredby height weight bmi menopauseage time accession accessionnumber analyzed"
    " model"
)
_HEIGHTS = _listed("height patientheight größe groesse körpergröße koerpergroesse")
_WEIGHTS = _listed("weight patientweight gewicht körpergewicht koerpergewicht")
_WITHOUT_UNIT = {
    **{name.casefold(): "cm" for name in _HEIGHTS},
    **{name.casefold(): "kg" for name in _WEIGHTS},
}
_DENSITY = re.compile(r"\b(k?g|mg|gm)\s*/\s*(cm|mm|m)\s*\^?\s*([23²³]?)", re.I)
_QUANTITIES = {"bmc": _listed("bmc"), "area": _listed("area fläche")}
_UNITS = _listed("g cm cm2 cm² bmd")
_UNIT = re.compile(r"[(\[]?\s*gm?\s*/\s*cm\s*[\^Â]?[²2?\ufffd]?\s*[)\]]?", re.I)
"""Also where a wrong set of characters has spoilt its exponent."""


def column_named(text: str) -> str | None:
    """The column that a name stands for, other than a reading; None if it is none."""
    return _BY_LETTERS.get(_letters(_UNIT.sub("", text)))


def names_a_patient(text: str) -> bool:
    """Whether what follows a name tells which patient it is, readable or not."""
    column = column_named(text)
    if column:
        return column == "patient"
    return bool(_PATIENT & _words(text)) or _letters(text) in _NAMES


def is_a_facts(text: str) -> bool:
    """Whether a text is the whole name of something that a report says."""
    known = _letters(text) in _BESIDE or column_named(text) is not None
    return known or lacks_unit(text) is not None


def generality(text: str) -> int:
    """The greater, the less a column's name says: ``ID`` comes after ``PATIENT_ID``."""
    return _GENERALITY.get(_letters(text), 0)


def lacks_unit(text: str) -> str | None:
    """The unit that a column of heights or weights should name and does not."""
    return _WITHOUT_UNIT.get(_letters(text))


def names_height_and_weight(text: str) -> bool:
    """Whether a name is of both, as *Height / Weight* is."""
    parts = re.split(r"\s*[/&+]\s*|\s+and\s+|\s+und\s+", text.strip())
    return [lacks_unit(part) for part in parts] == ["cm", "kg"]


def site_named(text: str) -> Site | None:
    """The site that a region's name stands for; None for all others."""
    words = _words(text)
    if is_elsewhere(text) or _NOT_BMD & words:
        return None
    found = {_SITES[word] for word in words & set(_SITES)}
    if len(found) > 1:
        found.discard("total")  # "total hip, neck" is a neck
    return found.pop() if len(found) == 1 else None


def site_of_bmd(text: str) -> Site | None:
    """The site of a column of readings, such as ``HTOT_BMD`` or *Neck BMD (g/cm²)*."""
    bare = _UNIT.sub(" ", text)
    return site_named(bare) if "bmd" in _words(bare) else None


def is_strange(label: str) -> bool:
    """Whether a region, or a column of readings, is of no place that is known."""
    if site_named(label) or is_elsewhere(label):
        return False
    return not _NOT_BMD & _words(label) and bool(re.search(r"[^\W\d_]", label))


def strange_bmd(text: str) -> bool:
    """Whether a column has readings of no place that is known, as *Hip BMD* has."""
    bare = _UNIT.sub(" ", text)
    named = "bmd" in _words(bare) and column_named(text) is None
    return named and is_strange(bare)


def side_named(text: str) -> Side | None:
    """The side that a text names; None where it names none or both."""
    found = {_SIDES[word] for word in _words(text) & set(_SIDES)}
    return found.pop() if len(found) == 1 else _WHOLE_SIDES.get(_letters(text))


def other_unit(text: str) -> str | None:
    """The unit of a column of readings, where it is not g/cm²; one of sBMD is none."""
    found = _DENSITY.search(text) if "bmd" in _words(text) else None
    if found is None:
        return None
    mass, length = found[1].lower(), found[2].lower()
    exponent = {"3": "³", "³": "³"}.get(found[3], "²")
    fits = mass in ("g", "gm") and (length, exponent) == ("cm", "²")
    return None if fits else f"{mass}/{length}{exponent}"


def quantity_beside(text: str, label: str | None) -> str | None:
    """``bmc`` or ``area``, where a column is that of the place of a column of BMD.

    Parameters
    ----------
    label
        The column of BMD; None for the only one of a table with a row a region.
    """
    words = _words(text)
    place = _words(label or "") - _UNITS
    for quantity, names in _QUANTITIES.items():
        if names & words and words - names - _UNITS == place:
            return quantity
    return None


def as_typed(text: str) -> str:
    """A patient's number without what keeps a spreadsheet from changing it."""
    return re.sub(r'^(=?"|=|\')|"$', "", text.strip()).strip()


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet made 1.23E+05 of a long number."""
    return bool(re.fullmatch(r"\d([.,]\d+)?E\+\d+", text.strip(), re.IGNORECASE))


def says_nothing(text: str) -> bool:
    """Whether a cell is empty, or says that nothing is known."""
    return not re.search(r"\w", text) or _letters(text) in _NOTHING


def names_a_hip(text: str) -> bool:
    """Whether a scan or a region says that it is of a hip."""
    return bool(_HIP & _words(text))


def is_elsewhere(text: str) -> bool:
    """Whether a scan is of another part of the body."""
    words = _words(text)
    if words & {"femur", "femoral"}:
        words.discard("head")
    return bool(_ELSEWHERE & words)


def maker_named(text: str) -> str:
    """The maker that a text gives away, or nothing."""
    words = _words(text)
    if words & {"hologic", "htot", "apex", "discovery", "identifier1", "qdr"}:
        return "Hologic"
    if words & {"lunar", "ge", "encore", "prodigy", "idxa", "shaft", "schaft"}:
        return "GE Lunar"
    return ""


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold().replace("²", "2"))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))
