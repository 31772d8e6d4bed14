"""Whether the thigh lies as an AP film asks, and the film shows all of the hip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..core.anatomy import INDEX, Points, Region
from ..core.radiograph import Flag

TURNED_DEG = 20.0


def position(
    landmarks_xy: Points, spacing_mm: tuple[float, float] | None = None
) -> tuple[Flag, ...]:
    """Flag a thigh that is far from the straight AP position."""
    if spacing_mm is not None:
        landmarks_xy = landmarks_xy * np.array(spacing_mm[::-1])
    top = (landmarks_xy[INDEX["T4"]] + landmarks_xy[INDEX["N4"]]) / 2
    bottom = (landmarks_xy[INDEX["I2"]] + landmarks_xy[INDEX["I3"]]) / 2
    step = bottom - top
    angle = float(np.degrees(np.arctan2(abs(step[0]), step[1])))
    if angle <= TURNED_DEG:
        return ()
    return (
        Flag(
            "position",
            f"The thigh is turned {angle:.0f}° away from straight down (a frog-leg or"
            " abducted view?): aBMD is defined for an AP film of a straight leg.",
        ),
    )


def field(
    landmarks_xy: Points, shape: tuple[int, int], shares: Mapping[Region, float]
) -> tuple[Flag, ...]:
    """Flag regions that reach over the film's border."""
    cut = [region for region, share in shares.items() if share < 0.999]
    rows, columns = shape
    outside = [
        name
        for name, i in INDEX.items()
        if not (
            -0.5 <= landmarks_xy[i, 0] <= columns - 0.5
            and -0.5 <= landmarks_xy[i, 1] <= rows - 0.5
        )
    ]
    if not cut and not outside:
        return ()
    what = " and ".join(cut) if cut else "a region"
    return (
        Flag(
            "region-outside",
            f"The film does not show all of the hip ({what}; outside: "
            f"{', '.join(outside) or 'an edge'}): values come from what is visible. If"
            " it shows more than one hip, draw or give the hip box.",
            tuple(cut),
        ),
    )
