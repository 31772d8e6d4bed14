"""Whether a reading is the one that a case has already: two are not mixed."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.anatomy import SITES, Site
from ...core.dxa_reading import DxaReading
from ..cases.case import Case

DAYS, MAKER = "dxa_days", "dxa_maker"


def known_sites(case: Case) -> Mapping[Site, float]:
    """Site → g/cm² of those that the case has."""
    return {site: value for site in SITES if (value := case.dxa.get(site)) is not None}


def unlike(case: Case, reading: DxaReading, days: int) -> str:
    """Why a reading is not the one that the case has; nothing where it may be.

    Parameters
    ----------
    days
        From the film to the reading.
    """
    old, new = known_sites(case), reading.bmd_g_cm2
    shared = [site for site in old if site in new]
    for site in shared:
        if old[site] != new[site]:
            return f"bmd_{site} is {old[site]:g} and the reading says {new[site]:g}"
    told = case.number(DAYS)
    if told is not None and told != days:
        return f"its aBMD is {told:+g} days from the film and the reading {days:+d}"
    if told is None and not shared:
        return f"its aBMD may be of another day than the reading ({DAYS} is empty)"
    maker = case.extra.get(MAKER, "")
    if maker and reading.maker and maker != reading.maker:
        return f"its aBMD is of {maker} and the reading of {reading.maker}"
    return ""
