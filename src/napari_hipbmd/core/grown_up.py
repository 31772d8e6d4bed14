"""Whether a hip may be a child's, by what is known of the patient."""

from __future__ import annotations

from .radiograph import Flag, Patient

ADULT_YEARS, _SMALLEST_ADULT_CM, _LIGHTEST_ADULT_KG = 18, 125, 25


def child_flag(patient: Patient, described: bool = False) -> Flag | None:
    """The flag ``child``, or None for an adult.

    Parameters
    ----------
    patient
        Age in years, height in cm and weight in kg, as far as they are known.
    described
        Whether the film's description speaks of a child.
    """
    why = _why(patient, described)
    if why is None:
        return None
    return Flag(
        "child",
        f"{why}: landmarks and BMD are made for adults and mean nothing in a"
        " growing hip.",
    )


def child_by_the_film(film: Patient, told: Patient) -> Flag | None:
    """The flag of a film that tells a child's age, where an adult's is used."""
    young = film.age_years
    if young is None or young >= ADULT_YEARS or told.age_years is None:
        return None
    if told.age_years < ADULT_YEARS:
        return None
    return Flag(
        "child",
        f"The film says that the patient is {young:g} years old, and {told.age_years:g}"
        " was told: check whose film it is, for BMD means nothing in a growing hip.",
    )


def _why(patient: Patient, described: bool) -> str | None:
    age, height, weight = patient.age_years, patient.height_cm, patient.weight_kg
    if age is not None:
        return f"The patient is {age:g} years old" if age < ADULT_YEARS else None
    if height is not None and height < _SMALLEST_ADULT_CM:
        return f"No age is given, and the patient is {height:g} cm tall"
    if weight is not None and weight < _LIGHTEST_ADULT_KG:
        return f"No age is given, and the patient weighs {weight:g} kg"
    if described:
        return "No age is given, and the film's description speaks of a child"
    return None
