"""Reasons for caution that a film's tags give."""

from __future__ import annotations

from ..core.grown_up import child_flag
from ..core.radiograph import Flag
from .facts import HeaderFacts
from .refuse import GREYS

_FILM_MODALITIES = frozenset({"CR", "DX", "RG", "RF", "XA", "DR", "XR"})
_HIP_PARTS = ("HIP", "PELVI", "FEMUR", "THIGH", "UPPER LEG", "COXA")
_AP_VIEWS = frozenset({"AP", "A-P", "PA", "P-A", "ANTERO-POSTERIOR"})


def cautions(facts: HeaderFacts) -> tuple[Flag, ...]:
    """Reasons for caution that the tags give."""
    flags: list[Flag] = []

    def flag(code: str, text: str) -> None:
        flags.append(Flag(code, text))

    child = child_flag(facts.patient, facts.child)
    if child is not None:
        flags.append(child)
    elif facts.patient.age_years is None and "PELVI" in (facts.body_part or ""):
        flag(
            "age",
            "The film shows a pelvis and does not give the patient's age: check that"
            " the patient is grown up, for a growing hip cannot be measured.",
        )
    part = facts.body_part
    if part and not any(word in part for word in _HIP_PARTS):
        flag(
            "body-part",
            f"The film says that it shows {part}, not a hip: choose the film of the"
            " hip, and look at the landmarks if it is one.",
        )
    elif facts.other_part:
        flag(
            "body-part",
            "The film's description speaks of another part of the body: check that it"
            " shows a hip.",
        )
    if facts.frog:
        flag(
            "position",
            "The film says that it is a frog-leg view: landmarks and BMD are made for"
            " AP films with the leg turned inwards.",
        )
    elif facts.view and facts.view not in _AP_VIEWS:
        flag(
            "view",
            f"The film's view is {facts.view}, not AP: landmarks and BMD are made for"
            " AP films.",
        )
    elif facts.not_ap:
        flag(
            "view",
            "The film's description speaks of another view than AP: landmarks and BMD"
            " are made for AP films.",
        )
    elif any(one[0] in "AP" for one in facts.orientation):
        flag(
            "view",
            "The film's PatientOrientation is that of a lateral or axial view, not AP:"
            " landmarks and BMD are made for AP films.",
        )
    elif not facts.view:
        flag(
            "position",
            "The film does not say how the hip was positioned: check that it is an AP"
            " view with the leg turned inwards, not a frog-leg or lateral one.",
        )
    if facts.implant:
        flag(
            "implant",
            "The film's tags speak of an implant: metal in a region spoils its BMD, so"
            " measure the other hip or leave that region out.",
        )
    if facts.separated:
        flag(
            "separated",
            "The film's tags say that it is no plain film (bone or soft tissue taken"
            " away, dual energy, tomosynthesis, a scout view): BMD is made for plain"
            " films, so choose that one.",
        )
    if facts.modality not in _FILM_MODALITIES:
        flag(
            "modality",
            f"The file's modality is {facts.modality or 'missing'}, not that of an"
            " X-ray film (DX or CR): check that it is one.",
        )
    if facts.samples == 1 and facts.photometric not in (None, *GREYS):
        flag(
            "polarity",
            f"PhotometricInterpretation {facts.photometric} is that of a colour"
            " picture, and the film has one value a pixel: high values were taken as"
            " bright, so check that bone is.",
        )
    if facts.sides_differ:
        flag(
            "side",
            "Two tags of the film, or a tag and its description, tell different sides:"
            " the first tag was taken, so check which hip it is.",
        )
    if facts.age_differs:
        flag(
            "age-differs",
            "The film's age does not fit its date and the date of birth: the age was"
            " taken, so check whose film it is.",
        )
    if facts.misspelt:
        flag(
            "spelling",
            f"The film spells {' and '.join(facts.misspelt)} in its own way: it was"
            " read as what it most likely means.",
        )
    if facts.unread:
        flag(
            "unread",
            f"The film's {' and '.join(facts.unread)} cannot be understood, and what"
            " is said there was passed over: give it, if you know it.",
        )
    if facts.burnt_in:
        flag(
            "burnt-in",
            "The film says that writing is burnt into it (BurnedInAnnotation), perhaps"
            " a name: look at it before you pass on pictures or reports of it.",
        )
    if facts.lossy:
        flag("lossy", "The film was compressed with loss: fine texture is gone.")
    return tuple(flags)
