"""Whether the landmarks can be believed: twice found places, expected errors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import (
    ADULT_HEAD_MM,
    INDEX,
    LANDMARK_IDS,
    POLYGONS,
    TWICE_FOUND,
    Points,
    distances_mm,
    head_diameter_mm,
)
from ..core.hip_images import LandmarkSet
from ..core.radiograph import Flag

TWINS_APART_MM = 6.0
UNSURE_MM = 4.0
DIFFER_MM, TIMES_EXPECTED = 5.0, 3.0
LOST_MM = 6.0  # about where the finder lets the other landmarks place it


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
    far = {name: mm for name, mm in apart.items() if mm > TWINS_APART_MM}
    if far:
        told = " and ".join(f"{name} {mm:.0f} mm apart" for name, mm in far.items())
        flags.append(
            Flag(
                "landmarks-disagree",
                f"Two networks place {told}, which is one place: check the landmarks.",
                _regions_of(far),
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
    lost = {
        name: float(mm)
        for name, mm in zip(LANDMARK_IDS, sigma_mm, strict=True)
        if mm > LOST_MM
    }
    if lost:
        told = ", ".join(f"{name} {mm:.0f} mm" for name, mm in lost.items())
        flags.append(
            Flag(
                "landmarks-lost",
                f"Hardly to be seen on the film (expected error {told}): place"
                f" {'it' if len(lost) == 1 else 'them'} by hand.",
                _regions_of(lost),
            )
        )
    return tuple(flags)


def against_found(
    landmarks_xy: Points,
    found: LandmarkSet,
    spacing_mm: tuple[float, float] | None,
) -> tuple[Flag, ...]:
    """Flag placed landmarks that lie elsewhere than the networks find them.

    On average farther than 5 mm, and than three times the error that the networks
    expect of themselves on this film. Where the film does not tell its size, the head
    does.
    """
    expected = 0.0 if spacing_mm is None else float(np.mean(found.sigma_mm))
    if spacing_mm is None:
        head_px = head_diameter_mm(found.xy, (1.0, 1.0))
        if not head_px:
            return ()
        spacing_mm = (ADULT_HEAD_MM / head_px,) * 2
    apart = float(np.mean(distances_mm(landmarks_xy, found.xy, spacing_mm)))
    if not apart > max(DIFFER_MM, TIMES_EXPECTED * expected):
        return ()  # or a landmark has no place
    return (
        Flag(
            "landmarks-differ",
            f"The landmarks lie {apart:.0f} mm on average from where the networks find"
            " them: look whether they are another film's, or the networks are wrong.",
        ),
    )


def _regions_of(places: Iterable[str]) -> tuple[str, ...]:
    """The regions that landmarks, or pairs of them like ``N3/T1``, bound."""
    names = {name for place in places for name in place.split("/")}
    return tuple(r for r, corners in POLYGONS.items() if names & set(corners))
