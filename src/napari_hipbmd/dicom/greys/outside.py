"""Where a film shows no patient: beyond its shutter, its padding, an even border.

Shutter and collimator: DICOM PS3.3 C.7.6.11 and C.8.7.3; padding: C.7.5.1.1.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...core.fill import ASKEW_SHARE, frame_of
from ...core.radiograph import Flag, FloatImage
from ..tags import integer, number, numbers, values

LEAST_SHARE, MOST_SHARE = 0.01, 0.9
"""Of a film: less is a line, and more leaves no hip (the tags are wrong)."""

_TAGS = ("Shutter", "Collimator")
_LOOK_PX = 256
_WHITE = 0.04  # of the grey spread, below the brightest
_DROP = 0.15  # of the grey spread, at the white area's edge
_SHARP_SHARE = 0.75
_SEEN_WITHIN_PX = 3
_MARKER_PX = 4
_STROKE_SHARE = 1 / 16  # of the film's longer side: a narrower stroke is no border


def beyond(film: Dataset, stored: NDArray[np.integer]) -> NDArray[np.bool_] | None:
    """What of a film its tags put beyond shutter and collimator, and its padding.

    Parameters
    ----------
    film
        The tags.
    stored
        ``(rows, columns)`` stored values.

    Returns
    -------
    ndarray or None
        ``(rows, columns)``, True where no patient is seen; None where all is seen.
    """
    found = None
    for mask in (
        *(_beyond(film, name, stored.shape) for name in _TAGS),
        _padding(film, stored),
    ):
        found = _either(found, mask)
    return found


def unused(film: Dataset, shape: tuple[int, ...]) -> tuple[Flag, ...]:
    """The flag of a shutter or collimator whose tags leave no film, or no shape."""
    wrong = []
    for name in _TAGS:
        shapes = _shapes(film, name, shape)
        hidden = 1.0 if not shapes else 1 - np.logical_and.reduce(shapes).mean()
        if values(film, f"{name}Shape") and hidden > MOST_SHARE:
            wrong.append(name.lower())
    if not wrong:
        return ()
    return (
        Flag(
            "shutter",
            f"The tags of the film's {' and '.join(wrong)} lack their numbers or leave"
            " next to nothing of it: they were passed over, so look at its borders.",
        ),
    )


def with_even_border(
    pixels: FloatImage, hidden: NDArray[np.bool_] | None = None, aspect: float = 1.0
) -> NDArray[np.bool_] | None:
    """What is hidden already, a white border, and a black one that is no rectangle.

    Parameters
    ----------
    pixels
        ``(rows, columns)``, bright = dense.
    hidden
        True where no patient is seen.
    aspect
        A pixel's height over its width.
    """
    found = _either(_either(None, hidden), _even_border(pixels, aspect))
    return found if found is not None else _even_border(pixels, aspect, dark=True)


def _either(
    one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """Two masks as one; a mask that hides next to nothing, or all, is none."""
    if other is None or not LEAST_SHARE <= other.mean() <= MOST_SHARE:
        return one
    both = other if one is None else one | other
    return both if both.mean() <= MOST_SHARE else one


def told(hidden: NDArray[np.bool_] | None) -> tuple[Flag, ...]:
    """The flag that says how much of a film is left out."""
    if hidden is None:
        return ()
    return (
        Flag(
            "shutter",
            f"{100 * hidden.mean():.0f} % of the film lies beyond its shutter or"
            " collimator and shows no patient: it is left out.",
        ),
    )


def _even_border(
    pixels: FloatImage, aspect: float, *, dark: bool = False
) -> NDArray[np.bool_] | None:
    """An even area at the film's border with a sharp edge: a mask or collimator.

    White, or black where that leaves no upright rectangle, which networks know.

    Bone that is burnt out where it leaves the film has no sharp edge, and reaches no
    two corners.
    """
    across = max(pixels.shape[0] * aspect, pixels.shape[1]) / _LOOK_PX
    down, across = (max(1, round(each)) for each in (across / aspect, across))
    small = pixels[::down, ::across] * np.float32(-1 if dark else 1)
    low, high = np.percentile(small, [2, 99.9])
    if high <= low:
        return None
    seen = (small - low) / float(high - low)
    white = seen > 1 - _WHITE
    at = [0, 0, -1, -1], [0, -1, 0, -1]
    if np.count_nonzero(white[at]) < 2:
        return None
    from scipy.ndimage import (  # few films
        binary_closing,
        binary_dilation,
        binary_opening,
        label,
    )

    # A cortex or vessel that is burnt out and touches the border is no part of it.
    half = max(1, round(max(small.shape) * _STROKE_SHARE / 2))
    more = 2 * half + 1  # the film goes on there, so that a shallow border is wide
    around = np.pad(white, more, mode="edge")
    wide = binary_dilation(binary_opening(around, iterations=half), iterations=half)
    white &= wide[more:-more, more:-more]
    parts, _count = label(white)
    corners = parts[at]
    ids = np.unique(corners[corners > 0])
    area = np.isin(parts, ids)
    rim = binary_dilation(area, iterations=_SEEN_WITHIN_PX)
    rim &= ~binary_dilation(area, iterations=_SEEN_WITHIN_PX - 1)
    if not rim.any() or (seen[rim] < 1 - _DROP).mean() < _SHARP_SHARE:
        return None
    if not LEAST_SHARE <= area.mean() <= MOST_SHARE:
        return None
    if dark and area[frame_of(~area)].mean() < ASKEW_SHARE:
        return None
    # A soft edge of the mask would be a bright line around what is seen, and so would
    # a marker upon it.
    m = _MARKER_PX
    closed = binary_closing(np.pad(area, m, mode="edge"), iterations=m)
    wide = binary_dilation(closed[m:-m, m:-m])
    full = np.repeat(np.repeat(wide, down, 0), across, 1)
    rows, columns = pixels.shape
    whole: NDArray[np.bool_] = full[:rows, :columns]
    return whole


def _beyond(
    film: Dataset, name: str, shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    """Beyond a shutter or collimator: outside any of its shapes."""
    seen = np.ones(shape, bool)
    for within in _shapes(film, name, shape):
        seen &= within
    return None if seen.all() else ~seen


def _shapes(
    film: Dataset, name: str, shape: tuple[int, ...]
) -> list[NDArray[np.bool_]]:
    """What lies within each shape: those that are named, else all that are given."""
    said = [str(value).strip().upper() for value in values(film, f"{name}Shape")[:3]]
    named = [kind for kind in _SHAPES if any(one.startswith(kind) for one in said)]
    found = (_SHAPES[kind](film, name, shape) for kind in named or _SHAPES)
    return [within for within in found if within is not None]


def _rectangle(
    film: Dataset, name: str, shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    edges = ("LeftVertical", "RightVertical", "UpperHorizontal", "LowerHorizontal")
    left, right, top, bottom = (number(film, f"{name}{edge}Edge") for edge in edges)
    if left is None or right is None or top is None or bottom is None:
        return None
    row, column = np.ogrid[1 : shape[0] + 1, 1 : shape[1] + 1]
    left, right = sorted((left, right))
    top, bottom = sorted((top, bottom))
    within: NDArray[np.bool_] = (column > left) & (column < right)
    return within & (row > top) & (row < bottom)


def _circle(
    film: Dataset, name: str, shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    centre = numbers(film, f"CenterOfCircular{name}")
    radius = number(film, f"RadiusOfCircular{name}")
    if len(centre) != 2 or radius is None or radius <= 0:
        return None
    row, column = np.ogrid[1 : shape[0] + 1, 1 : shape[1] + 1]
    within: NDArray[np.bool_] = np.hypot(row - centre[0], column - centre[1]) <= radius
    return within


def _polygon(
    film: Dataset, name: str, shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    corners = numbers(film, f"VerticesOfThePolygonal{name}")
    if len(corners) < 6 or len(corners) % 2:
        return None
    from skimage.draw import polygon2mask  # few films

    within: NDArray[np.bool_] = polygon2mask(
        shape, np.array(corners).reshape(-1, 2) - 1
    )
    return within


_SHAPES = {"RECT": _rectangle, "CIRC": _circle, "POLY": _polygon}
"""How a shape's name begins, and what of its tags lies within it."""


def _padding(film: Dataset, stored: NDArray[np.integer]) -> NDArray[np.bool_] | None:
    """Padding that reaches the film's border; the same value may lie in the hip."""
    value = number(film, "PixelPaddingValue")
    if value is None:
        return None
    limit = number(film, "PixelPaddingRangeLimit")
    # It may fill the word, and was cut to the bits stored like all values.
    span = 1 << integer(film, "BitsStored", 16)
    least = -span // 2 if stored.dtype.kind == "i" else 0
    low, high = sorted(
        (int(end) - least) % span + least
        for end in (value, value if limit is None else limit)
    )
    return reaching_border((stored >= low) & (stored <= high))


def reaching_border(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts of a mask that reach the film's border."""
    from scipy.ndimage import label  # few films

    parts, count = label(mask)
    at_border = np.zeros(count + 1, bool)
    for edge in (parts[0], parts[-1], parts[:, 0], parts[:, -1]):
        at_border[edge] = True
    at_border[0] = False
    found: NDArray[np.bool_] = at_border[parts]
    return found
