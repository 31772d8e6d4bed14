"""Where the femoral shaft lies on a film."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .anatomy import INDEX, Points
from .arrays import Values


@dataclass(frozen=True, eq=False)
class ShaftFrame:
    """Where the shaft lies: mm to film pixels and back.

    Attributes
    ----------
    origin_mm
        ``(x, y)`` of the distal cut's middle, in mm on the film.
    across, along
        Unit vectors in mm: medial to lateral, proximal to distal.
    width_mm
        Of the shaft at the distal cut.
    spacing_mm
        ``(row, column)``.
    """

    origin_mm: Values
    across: Values
    along: Values
    width_mm: float
    spacing_mm: tuple[float, float]

    def below_mm(self, film_xy: Points) -> Values:
        """How far below the distal cut film pixels ``(..., 2)`` lie, along the axis."""
        mm = film_xy * np.array(self.spacing_mm[::-1]) - self.origin_mm
        below: Values = mm @ self.along
        return below

    def to_film(self, x_mm: Values, below_mm: Values) -> Points:
        """Film pixels ``(..., 2)`` of places across and below."""
        at = (
            self.origin_mm
            + np.asarray(x_mm)[..., None] * self.across
            + np.asarray(below_mm)[..., None] * self.along
        )
        found: Points = at / np.array(self.spacing_mm[::-1])
        return found


def shaft_frame(landmarks_xy: Points, spacing_mm: tuple[float, float]) -> ShaftFrame:
    """The shaft's frame from the distal cut, I2 (lateral) and I3 (medial).

    The axis is perpendicular to the cut, away from the neck.
    """
    mm = landmarks_xy * np.array(spacing_mm[::-1])
    lateral, medial = mm[INDEX["I2"]], mm[INDEX["I3"]]
    width = float(np.hypot(*(lateral - medial)))
    across = (lateral - medial) / max(width, 1e-9)
    along = np.array([-across[1], across[0]])
    middle = (lateral + medial) / 2
    if (middle - mm[INDEX["N2"]]) @ along < 0:
        along = -along
    return ShaftFrame(middle, across, along, width, spacing_mm)
