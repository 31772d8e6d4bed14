"""The mineral of one femur, g/cm² a place, on a grid about its hip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from .anatomy import Points
from .radiograph import FloatImage

SMOOTH = 0.3
"""Of a cell: the blur of what is sampled."""

FLOOR = 0.15
"""g/cm² of bone image below which fine detail is not carried on in full."""


@dataclass(frozen=True, eq=False)
class MineralMap:
    """What a network sees of a femur's mineral, and where on the film.

    Attributes
    ----------
    g_cm2
        ``(rows, columns)`` areal mineral of the femur alone: what of pelvis and
        sacrum lies over it is taken away.
    bone
        ``(rows, columns)`` bone image on the same cells, on the film's grey scale.
    first_xy
        Film position of the centre of cell ``[0, 0]``.
    cell_xy
        From one cell to the next, in film pixels; the first number is negative on a
        right hip, which is turned over.
    """

    g_cm2: FloatImage
    bone: FloatImage
    first_xy: tuple[float, float]
    cell_xy: tuple[float, float]

    def to_cells(self, xy: Points) -> Points:
        """Film pixels ``(n, 2)`` → cells, whose centres are whole numbers."""
        cells: Points = (xy - self.first_xy) / self.cell_xy
        return cells

    def sampled(self, image: FloatImage) -> FloatImage:
        """Another image of the film at these cells, ``(rows, columns)`` float32.

        Parameters
        ----------
        image
            The whole film's; a little smoothed first, as a cell is more than a point.
        """
        rows, columns = self.g_cm2.shape
        down = self.first_xy[1] + np.arange(rows) * self.cell_xy[1]
        across = self.first_xy[0] + np.arange(columns) * self.cell_xy[0]
        x, y = np.abs(self.cell_xy)
        smooth = gaussian_filter(image, (SMOOTH * y, SMOOTH * x))
        places = np.broadcast_arrays(down[:, None], across[None])
        found: FloatImage = map_coordinates(smooth, places, order=1, mode="nearest")
        return found

    def on(
        self, bone: FloatImage, corner_row_col: tuple[int, int], gain_per_g_cm2: float
    ) -> FloatImage:
        """The map at the film's own resolution, with the detail of the bone image.

        Between the cells the map is linear; a pixel whose bone image is a tenth
        brighter than its surroundings has a tenth more mineral.

        Parameters
        ----------
        bone
            ``(rows, columns)`` bone image, film − STO.
        corner_row_col
            Where its first pixel lies on the film.
        gain_per_g_cm2
            Of the film's grey scale.

        Returns
        -------
        ndarray
            Of its shape, float32, g/cm²; 0 beyond the grid.
        """
        down, across = (
            _weights(first, step, corner, cells, pixels)
            for first, step, corner, cells, pixels in zip(
                self.first_xy[::-1], self.cell_xy[::-1], corner_row_col,
                self.g_cm2.shape, bone.shape, strict=True,
            )
        )  # fmt: skip
        smooth = down @ self.g_cm2 @ across.T
        coarse = down @ self.bone @ across.T
        detail = (bone - coarse) / np.maximum(coarse, FLOOR * gain_per_g_cm2)
        found: FloatImage = (smooth * np.maximum(1 + detail, 0)).astype(np.float32)
        return found


def _weights(
    first: float, step: float, corner: int, cells: int, pixels: int
) -> NDArray[np.float32]:
    """``(pixels, cells)``: how a row of pixels lies between a row of cells."""
    place = (np.arange(pixels) + corner - first) / step
    near: NDArray[np.float32] = np.maximum(
        1 - np.abs(place[:, None] - np.arange(cells)), 0
    ).astype(np.float32)
    return near
