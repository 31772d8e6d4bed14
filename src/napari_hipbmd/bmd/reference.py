"""Reference data: T-scores, and the ranges that a survey of adults has seen.

The numbers are in ``reference.json`` beside this file, each with its citation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ..core.anatomy import Site
from ..core.radiograph import Flag, Sex

T_SCORE_SITES: tuple[Site, ...] = ("neck", "total")
"""The two sites at which a T-score means something (ISCD)."""

SITE_NAMES: Mapping[Site, str] = {
    "neck": "femoral neck",
    "trochanter": "trochanter",
    "intertrochanter": "inter-trochanter",
    "total": "total hip",
}
"""The sites in words, for people."""


@cache
def reference_data() -> dict[str, Any]:
    """``reference.json`` as it stands, with citations and versions."""
    text = files(__package__).joinpath("reference.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def t_score_reference(reference_sex: Sex = "F") -> str:
    """Whose young adults T-scores are against, with the version, in a line."""
    young = reference_data()["young_adult"]
    who = {"F": "women", "M": "men"}[reference_sex]
    return f"{young['survey']}, {who}, {young['device']}, version {young['version']}"


def other_scales(makers: Iterable[str]) -> tuple[str, ...]:
    """Makers of densitometers whose g/cm² are not those of the T-scores' reference."""
    device = reference_data()["young_adult"]["device"]
    return tuple(maker for maker in makers if maker != device)


def t_scores(
    bmd_g_cm2: Mapping[Site, float], reference_sex: Sex = "F"
) -> dict[str, float]:
    """T = (BMD − young-adult mean) / young-adult SD, at neck and total.

    Parameters
    ----------
    bmd_g_cm2
        Site → aBMD in g/cm² on the Hologic scale; other sites are passed over.
    reference_sex
        Whose young adults. The white *female* reference serves for men too
        (ISCD 2023), so it is the default for everybody.

    Returns
    -------
    dict
        ``"neck"`` and ``"total"`` where given. NaN stays NaN.
    """
    young = reference_data()["young_adult"][reference_sex]
    return {
        site: (bmd_g_cm2[site] - young[site]["mean"]) / young[site]["sd"]
        for site in T_SCORE_SITES
        if site in bmd_g_cm2
    }


def implausible(
    bmd_g_cm2: Mapping[Site, float], area_cm2: Mapping[Site, float] | None = None
) -> tuple[Flag, ...]:
    """Flags for values that a national survey never saw.

    Parameters
    ----------
    bmd_g_cm2, area_cm2
        Site → value. Sites without a survey range, and NaN, are passed over.
    """
    ranges = reference_data()["plausible"]
    flags = []
    for kind, values, unit, code in (
        ("bmd_g_cm2", bmd_g_cm2, "g/cm²", "implausible-bmd"),
        ("area_cm2", area_cm2 or {}, "cm²", "implausible-area"),
    ):
        for site, value in values.items():
            low, high = ranges[kind].get(site, (-np.inf, np.inf))
            if value < low or value > high:
                what = "aBMD" if kind == "bmd_g_cm2" else "Area"
                text = (
                    f"{what} of the {SITE_NAMES[site]}, {value:.3g} {unit}, lies"
                    " outside what a survey of adults has seen"
                    f" ({low:g} to {high:g} {unit})."
                )
                flags.append(Flag(code, text, (site,)))
    return tuple(flags)
