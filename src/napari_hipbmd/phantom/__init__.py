"""The digital hip: a radiograph whose every layer is known.

Bone is a 3-D implicit solid, soft tissue a 2-D map; a polychromatic cone beam with
scatter and noise makes a log image of them, and display processing a film.
"""

from .family import FAMILIES, Family
from .hip import DigitalHip, render

__all__ = ["FAMILIES", "DigitalHip", "Family", "render"]
