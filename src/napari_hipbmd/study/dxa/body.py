"""Height and weight as printed reports have them (*Height: 64.0 in*)."""

from __future__ import annotations

import re

from .words import lacks_unit, names_height_and_weight

_CM = {"cm": 1.0, "m": 100.0, "in": 2.54, "inch": 2.54, "inches": 2.54, '"': 2.54}
_KG = {"kg": 1.0, "lb": 0.45359237, "lbs": 0.45359237, "pounds": 0.45359237}
_FEET = re.compile(r"""(\d)\s*(?:'|ft\.?|feet)\s*(\d+(?:[.,]\d+)?)\s*(?:"|in\.?|'')""")
_NUMBER = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(cm|m|inches|inch|in|\"|kg|lbs|lb|pounds)(?!\w)\.?"
)


def is_of_body(name: str) -> bool:
    """Whether a fact's name is that of a height, a weight, or both."""
    return lacks_unit(name) is not None or names_height_and_weight(name)


def body_facts(name: str, text: str) -> list[tuple[str, str]]:
    """A height in cm and a weight in kg, under names that say so.

    Nothing comes out of a text without units, or with anything else in it.
    """
    text = text.casefold()
    found: list[tuple[str, str]] = []
    feet = _FEET.search(text)
    if feet is not None:
        inches = 12 * int(feet[1]) + float(feet[2].replace(",", "."))
        found.append(("height_cm", f"{inches * 2.54:.1f}"))
        text = text.replace(feet[0], " ")
    for number, unit in _NUMBER.findall(text):
        value = float(number.replace(",", "."))
        if unit in _CM:
            found.append(("height_cm", f"{value * _CM[unit]:.1f}"))
        else:
            found.append(("weight_kg", f"{value * _KG[unit]:.1f}"))
    unread = re.search(r"\w", _NUMBER.sub("", text))
    wanted = {"cm": "height_cm", "kg": "weight_kg"}.get(lacks_unit(name) or "")
    told = [column for column, _ in found]
    if unread or len(set(told)) < len(told) or (wanted and told != [wanted]):
        return []
    return found
