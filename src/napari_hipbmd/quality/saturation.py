"""Whether the film has burnt out where it is measured."""

from __future__ import annotations

from collections.abc import Mapping

from ..anatomy import Region
from ..radiograph import Flag

SATURATED = 0.995
BURNT_SHARE = 0.02


def saturation(burnt_share: Mapping[Region, float]) -> tuple[Flag, ...]:
    """Flag regions whose film values (0 … 1) are burnt out to the largest one.

    Parameters
    ----------
    burnt_share
        Region → the part of its pixels that is at least :data:`SATURATED`.
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
