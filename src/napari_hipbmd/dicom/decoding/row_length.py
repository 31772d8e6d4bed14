"""Pictures that are cut into rows of another length than they have.

Each pixel of a film is like the one below it; of one that is cut into rows of another
length it is not, or it is as like one in the same row: where ``Columns`` is doubled,
two rows of the film stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...core.errors import FilmRefused

_LOOKED_AT, _MUCH_LIKER = 1 << 12, 2.0
"""Pixels that are looked at, and how much liker rows of the other length must be."""

_FEWEST_PIXELS = 1 << 12
"""Smaller ones are no films, and many of them are drawn patterns that repeat."""

_LONGEST = 4
"""Times as long as high, or as high as long, is no film."""


def check_rows(stored: NDArray[np.integer]) -> None:
    """Refuse a picture whose rows fit each other with another length alone.

    Parameters
    ----------
    stored
        ``(rows, columns)``, or ``(rows, columns, 3)`` for colour.

    Raises
    ------
    FilmRefused
        With the numbers of rows and columns that do fit.
    """
    rows, columns = stored.shape[:2]
    others = {rows} - {columns}
    if stored.ndim == 2 and stored.size >= _FEWEST_PIXELS:
        others |= _lengths(rows, columns)
    if not others:
        return
    step = _steps(stored, max(rows, columns, *others))
    as_said, to_any = step(columns), step(None)
    found = {length: step(length) for length in others}
    # What is as like half a row on is a slope, and no row of a film.
    found = {n: by for n, by in found.items() if _MUCH_LIKER * by < step(n // 2)}
    if not found:
        return
    likest = min(found, key=lambda length: (found[length], length))
    if _MUCH_LIKER * found[likest] < as_said:
        raise FilmRefused(_sentence(rows, columns, likest))
    beside = [n for n in found if columns % n == 0 and found[n] <= as_said]
    if stored.ndim == 2 and beside and _MUCH_LIKER * as_said < to_any:
        raise FilmRefused(_sentence(rows, columns, min(beside, key=found.__getitem__)))


def _lengths(rows: int, columns: int) -> set[int]:
    """Other lengths of rows that a film with as many pixels may have."""
    count = rows * columns
    low, high = np.sqrt(count / _LONGEST), np.sqrt(count * _LONGEST)
    lengths = range(int(np.ceil(low)), int(high) + 1)
    return {n for n in lengths if count % n == 0} - {columns}


def _steps(stored: NDArray[np.integer], longest: int) -> Callable[[int | None], float]:
    """Mean step to the pixel so much further on; to any other for None."""
    flat = stored.reshape(stored.shape[0] * stored.shape[1], -1)[:, 0]
    random = np.random.default_rng(0)
    at = random.integers(0, flat.size - longest, _LOOKED_AT)
    here = flat[at].astype(np.int64)

    def step(length: int | None) -> float:
        there = random.permutation(at) if length is None else at + length
        return float(np.abs(flat[there] - here).mean())

    return step


def _sentence(rows: int, columns: int, length: int) -> str:
    fit = f"{rows * columns // length} × {length}"
    swapped = length == rows
    why = "its rows and columns are swapped" if swapped else "the header is wrong"
    return (
        f"The header claims {rows} × {columns} pixels, and only with {fit} the rows fit"
        f" each other: {why}, so export it again."
    )
