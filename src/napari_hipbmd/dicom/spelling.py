"""Codes that people and programs spell in their own way, and what they mean."""

from __future__ import annotations

import re
import unicodedata

from pydicom.dataset import Dataset

from .tags import text

LEFT = "LEFT|LINKS|LINKE[RS]?|GAUCHE|IZQUIERD[AO]|SINISTR[AO]|ESQUERD[AO]"
RIGHT = "RIGHT|RECHTS|RECHTE[RS]?|DROITE?|DERECH[AO]|DESTR[AO]|DIREIT[AO]"
"""Words that mean a side and nothing else, in a handful of languages."""

_HIP = "(?:HIP|HUE?FTE|HANCHE|CADERA|ANCA)?"
_SIDES = {
    "L": f"{_HIP}(?:L|LT|LI|SX|IZQ|ESQ|{LEFT}){_HIP}",
    "R": f"{_HIP}(?:R|RT|RE|DX|DER|DIR|{RIGHT}){_HIP}",
    "B": "B|BOTH|BILATERAL|LR|RL",
    "U": "U|UNPAIRED",
}
_INTENTS = {"PRESENTATION": "PRESENTATION", "PROCESSING": "PROCESSING|RAW"}

SPELLINGS: dict[str, dict[str, str]] = {
    "PhotometricInterpretation": {
        "MONOCHROME1": "MONO(?:CH?R?OME?)?1|MINISWHITE|WHITEISZERO",
        "MONOCHROME2": "MONO(?:CH?R?OME?)?2|MONOCHROME|MINISBLACK|BLACKISZERO|GREY|GRAY"
        "|GR[AE]YSCALE2?",
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
    "PatientSex": {
        "F": "F|FEMALE|W|WOMAN|WEIBLICH|FRAU|FEMME|FEMININO?|FEMENINO|MUJER|DONNA",
        "M": "M|MALE|MAN|MAE?NNLICH|MANN|HOMME|MASCULINO?|HOMBRE|UOMO",
        "O": "O|OTHER",
        "U": "U|UNKNOWN",
    },
    "Modality": {"CR": "CR", "DX": "DX|DIGITALXRAY", "RG": "RG"},
}
"""Tag → code → the spellings that mean it, blanks and marks left out."""


def spelt(film: Dataset, keyword: str) -> tuple[str | None, bool]:
    """A code as the standard spells it, and whether the film spells it otherwise.

    A code that nothing here knows comes back as it is.
    """
    said = _code(film, keyword)
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


def understood(film: Dataset, keyword: str) -> bool:
    """Whether a tag is missing, or one of the codes that :data:`SPELLINGS` lists."""
    return text(film, keyword) is None or spelt(film, keyword)[0] in SPELLINGS[keyword]


def plain(words: str) -> str:
    """Capitals without accents."""
    apart = unicodedata.normalize("NFKD", words)
    return "".join(c for c in apart if not unicodedata.combining(c)).upper()


def _code(film: Dataset, keyword: str) -> str | None:
    """A code string, as :func:`code` reads it, accents left out."""
    said = plain(text(film, keyword) or "")
    return said if re.fullmatch(r"[A-Z0-9 _/.-]{1,16}", said) else None
