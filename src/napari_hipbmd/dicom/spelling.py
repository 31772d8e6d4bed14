"""Codes that people and programs spell in their own way, and what they mean."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from .tags import code

_SIDES = {
    "L": "L|LEFT|LT|LI|LINKS",
    "R": "R|RIGHT|RT|RE|RECHTS",
    "B": "B|BOTH|BILATERAL|LR|RL",
    "U": "U|UNPAIRED",
}
_INTENTS = {"PRESENTATION": "PRESENTATION", "PROCESSING": "PROCESSING|RAW"}

SPELLINGS: dict[str, dict[str, str]] = {
    "PhotometricInterpretation": {
        "MONOCHROME1": "MONOCH?R?OME1|MINISWHITE|WHITEISZERO",
        "MONOCHROME2": "MONOCH?R?OME2|MONOCHROME|MINISBLACK|BLACKISZERO|GREY|GRAY"
        "|GR[AE]YSCALE",
        "PALETTE COLOR": "PALETTECOLOU?R",
        "RGB": "RGB",
    },
    "PresentationLUTShape": {
        "IDENTITY": "IDENTITY|LINEAR|NORMAL",
        "INVERSE": "INVERSE|INVERTED|INVERT|LINOD",
    },
    "PixelIntensityRelationship": {"LIN": "LIN|LINEAR", "LOG": "LOG|LOGARITHMIC"},
    "PresentationIntentType": {
        f"FOR {name}": f"(?:FOR)?(?:{words})" for name, words in _INTENTS.items()
    },
    "ImageLaterality": _SIDES,
    "FrameLaterality": _SIDES,
    "Laterality": _SIDES,
    "PatientSex": {"F": "F|FEMALE|WEIBLICH", "M": "M|MALE|MAENNLICH", "O": "O|OTHER"},
    "Modality": {"CR": "CR", "DX": "DX|DIGITALXRAY", "RG": "RG"},
}
"""Tag → code → the spellings that mean it, blanks and marks left out."""


def spelt(film: Dataset, keyword: str) -> tuple[str | None, bool]:
    """A code as the standard spells it, and whether the film spells it otherwise.

    A code that nothing here knows comes back as it is.
    """
    said = code(film, keyword)
    if said is None:
        return None, False
    known = SPELLINGS.get(keyword, {})
    if said in known:
        return said, False
    letters = re.sub(r"[^A-Z0-9]", "", said)
    for standard, pattern in known.items():
        if re.fullmatch(pattern, letters):
            return standard, True
    return said, False
