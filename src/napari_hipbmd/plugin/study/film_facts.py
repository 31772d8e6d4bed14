"""What a film says about itself, as lines for people."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ...core.radiograph import Patient
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.identity import facts_of
from ..viewer.origins import origin_of

SIDES = {"L": tr("left"), "R": tr("right"), None: tr("not said")}
SEXES = {"F": tr("female"), "M": tr("male"), None: tr("not said")}
YEARS = tr("years")
NOT_READ = tr("This layer was not read as a film: nothing is known of how it was made.")

RENAMED = tr("{name}, as its file is called after its patient")


def fact_lines(film_layer: Any) -> list[tuple[str, str]]:
    """Label and value of what matters about a film; empty when nothing is known."""
    known = facts_of(film_layer)
    if known.get("kind") != "film":
        return []
    rows, columns = film_layer.data.shape[:2]
    patient: Patient = known.get("patient") or Patient()
    lines = [
        (
            tr("Size"),
            tr("{rows} × {columns} pixels").format(rows=rows, columns=columns),
        ),
        (tr("Pixel spacing"), _spacing(known)),
        (tr("from"), said(known.get("spacing_source", "none"))),
        (tr("Side"), SIDES.get(known.get("side"), tr("not said"))),
        (
            tr("Sex, age"),
            f"{SEXES[patient.sex]}, {_number(patient.age_years, YEARS)}",
        ),
        (tr("Height"), _number(patient.height_cm, "cm")),
        (tr("Weight"), _number(patient.weight_kg, "kg")),
        (tr("Drawn"), _drawn(film_layer)),
    ]
    if _is_renamed(film_layer):
        lines.insert(0, (tr("Name"), RENAMED.format(name=known["case_id"])))
    facts = known.get("facts")
    if facts is None:
        return lines
    return [
        (tr("Modality"), facts.modality or tr("not said")),
        (tr("Body part"), facts.body_part or tr("not said")),
        (tr("View"), facts.view or tr("not said")),
        *lines,
        (
            tr("Bits"),
            tr("{bits_stored} of {bits_allocated}").format(
                bits_stored=facts.bits_stored, bits_allocated=facts.bits_allocated
            ),
        ),
        (tr("Grey values"), _grey_values(facts)),
        (tr("Photometric"), facts.photometric or tr("not said")),
        (tr("Compression"), facts.transfer_syntax),
        (tr("Tube voltage"), _number(facts.kvp, "kV")),
    ]


def _is_renamed(film_layer: Any) -> bool:
    """Whether a film is called otherwise than its file, which names the patient."""
    path, shown = origin_of(film_layer), facts_of(film_layer).get("case_id")
    return path is not None and bool(shown) and shown != path.stem and _names(path)


@lru_cache(maxsize=64)
def _names(path: Path) -> bool:
    """Whether a file's name tells whom it shows: its header is read for it, once."""
    from ...dicom import names_its_patient

    return names_its_patient(path, path.stem)


def _spacing(known: dict[str, Any]) -> str:
    spacing = known.get("spacing_mm")
    if spacing is None:
        return tr("none: shown in pixels, no mm and no BMD")
    return f"{spacing[0]:.4g} × {spacing[1]:.4g} mm"


def _drawn(film_layer: Any) -> str:
    inverted = film_layer.colormap.name.endswith("_r")
    return (
        tr("high values dark (MONOCHROME1)") if inverted else tr("high values bright")
    )


def _grey_values(facts: Any) -> str:
    said = facts.pixel_intensity_relationship
    sign = {1: tr(", low is dense"), -1: tr(", high is dense")}.get(
        facts.pixel_intensity_sign
    )
    return (said or tr("not said")) + (sign or "")


def _number(value: float | None, unit: str) -> str:
    return tr("not said") if value is None else f"{value:g} {unit}"
