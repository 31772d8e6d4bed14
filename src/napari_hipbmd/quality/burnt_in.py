"""Marks burnt into the picture that cross what is measured."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.anatomy import Region
from ..core.radiograph import Flag

CROSSED_SHARE = 0.001


def burnt_in(marked_share: Mapping[Region, float]) -> tuple[Flag, ...]:
    """Flag regions that coloured marks cross.

    Parameters
    ----------
    marked_share
        Region → the part of its pixels that marks hide, 0 … 1.
    """
    hit = tuple(r for r, share in marked_share.items() if share > CROSSED_SHARE)
    if not hit:
        return ()
    return (
        Flag(
            "burnt-in-region",
            f"Coloured marks cross the {' and '.join(hit)}: the grey values beneath"
            " are filled in from around them.",
            hit,
        ),
    )
