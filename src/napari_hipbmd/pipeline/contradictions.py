"""Where a table, or what somebody typed, tells of another patient than the film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.grown_up import child_by_the_film, child_flag
from ..core.radiograph import Flag, Patient, Radiograph, Side

_APART = {"age_years": 2.0, "height_cm": 6.0, "weight_kg": 12.0}
"""Years pass and people change between two visits; more is another person."""

_UNITS = {"age_years": ("age", "years"), "height_cm": ("height", "cm")}
_UNITS["weight_kg"] = ("weight", "kg")


def told_flags(
    film: Radiograph, patient: Patient | None, side: Side | None
) -> tuple[Flag, ...]:
    """A film's flags, by all that is known of the patient, and what contradicts it.

    Without the one that the landmarks decide: how the patient lay.

    Parameters
    ----------
    patient, side
        What a table or a person says; it goes before what the film says.
    """
    own = [flag for flag in film.flags if flag.code != "position"]
    merged = (patient or Patient()).or_else(film.patient)
    told = of_merged(own, film.patient, merged)
    return (*told, *differences(film, patient, side))


def of_merged(
    flags: Sequence[Flag], film: Patient, patient: Patient
) -> tuple[Flag, ...]:
    """A film's flags, with ``child`` by all that is known of the patient.

    An age that is told goes before the film's; an adult's does not make the child of
    whom the film tells grow up.

    Parameters
    ----------
    flags
        What the film alone gave reason for.
    film
        What the film says of the patient.
    patient
        What was told, and where it lacks something what the film says.
    """
    child = child_flag(patient) or child_by_the_film(film, patient)
    if patient.age_years not in (None, film.age_years):
        flags = [flag for flag in flags if flag.code not in ("child", "age")]
    if child is None or any(flag.code == "child" for flag in flags):
        return tuple(flags)
    return (*flags, child)


class FilmSays(Protocol):
    """What a film says of whom it shows, such as a :class:`Radiograph` does."""

    @property
    def side(self) -> Side | None:
        """Of the hip."""

    @property
    def patient(self) -> Patient:
        """The biology."""


def differences(
    film: FilmSays, patient: Patient | None, side: Side | None
) -> tuple[Flag, ...]:
    """Flag what was said about a film and is not what the film says itself.

    Parameters
    ----------
    patient, side
        What a table or a person says; it is used.
    """
    said = patient or Patient()
    found = []
    for what, one, other in (
        ("side", side, film.side),
        ("sex", said.sex, film.patient.sex),
    ):
        if one is not None and other is not None and one != other:
            found.append(f"{what} {one} against {other}")
    for field, most in _APART.items():
        given, own = getattr(said, field), getattr(film.patient, field)
        if given is not None and own is not None and abs(given - own) > most:
            what, unit = _UNITS[field]
            found.append(f"{what} {given:g} against {own:g} {unit}")
    if not found:
        return ()
    return (
        Flag(
            "table-differs",
            f"What is said about the film is not what the film says: {', '.join(found)}"
            " in the film. What was said is used: check that they belong together.",
        ),
    )
