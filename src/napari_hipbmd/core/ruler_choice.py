"""What a person says of a film's rulers: which, where, and objects drawn on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .anatomy import Points
from .errors import Refused

Material = Literal["aluminium", "titanium", "steel", "copper"]
MATERIALS: tuple[Material, ...] = get_args(Material)
LEAST_MM, MOST_MM = 0.05, 60.0


@dataclass(frozen=True, eq=False)
class KnownObject:
    """A step of a wedge, a plate, a coin: a ruler for the film's contrast.

    Attributes
    ----------
    outline_xy
        ``(n, 2)`` corners in film pixels.
    material
        One of :data:`MATERIALS`, taken as pure.
    thickness_mm
        Along the beam.

    Raises
    ------
    Refused
        If the material is unknown, the thickness beyond .05–60 mm, or the outline no
        area.
    """

    outline_xy: Points
    material: Material
    thickness_mm: float

    def __post_init__(self) -> None:
        if self.material not in MATERIALS:
            raise Refused(
                f"The material '{self.material}' is unknown: take one of"
                f" {', '.join(MATERIALS)}."
            )
        if not LEAST_MM <= self.thickness_mm <= MOST_MM:
            raise Refused(
                f"An object of {self.thickness_mm:g} mm is no ruler: its thickness is"
                f" given in mm, {LEAST_MM:g} to {MOST_MM:g}."
            )
        outline = np.asarray(self.outline_xy, float)
        if outline.ndim != 2 or outline.shape[1:] != (2,) or len(outline) < 3:
            raise Refused("The outline of an object needs three corners or more.")
        if not np.isfinite(outline).all():
            raise Refused("A corner of an object is no number.")


@dataclass(frozen=True, eq=False)
class RulerChoice:
    """What a person wants of a film's rulers; by default all, where they are found.

    Attributes
    ----------
    use
        Names of those that have a say; None: all.
    levels_mm
        Where the shaft's profiles are read, mm below the distal cut; None: everywhere.
    objects
        Of known material and thickness.
    """

    use: tuple[str, ...] | None = None
    levels_mm: tuple[float, ...] | None = None
    objects: tuple[KnownObject, ...] = ()
