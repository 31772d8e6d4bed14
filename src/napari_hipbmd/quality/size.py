"""Whether the hip has the size of an adult's: a wrong pixel spacing shows so."""

from __future__ import annotations

from ..core.anatomy import Points, head_diameter_mm
from ..core.radiograph import Flag

ADULT_MM = (37.0, 62.0)
"""Diameters of the femoral head that are believed: adults have 38–56 mm (women 44–46,
men 48–52 on average), and the layout of the landmarks tells it to some 8 %."""


def size(
    landmarks_xy: Points, spacing_mm: tuple[float, float] | None
) -> tuple[Flag, ...]:
    """Flag a hip too small or too large for an adult."""
    diameter = head_diameter_mm(landmarks_xy, spacing_mm)
    if diameter is None or ADULT_MM[0] <= diameter <= ADULT_MM[1]:
        return ()
    word = "large" if diameter > ADULT_MM[1] else "small"
    return (
        Flag(
            "head-size",
            f"The femoral head would measure {diameter:.0f} mm across, too {word} for"
            " an adult: check the pixel spacing and the landmarks.",
        ),
    )
