"""Readings from the numbers of a structured report, each with the words about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...core.anatomy import Site
from ...core.dxa_reading import DxaReading
from ...core.errors import Refused
from ...core.radiograph import Side
from ..cases.row import DXA_RANGE_G_CM2
from .tables import DxaTable
from .words import is_elsewhere, names_a_hip, side_named, site_named


def readings_of_numbers(
    numbers: Iterable[tuple[str, float]], name: str, known: DxaReading
) -> DxaTable:
    """The hips' readings of a document.

    Parameters
    ----------
    numbers
        Words about each density, from the outside in, and its g/cm².
    name
        Of the file, for sentences.
    known
        Whose and of when they are.

    Raises
    ------
    Refused
        If there is no reading of a hip among them.
    """
    found, (low, high) = DxaTable(), DXA_RANGE_G_CM2
    by_side: dict[Side | None, dict[Site, set[float]]] = {}
    of_hips: set[Side | None] = set()
    for words, value in numbers:
        site, side = site_named(words), side_named(words)
        if site is None or is_elsewhere(words) or value == 0:
            continue
        if not low <= value <= high:
            found.leave_out(
                f"{name}: {site} is {value:g}, no BMD in g/cm²; it was left out"
            )
            continue
        if site != "total" or names_a_hip(words):
            of_hips.add(side)
        by_side.setdefault(side, {}).setdefault(site, set()).add(value)
    for side, told in by_side.items():
        if side not in of_hips:
            found.leave_out(
                f"{name}: total may be of another part of the body and was left out"
            )
            continue
        for site in (site for site, values in told.items() if len(values) > 1):
            found.leave_out(
                f"{name}: {site} is told twice and differs; it was left out"
            )
        once = {s: min(values) for s, values in told.items() if len(values) == 1}
        if once:
            found.readings.append(replace(known, side=side, bmd_g_cm2=once))
    if not found.readings:
        if found.left_out:
            why = found.left_out[0]
            raise Refused(f"{name} has no reading of a hip that can be used: {why}.")
        raise Refused(f"{name} has no BMD of a hip.")
    return found
