"""Where a table, or what somebody typed, tells of another patient than the film."""

from __future__ import annotations

from ..core.radiograph import Flag, Patient, Radiograph, Side

_APART = {"age_years": 2.0, "height_cm": 6.0, "weight_kg": 12.0}
"""Years pass and people change between two visits; more is another person."""

_UNITS = {"age_years": ("age", "years"), "height_cm": ("height", "cm")}
_UNITS["weight_kg"] = ("weight", "kg")


def differences(
    film: Radiograph, patient: Patient | None, side: Side | None
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
