"""What a film says about itself, as lines for people."""

from __future__ import annotations

from typing import Any

from ...core.radiograph import Patient
from ..viewer.identity import facts_of

SIDES = {"L": "left", "R": "right", None: "not said"}
SEXES = {"F": "female", "M": "male", None: "not said"}
NOT_READ = "This layer was not read as a film: nothing is known of how it was made."


def fact_lines(film_layer: Any) -> list[tuple[str, str]]:
    """Label and value of what matters about a film; empty when nothing is known."""
    known = facts_of(film_layer)
    if known.get("kind") != "film":
        return []
    rows, columns = film_layer.data.shape[:2]
    patient: Patient = known.get("patient") or Patient()
    lines = [
        ("Size", f"{rows} × {columns} pixels"),
        ("Pixel spacing", _spacing(known)),
        ("from", str(known.get("spacing_source", "none"))),
        ("Side", SIDES.get(known.get("side"), "not said")),
        ("Sex, age", f"{SEXES[patient.sex]}, {_number(patient.age_years, 'years')}"),
        ("Height", _number(patient.height_cm, "cm")),
        ("Weight", _number(patient.weight_kg, "kg")),
        ("Drawn", _drawn(film_layer)),
    ]
    facts = known.get("facts")
    if facts is None:
        return lines
    return [
        ("Modality", facts.modality or "not said"),
        ("Body part", facts.body_part or "not said"),
        ("View", facts.view or "not said"),
        *lines,
        ("Bits", f"{facts.bits_stored} of {facts.bits_allocated}"),
        ("Grey values", _grey_values(facts)),
        ("Photometric", facts.photometric or "not said"),
        ("Compression", facts.transfer_syntax),
        ("Tube voltage", _number(facts.kvp, "kV")),
    ]


def _spacing(known: dict[str, Any]) -> str:
    spacing = known.get("spacing_mm")
    if spacing is None:
        return "none: shown in pixels, no mm and no BMD"
    return f"{spacing[0]:.4g} × {spacing[1]:.4g} mm"


def _drawn(film_layer: Any) -> str:
    inverted = film_layer.colormap.name.endswith("_r")
    return "high values dark (MONOCHROME1)" if inverted else "high values bright"


def _grey_values(facts: Any) -> str:
    said = facts.pixel_intensity_relationship
    sign = {1: ", low is dense", -1: ", high is dense"}.get(facts.pixel_intensity_sign)
    return f"{said or 'not said'}{sign or ''}"


def _number(value: float | None, unit: str) -> str:
    return "not said" if value is None else f"{value:g} {unit}"
