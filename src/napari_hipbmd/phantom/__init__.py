"""The digital hip: a radiograph whose every layer is known.

Bones are meshes of real people's shapes, soft tissue a 2-D map; a polychromatic cone
beam with scatter and noise makes a log image of them, display processing and what
happens to pictures a film.
"""

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
