"""The Modality step: stored values become the values the machine meant.

DICOM PS3.3 C.11.1: a rescale ``slope · stored + intercept`` or a look-up table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from ...core.errors import FilmRefused
from ...core.radiograph import Flag
from ..facts import RESCALE
from ..tags import code, items, only_number, text
from .lut import Lut, luts

_FLUOROSCOPIC = ("X-Ray Angiographic", "X-Ray Radiofluoroscopic", " XA ", " XRF ")
_MOST_BEYOND = 0.02
"""Of a film; a background may well lie below the first entry."""


@dataclass(frozen=True, eq=False)
class ModalityTransform:
    """Rescale, or a table when there is one.

    ``unread`` where there is a table that cannot be read. ``usual`` below are stored
    values that the film holds (:func:`usual_inputs`): a table may go far beyond them.
    """

    slope: float = 1.0
    intercept: float = 0.0
    lut: Lut | None = None
    unread: bool = False

    def flags(self, usual: NDArray[np.generic]) -> tuple[Flag, ...]:
        """What is doubtful about a table, for the values that a film holds."""
        if self.unread:
            return (
                Flag(
                    "range",
                    "The film's Modality LUT does not hold what it says and was passed"
                    " over: grey values were taken as they are stored.",
                ),
            )
        if self.lut is None:
            return ()
        beyond = 1 - self.lut.covers(usual)
        if beyond > _MOST_BEYOND:
            return (
                Flag(
                    "range",
                    f"{100 * beyond:.0f} % of the film lies beyond its Modality LUT,"
                    " which makes one grey of it: compare with another export.",
                ),
            )
        if self.lut.turns(usual):
            return (
                Flag(
                    "range",
                    "The film's Modality LUT rises and falls again, so that its grey"
                    " values mean nothing: compare with another export.",
                ),
            )
        if not self.lut.misnamed:
            return ()
        return (
            Flag(
                "range",
                "The film's Modality LUT names other bits than its values need: grey"
                f" values were taken on the range 0 … {self.lut.top} of its outputs.",
            ),
        )

    def rising(self, usual: NDArray[np.generic]) -> bool:
        """Whether larger stored values give larger modality values."""
        return self.slope > 0 if self.lut is None else self.lut.rises(usual)

    def __call__(self, stored: NDArray[np.generic]) -> NDArray[np.generic]:
        """Modality values of ``(rows, columns)`` stored values.

        The stored array itself comes back where nothing is to be done.
        """
        if self.lut is not None:
            return self.lut(stored)
        if self.slope == 1 and self.intercept == 0:
            return stored
        grey = np.asarray(stored, np.float32)
        return grey * np.float32(self.slope) + np.float32(self.intercept)

    def value_range(self, stored_range: tuple[int, int]) -> tuple[float, float]:
        """The least and greatest modality value that the format can hold."""
        if self.lut is not None:
            return 0.0, float(self.lut.reach(stored_range))
        ends = [self.slope * end + self.intercept for end in stored_range]
        return min(ends), max(ends)


def modality_transform(film: Dataset, signed: bool) -> ModalityTransform:
    """Read the modality step of a film.

    Parameters
    ----------
    film
        Its tags. The table of an angiographic or fluoroscopic film is no such step: it
        leads back to beam intensity and is not applied (PS3.3 C.8.7.1.1.2).
    signed
        Whether stored values are.

    Raises
    ------
    FilmRefused
        If the rescale slope is zero or not sensible.
    """
    applies = not _back_to_intensity(film)
    tables = luts(film, "ModalityLUTSequence", signed)
    if tables and applies:
        return ModalityTransform(lut=tables[0])
    unread = applies and bool(items(film, "ModalityLUTSequence"))
    slope, intercept = (only_number(film, keyword) for keyword in RESCALE)
    if slope is not None and not 1e-6 <= abs(slope) <= 1e6:
        raise FilmRefused(
            f"The film's rescale slope is {slope:g}, which leaves no grey values:"
            " export it again."
        )
    if intercept is not None and abs(intercept) > 1e9:
        raise FilmRefused(
            f"The film's rescale intercept is {intercept:g}, which is not sensible:"
            " export it again."
        )
    slope = 1.0 if slope is None else slope
    return ModalityTransform(slope, intercept or 0.0, unread=unread)


def _back_to_intensity(film: Dataset) -> bool:
    name = UID(text(film, "SOPClassUID") or "").name
    return any(one in name for one in _FLUOROSCOPIC) or code(film, "Modality") in (
        "XA",
        "RF",
    )
