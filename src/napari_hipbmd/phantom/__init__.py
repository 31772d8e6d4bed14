"""The digital hip: a radiograph whose every layer is known.

Bones are meshes of real people's shapes, soft tissue a 2-D map; a polychromatic cone
beam with scatter and noise makes a log image of them, display processing and what
happens to pictures a film.

Names are looked up on first use: whoever needs the beam alone loads no bones.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .families import FAMILIES, Family
    from .family import VIEWS, View
    from .hip import DigitalHip, render, render_pelvis

__all__ = [
    "FAMILIES",
    "VIEWS",
    "DigitalHip",
    "Family",
    "View",
    "render",
    "render_pelvis",
]

_HOME = {
    "FAMILIES": "families",
    "Family": "families",
    "VIEWS": "family",
    "View": "family",
    "DigitalHip": "hip",
    "render": "hip",
    "render_pelvis": "hip",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
