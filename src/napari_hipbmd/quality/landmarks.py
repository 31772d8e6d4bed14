"""Whether the landmarks can be believed: twice found places, expected errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..anatomy import INDEX, TWICE_FOUND, Points, distances_mm
from ..radiograph import Flag

TWINS_APART_MM = 6.0
UNSURE_MM = 4.0


def agreement(
    landmarks_xy: Points,
    sigma_mm: NDArray[np.float64],
    spacing_mm: tuple[float, float] | None,
) -> tuple[Flag, ...]:
    """Flag landmarks that the networks are unsure of, or place apart."""
    if spacing_mm is None:
        return ()
    flags = []
    apart = {
        f"{a}/{b}": float(
            distances_mm(landmarks_xy[INDEX[a]], landmarks_xy[INDEX[b]], spacing_mm)
        )
        for a, b in TWICE_FOUND
    }
    worst = max(apart, key=lambda name: apart[name])
    if apart[worst] > TWINS_APART_MM:
        flags.append(
            Flag(
                "landmarks-disagree",
                f"Two networks place {worst}, which is one place, {apart[worst]:.0f} mm"
                " apart: check the landmarks.",
            )
        )
    if np.nanmean(sigma_mm) > UNSURE_MM:
        flags.append(
            Flag(
                "landmarks-unsure",
                "The landmarks are uncertain (expected error"
                f" {np.nanmean(sigma_mm):.0f} mm on average): check them.",
            )
        )
    return tuple(flags)
