"""The hip box on a canonical grid: what every network looks at.

A canvas is the square around a hip box, resampled (without aliasing) to a fixed
number of pixels, mirrored so that the hip is a left one. Where the rows of a film lie
farther apart than its columns, or nearer, it is a square in the patient: here, and only
here, the film's pixels become square ones. It knows the way back to the film, so that
nothing that is measured leaves film coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .anatomy import Points
from .errors import Refused
from .radiograph import FloatImage, HipBox

CANVAS_PX = 448
_LARGEST_BOX = 4  # times the film's longer side
PERCENTILES = (2.0, 98.0)


@dataclass(frozen=True, eq=False)
class Canvas:
    """A canonical picture of one hip box.

    Attributes
    ----------
    grey
        ``(448, 448)`` float32 on the film's fixed 0 … 1 range; outside the film the
        border's values go on.
    square
        The square of the film that it shows; a rectangle in pixels that are not square.
    mirrored
        Whether it was mirrored (a right hip).
    """

    grey: FloatImage
    square: HipBox
    mirrored: bool

    @property
    def film_px(self) -> float:
        """Columns of the film per canvas pixel."""
        return self.square.width / self.grey.shape[1]

    @property
    def film_rows(self) -> float:
        """Rows of the film per canvas pixel."""
        return self.square.height / self.grey.shape[0]

    def pixel_mm(self, spacing_mm: tuple[float, float]) -> float:
        """A canvas pixel in mm, for the film's ``(row, column)`` spacing."""
        return self.film_px * spacing_mm[1]

    def to_film(self, xy: Points) -> Points:
        """Canvas ``(..., 2)`` → film pixels."""
        size = self.grey.shape[1]
        x = size - 1 - xy[..., 0] if self.mirrored else xy[..., 0]
        return np.stack(
            [
                self.square.x0 + (x + 0.5) * self.film_px,
                self.square.y0 + (xy[..., 1] + 0.5) * self.film_rows,
            ],
            -1,
        )

    def from_film(self, xy: Points) -> Points:
        """Film pixels ``(..., 2)`` → canvas."""
        size = self.grey.shape[1]
        x = (xy[..., 0] - self.square.x0) / self.film_px - 0.5
        y = (xy[..., 1] - self.square.y0) / self.film_rows - 0.5
        return np.stack([size - 1 - x if self.mirrored else x, y], -1)


def make_canvas(
    grey: FloatImage,
    box: HipBox,
    mirrored: bool,
    size: int = CANVAS_PX,
    *,
    pixel_aspect: float = 1.0,
) -> Canvas:
    """Resample the square around ``box``.

    Parameters
    ----------
    pixel_aspect
        Height of a film pixel over its width (:attr:`Radiograph.pixel_aspect`).

    Raises
    ------
    Refused
        If the box does not touch the film, or is many times larger.
    """
    rows, columns = grey.shape
    if max(box.width, box.height) > _LARGEST_BOX * max(rows, columns):
        raise Refused(
            f"The hip box is {box.width:.4g} × {box.height:.4g} pixels large and the"
            f" film {columns} × {rows}: draw it on the hip."
        )
    if box.x1 < 0 or box.y1 < 0 or box.x0 > columns - 1 or box.y0 > rows - 1:
        raise Refused(
            f"The hip box lies outside the film ({columns} × {rows} pixels):"
            " draw it on the hip."
        )
    (cx, cy), half = box.centre_xy, max(box.width, box.height * pixel_aspect) / 2
    high = half / pixel_aspect
    square = HipBox(cx - half, cy - high, cx + half, cy + high)
    step_x, step_y = square.width / size, square.height / size
    at = np.arange(size) + 0.5
    x, y = square.x0 + at * step_x, square.y0 + at * step_y
    # only what the square can see is smoothed
    r0, r1 = max(0, int(y[0] - step_y) - 1), min(rows, int(y[-1] + step_y) + 3)
    c0, c1 = max(0, int(x[0] - step_x) - 1), min(columns, int(x[-1] + step_x) + 3)
    down = _resampling(y - r0, r1 - r0, _window(step_y))
    across = _resampling(x - c0, c1 - c0, _window(step_x))
    out = np.ascontiguousarray((across @ (down @ grey[r0:r1, c0:c1]).T).T)
    if mirrored:
        out = out[:, ::-1].copy()
    return Canvas(out, square, mirrored)


def _window(step: float) -> int:
    """How many film pixels are averaged for a canvas pixel of ``step`` of them."""
    return max(1, round(step)) if step > 1.25 else 1


def _resampling(
    at: NDArray[np.floating], count: int, window: int
) -> csr_array[np.float32]:
    """Running mean of ``window`` pixels, then linear interpolation, as a matrix.

    ``(len(at), count)``; beyond the ends their value goes on.
    """
    place = np.clip(at, 0, count - 1)
    low = np.floor(place).astype(np.intp)
    part = place - low
    half = window // 2
    steps = np.arange(-half, half + 1)
    taps = np.ones(len(steps))
    if window % 2 == 0:  # an even mean has half a pixel at each end
        taps[[0, -1]] = 0.5
    taps /= taps.sum()
    first = np.clip(low[:, None] + steps, 0, count - 1)
    second = np.clip(low[:, None] + 1 + steps, 0, count - 1)
    columns = np.concatenate([first, second], 1)
    weights = np.concatenate([np.outer(1 - part, taps), np.outer(part, taps)], 1)
    rows = np.repeat(np.arange(len(at)), columns.shape[1])
    return csr_array(
        (weights.ravel().astype(np.float32), (rows, columns.ravel())),
        shape=(len(at), count),
    )


def normalisation(grey: NDArray[np.floating]) -> tuple[float, float]:
    """Offset and scale that networks see a film by: its 2nd percentile and spread.

    Only the networks' input is scaled by the content of a film. What they give is
    scaled back, so that no calibration is lost.
    """
    low, high = np.percentile(grey[::4, ::4], PERCENTILES)
    return float(low), float(max(high - low, 1e-3))
