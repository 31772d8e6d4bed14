"""Whether the film has burnt out where it is measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Region
from ..core.radiograph import Flag

SATURATED = 0.995
BURNT_SHARE = 0.02


def burnt_share(film: NDArray[np.floating]) -> float:
    """The part of a region's pixels that show no difference any more, 0 … 1.

    Those at the upper end of the format's range, or on one and the same largest or
    smallest value: where a detector or a window ends, values pile up.

    Parameters
    ----------
    film
        ``(n,)`` the region's values on the film's 0 … 1 range.
    """
    if not film.size:
        return 0.0
    ends = (film >= SATURATED, film == film.max(), film == film.min())
    return float(max(np.count_nonzero(end) for end in ends) / film.size)


def saturation(burnt_share: Mapping[Region, float]) -> tuple[Flag, ...]:
    """Flag regions that are burnt out, at the bright or the dark end.

    Parameters
    ----------
    burnt_share
        Region → :func:`burnt_share` of its pixels.
    """
    burnt = [region for region, share in burnt_share.items() if share > BURNT_SHARE]
    if not burnt:
        return ()
    return (
        Flag(
            "saturation",
            f"The film is saturated in the {' and '.join(burnt)}: grey values there"
            " say nothing about density.",
            tuple(burnt),
        ),
    )
