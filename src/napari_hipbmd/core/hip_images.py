"""What the networks and the film's edges tell of one hip, in film pixels.

Film pixels are those of the *original* image, whatever side the hip is on and wherever
the hip box lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .anatomy import Points
from .radiograph import FloatImage


@dataclass(frozen=True, eq=False)
class HipImages:
    """Enhancement of one hip box at full resolution.

    Attributes
    ----------
    corner_row_col
        Integer position, in the film, of pixel ``[0, 0]`` of the arrays.
    film, sto
        ``(rows, columns)`` float32 on the film's fixed 0 … 1 grey range.
    """

    corner_row_col: tuple[int, int]
    film: FloatImage
    sto: FloatImage

    @property
    def bone(self) -> FloatImage:
        """Bone image = film − STO; negatives are kept (paper 3.2)."""
        return self.film - self.sto

    def bone_in(self, window: tuple[slice, slice]) -> FloatImage:
        """The bone image of a part; the whole of it is not made."""
        part: FloatImage = self.film[window] - self.sto[window]
        return part

    def grey_in(
        self, window: tuple[slice, slice], image: Literal["raw", "enhanced"]
    ) -> FloatImage:
        """A part of what a regression reads: film (``"raw"``) or bone image."""
        return self.film[window] if image == "raw" else self.bone_in(window)


@dataclass(frozen=True)
class Border:
    """A collimated side: ``normal_xy · (x, y) > offset`` lies under the collimator.

    In film pixels; the normal has length 1 and points out of the exposed field.
    """

    normal_xy: tuple[float, float]
    offset: float

    def covers(self, xy: Points) -> NDArray[np.bool_]:
        """Whether points ``(..., 2)`` lie under it."""
        under: NDArray[np.bool_] = xy @ np.array(self.normal_xy) > self.offset
        return under


@dataclass(frozen=True, eq=False)
class LandmarkSet:
    """Sixteen landmarks in the order of :data:`anatomy.LANDMARK_IDS`.

    ``xy`` is ``(16, 2)`` film pixels; ``sigma_mm`` is ``(16,)``, the expected
    radial error in mm (NaN when the spacing is unknown).
    """

    xy: Points
    sigma_mm: NDArray[np.float64]
