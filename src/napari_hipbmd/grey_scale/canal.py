"""The shape of the medullary canal: canal flare index and canal–calcar ratio.

Both compare the canal's width where it opens towards the trochanters with its width in
the shaft: an error of the pixel size moves their levels, and hardly their values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import Polynomial

from ..core.arrays import Values
from ..core.grey_scale import Cortex
from ..core.radiograph import FloatImage
from ..core.shaft import ShaftFrame
from ..core.shaft_edges import seen_below_mm
from .borders import Borders, follow_borders

ABOVE_MM = 20.0
"""Above the lesser trochanter: where the flare index takes the metaphysis."""

DORR_BELOW_MM = 100.0
"""Below the middle of the lesser trochanter: where Dorr measures the shaft."""

WINDOW_MM = 5.0
"""A width is the median over the levels within this of its own."""

SHAFT_BELOW_MM = 30.0
"""Below the lesser trochanter, from where the canal is the shaft's."""

TUBE_BELOW_MM = 10.0
BEHIND_MM = (-10.0, 20.0)
"""Below the lesser trochanter: between these its outline hides the medial border, which
is carried on in a straight line."""

SHORTEST_MM, LOWEST_MM = 70.0, 180.0
"""Below the lesser trochanter: with less of the shaft there is no ratio; and with more
nothing is looked at."""

BEYOND_MM = 20.0
"""Of the shaft that has to show below an isthmus: else the film may end above it."""

FIRST_MM = 5.0
"""Into the shaft: an isthmus at its very beginning is none."""

RATIO_TYPES = ((0.5, "A"), (0.75, "B"), (np.inf, "C"))
MOST_UNEVEN = 0.3
"""Of the width at the distal cut: a shaft that grows or shrinks by more was lost."""

NARROWEST = 0.2
"""Of the width at the distal cut: below it both walls look like one."""

WIDE_ABOVE = 0.85
"""Of the width at the distal cut: a canal above the lesser trochanter is wider."""

ROUNDS = 12

TOO_SHORT = "The film ends too soon below the lesser trochanter."
NO_ISTHMUS = "The film ends before the canal is seen to widen below its isthmus."
NOT_NARROWER = "The shaft's canal is not seen to narrow before it widens."
CLOSED = "The canal's borders cannot be told apart."
LOST = "The borders of the shaft cannot be followed."


@dataclass(frozen=True, eq=False)
class CanalWidths:
    """Widths of the canal at levels below the lesser trochanter's apex, mm."""

    below_lesser_mm: Values
    canal: Values

    def at(self, level_mm: float) -> float:
        """Median about a level."""
        near = np.abs(self.below_lesser_mm - level_mm) <= WINDOW_MM
        return float(np.median(self.canal[near]))

    def isthmus(self) -> tuple[float, float]:
        """Narrowest width of the shaft's canal, and its level."""
        shaft = self.below_lesser_mm >= SHAFT_BELOW_MM
        level, width = self.below_lesser_mm[shaft], self.canal[shaft]
        curve = _robust_curve(level, width)
        narrowest = int(curve.argmin())
        return float(curve[narrowest]), float(level[narrowest])


def with_canal(
    cortex: Cortex, film: FloatImage, frame: ShaftFrame, cut_below_lesser_mm: float
) -> Cortex:
    """With both ratios, as far as the film shows the levels that they are defined at.

    Parameters
    ----------
    film
        The whole film: it shows more of the shaft than the hip's images.
    cut_below_lesser_mm
        How far the distal cut lies below the lesser trochanter's apex.
    """
    seen = seen_below_mm(film, frame, LOWEST_MM - cut_below_lesser_mm)
    if cut_below_lesser_mm + seen < SHORTEST_MM:
        return replace(cortex, flare_reason=TOO_SHORT, calcar_reason=TOO_SHORT)
    borders = follow_borders(
        film,
        frame,
        -ABOVE_MM - WINDOW_MM - cut_below_lesser_mm,
        seen,
        TUBE_BELOW_MM - cut_below_lesser_mm,
    )
    level = borders.below_mm + cut_below_lesser_mm
    if _is_lost(borders.width[level >= SHAFT_BELOW_MM], frame.width_mm):
        return replace(cortex, flare_reason=LOST, calcar_reason=LOST)
    return compared(cortex, widths_of(borders, level), frame.width_mm)


def compared(cortex: Cortex, widths: CanalWidths, shaft_mm: float) -> Cortex:
    """Both ratios of known widths, and why one is missing.

    Parameters
    ----------
    shaft_mm
        Width of the shaft at the distal cut.
    """
    above, at_lesser = widths.at(-ABOVE_MM), widths.at(0.0)
    if above < WIDE_ABOVE * shaft_mm:
        return replace(cortex, flare_reason=LOST, calcar_reason=LOST)
    least = NARROWEST * shaft_mm
    found = replace(cortex, canal_above_mm=above, canal_at_lesser_mm=at_lesser)
    isthmus, level = widths.isthmus()
    if level > widths.below_lesser_mm[-1] - BEYOND_MM:
        found = replace(found, flare_reason=NO_ISTHMUS)
    elif level < SHAFT_BELOW_MM + FIRST_MM:
        found = replace(found, flare_reason=NOT_NARROWER)
    elif isthmus < least:
        found = replace(found, flare_reason=CLOSED)
    else:
        found = replace(
            found,
            isthmus_mm=isthmus,
            isthmus_below_lesser_mm=level,
            flare_index=above / isthmus,
        )
    if widths.below_lesser_mm[-1] < DORR_BELOW_MM:
        return replace(found, calcar_reason=TOO_SHORT)
    below = widths.at(DORR_BELOW_MM)
    if below < least:
        return replace(found, calcar_reason=CLOSED)
    ratio = below / at_lesser
    return replace(
        found,
        canal_below_mm=below,
        calcar_ratio=ratio,
        dorr_type_by_ratio=dorr_type_of_ratio(ratio),
    )


def dorr_type_of_ratio(ratio: float) -> str:
    """A below .5, B to .75, C beyond: of the canal–calcar ratio."""
    return next(kind for most, kind in RATIO_TYPES if ratio <= most)


def _robust_curve(x: Values, y: Values) -> Values:
    """A cubic through ``y`` that few bad levels cannot bend: least absolute errors."""
    weight = np.ones(len(x))
    for _ in range(ROUNDS):
        fitted = Polynomial.fit(x, y, 3, w=np.sqrt(weight))
        curve: Values = fitted(x)
        weight = 1 / np.maximum(np.abs(y - curve), 0.25)
    return curve


def widths_of(borders: Borders, level: Values) -> CanalWidths:
    """Of followed borders; behind the lesser trochanter the medial one is straight.

    Parameters
    ----------
    level
        ``(n,)`` mm below the lesser trochanter's apex.
    """
    medial = borders.inner_medial.copy()
    first, last = BEHIND_MM
    ends = [
        float(np.median(medial[np.abs(level - end) <= WINDOW_MM])) for end in BEHIND_MM
    ]
    behind = (level > first) & (level < last)
    medial[behind] = np.interp(level[behind], BEHIND_MM, ends)
    return CanalWidths(level, borders.inner_lateral - medial)


def _is_lost(width: Values, at_cut_mm: float) -> bool:
    """Whether the outer borders are too far apart, or too near, for one shaft."""
    middle = [np.median(width[max(k - 2, 0) : k + 3]) for k in range(len(width))]
    return bool(np.ptp(middle) > MOST_UNEVEN * at_cut_mm)
