"""Film, STO and bone image along one line: what a ruler on the film reads."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from .errors import Refused
from .hip_images import HipImages
from .radiograph import FloatImage, Radiograph

Line = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LineProfile:
    """What lies under a line, all on the film's 0 … 1 grey range.

    Attributes
    ----------
    at
        ``(n,)`` distance from the line's start, in ``unit``.
    unit
        ``"mm"`` where the film's spacing is known, else ``"px"``: widths of a pixel.
    film, sto, bone
        ``(n,)`` each; NaN beyond the film; STO and bone image also beyond the hip box.
    """

    at: Line
    unit: Literal["mm", "px"]
    film: Line
    sto: Line
    bone: Line

    def to_csv(self) -> str:
        """A line a sample; empty cells where nothing is known."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow([f"distance_{self.unit}", "film", "sto", "bone_image"])
        columns = (self.at, self.film, self.sto, self.bone)
        for values in zip(*columns, strict=True):
            rows.writerow(["" if v != v else f"{v:.6g}" for v in values])
        return text.getvalue()


def line_profile(
    film: Radiograph,
    images: HipImages | None,
    start_row_col: tuple[float, float],
    end_row_col: tuple[float, float],
    width_px: int = 1,
) -> LineProfile:
    """Read film, STO and bone image along a line, a sample for each pixel's width.

    Values between pixels are interpolated linearly.

    Parameters
    ----------
    images
        Of the enhancement; None where there is none.
    start_row_col, end_row_col
        In pixels of the film.
    width_px
        The mean of so many lines side by side, a pixel's width apart.

    Raises
    ------
    Refused
        If both ends are the same.
    """
    spacing = film.spacing_mm or (film.pixel_aspect, 1.0)
    size = np.array(spacing)
    start = np.array(start_row_col, np.float64)
    way = (np.array(end_row_col, np.float64) - start) * size
    length = float(np.hypot(*way))
    if not length > 0:
        raise Refused("The line has no length: draw it from one point to another.")
    count = max(2, 1 + round(length / spacing[1]))
    at = np.linspace(0, length, count)
    along = way / length
    across = np.array([-along[1], along[0]])
    beside = (np.arange(width_px) - (width_px - 1) / 2) * spacing[1]
    places = (
        start + (at[None, :, None] * along + beside[:, None, None] * across) / size
    )  # (width, n, 2)
    low, high = film.grey_range
    grey = (_read(film.pixels, places) - low) / (high - low)
    sto = np.full(count, np.nan)
    bone = sto.copy()
    if images is not None:
        inside = places - images.corner_row_col
        sto = _read(images.sto, inside)
        bone = _read(images.film, inside) - sto
    return LineProfile(at, "mm" if film.spacing_mm else "px", grey, sto, bone)


def _read(image: FloatImage, places: NDArray[np.float64]) -> Line:
    """The mean over the lines side by side; NaN where one leaves the image."""
    values = map_coordinates(
        image, np.moveaxis(places, -1, 0), np.float64, order=1, cval=np.nan
    )
    mean: Line = values.mean(axis=0)
    return mean
