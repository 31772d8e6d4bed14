"""Numbers that are of another side, box or spacing than the form now asks for."""

from __future__ import annotations

from typing import NamedTuple

from ...core.measurement import Measurement
from ...core.radiograph import TYPED, HipBox, Side
from ..ui.translation import tr

OTHER_SIDE = tr("Another side was chosen: press Measure to use it.")
OTHER_SPACING = tr("Another pixel spacing was typed: press Measure to use it.")
OTHER_BOX = tr("Another hip box was drawn: press Measure to use it.")
OTHER_MODELS = tr("Other models were chosen: press Measure to use them.")
SHOWN_MM = 5.1e-5
"""What a typed spacing differs by from what the form shows of it."""
SAME_BOX_PX = 0.01


class Asked(NamedTuple):
    """What the next measurement would use; None where nobody says."""

    side: Side | None
    spacing_mm: float | None
    box: HipBox | None
    same_models: bool


def out_of_date(measurement: Measurement, asked: Asked) -> list[str]:
    """Why numbers are no longer what one asks for, in sentences; mostly none."""
    typed = measurement.spacing_source == TYPED
    spacing = measurement.spacing_mm if typed else None
    why = {
        OTHER_SIDE: asked.side not in (None, measurement.side),
        OTHER_SPACING: not _alike(asked.spacing_mm, spacing and spacing[1]),
        OTHER_BOX: not _same_box(asked.box, measurement.box),
        OTHER_MODELS: not asked.same_models,
    }
    return [sentence for sentence, holds in why.items() if holds]


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < SHOWN_MM


def _same_box(asked: HipBox | None, measured: HipBox | None) -> bool:
    """A box that nobody has drawn is searched for: it is never another one."""
    if asked is None or measured is None:
        return asked is None
    ends = ("x0", "y0", "x1", "y1")
    return all(
        abs(getattr(asked, end) - getattr(measured, end)) < SAME_BOX_PX for end in ends
    )
