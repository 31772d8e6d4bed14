r"""A film turned into the position in which everybody looks at it, and back.

Rows run to the patient's left and columns to the feet (``L\F`` in DICOM), so that the
patient faces whoever looks. A film that says that it lies otherwise is turned when it
is read; the turn is remembered, since other programs count its pixels as they are
stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .anatomy import Points
from .errors import Refused
from .radiograph import HipBox

_TRANSPOSED, _MIRRORED, _UPSIDE_DOWN = "T", "M", "U"


@dataclass(frozen=True)
class Turn:
    """What is done to a stored film, in this order.

    Attributes
    ----------
    transposed
        Whether rows become columns.
    mirrored
        Whether columns are taken in reverse.
    upside_down
        Whether rows are taken in reverse.
    """

    transposed: bool = False
    mirrored: bool = False
    upside_down: bool = False

    def __bool__(self) -> bool:
        return self.transposed or self.mirrored or self.upside_down

    @property
    def code(self) -> str:
        """Letters for files; empty where nothing is done."""
        letters = zip(
            (_TRANSPOSED, _MIRRORED, _UPSIDE_DOWN),
            (self.transposed, self.mirrored, self.upside_down),
            strict=True,
        )
        return "".join(letter for letter, done in letters if done)

    @classmethod
    def of_code(cls, code: str) -> Turn:
        """The inverse of :attr:`code`.

        Raises
        ------
        Refused
            If it is none.
        """
        turn = cls(_TRANSPOSED in code, _MIRRORED in code, _UPSIDE_DOWN in code)
        if turn.code != code:
            raise Refused(f"{code[:20]!r} is no turn of a film")
        return turn

    def shown(self, stored: NDArray[Any]) -> NDArray[Any]:
        """A stored array ``(rows, columns)`` as it is shown."""
        array = stored.T if self.transposed else stored
        array = array[:, ::-1] if self.mirrored else array
        return np.ascontiguousarray(array[::-1] if self.upside_down else array)

    def pair(self, rows_columns: tuple[Any, Any]) -> tuple[Any, Any]:
        """Two values of rows and columns, such as a shape, of the other position."""
        first, second = rows_columns
        return (second, first) if self.transposed else (first, second)

    def to_stored(self, xy: Points, shown_shape: tuple[int, int]) -> Points:
        """Points ``(..., 2)`` of the film as shown, in stored pixels."""
        rows, columns = shown_shape
        x, y = xy[..., 0], xy[..., 1]
        x = columns - 1 - x if self.mirrored else x
        y = rows - 1 - y if self.upside_down else y
        return np.stack([y, x] if self.transposed else [x, y], -1)

    def to_shown(self, xy: Points, shown_shape: tuple[int, int]) -> Points:
        """The inverse of :meth:`to_stored`."""
        rows, columns = shown_shape
        x, y = xy[..., 0], xy[..., 1]
        x, y = (y, x) if self.transposed else (x, y)
        x = columns - 1 - x if self.mirrored else x
        y = rows - 1 - y if self.upside_down else y
        return np.stack([x, y], -1)

    def box_to_stored(self, box: HipBox, shown_shape: tuple[int, int]) -> HipBox:
        """A hip box of the film as shown, in stored pixels."""
        corners = np.array([[box.x0, box.y0], [box.x1, box.y1]])
        return _box(self.to_stored(corners, shown_shape))

    def box_to_shown(self, box: HipBox, shown_shape: tuple[int, int]) -> HipBox:
        """The inverse of :meth:`box_to_stored`."""
        corners = np.array([[box.x0, box.y0], [box.x1, box.y1]])
        return _box(self.to_shown(corners, shown_shape))


def turn_of(directions: Sequence[str]) -> Turn:
    """The turn that a film needs by its ``PatientOrientation``; none where that is odd.

    Parameters
    ----------
    directions
        Where its rows and its columns run: ``("R", "F")``; ``"RH"`` counts as R.
    """
    if len(directions) != 2:
        return Turn()
    row, column = (one[:1].upper() for one in directions)
    transposed = row in ("F", "H")
    if transposed:
        row, column = column, row
    if row not in ("L", "R") or column not in ("F", "H"):
        return Turn()
    return Turn(transposed, row == "R", column == "H")


def _box(corners: Points) -> HipBox:
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return HipBox(float(x0), float(y0), float(x1), float(y1))
