"""Who took part in a validation: means and spreads, by sex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..bmd import SITE_NAMES
from ..core.anatomy import SITES
from ..study import Case
from ..study.dxa.merging import DAYS
from .strata import body_mass_index

ALL = "all"
_SEXES = {"F": "women", "M": "men", None: "sex unknown"}


@dataclass(frozen=True)
class Participants:
    """Some of the cases that figures rest on.

    ``facts`` holds name with unit → how many know it, mean, and standard deviation.
    """

    who: str
    hips: int
    patients: int
    facts: Mapping[str, tuple[int, float, float]]


def participants(cases: Sequence[Case]) -> list[Participants]:
    """Each sex, then all; one sex alone is all."""
    by_sex = {
        name: [case for case in cases if case.patient.sex == sex]
        for sex, name in _SEXES.items()
    }
    parts = {name: some for name, some in by_sex.items() if some}
    if len(parts) > 1:
        parts[ALL] = list(cases)
    return [_some(name, some) for name, some in parts.items()]


def _some(who: str, cases: Sequence[Case]) -> Participants:
    columns: dict[str, list[float | None]] = {
        "age, years": [case.patient.age_years for case in cases],
        "height, cm": [case.patient.height_cm for case in cases],
        "weight, kg": [case.patient.weight_kg for case in cases],
        "BMI, kg/m²": [body_mass_index(case) for case in cases],
        **{
            f"{SITE_NAMES[site]}, g/cm²": [case.dxa.get(site) for case in cases]
            for site in SITES
        },
        "days from film to reading": [case.number(DAYS) for case in cases],
    }
    facts = {name: _mean_and_sd(values) for name, values in columns.items()}
    patients = len({case.group or case.case_id for case in cases})
    return Participants(
        who, len(cases), patients, {name: f for name, f in facts.items() if f[0]}
    )


def _mean_and_sd(values: Sequence[float | None]) -> tuple[int, float, float]:
    known = np.array([v for v in values if v is not None])
    if not known.size:
        return 0, float("nan"), float("nan")
    sd = float(known.std(ddof=1)) if known.size > 1 else float("nan")
    return known.size, float(known.mean()), sd
