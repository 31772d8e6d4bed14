"""Results by sex, age, body mass index and film type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.anatomy import Site
from ..core.arrays import Values
from ..runs.feature_cache import Row
from ..study import Case
from .agreement import agreement, mean_agreement, weighted_figures
from .bootstrap import FEWEST, Interval, interval, share_interval
from .row_result import RowResult

AGES = ((0, 60, "under 60"), (60, 70, "60 to 69"), (70, 80, "70 to 79"),
        (80, 200, "80 and over"))  # fmt: skip
BMIS = ((0, 18.5, "under 18.5"), (18.5, 25, "18.5 to 24.9"), (25, 30, "25 to 29.9"),
        (30, 200, "30 and over"))  # fmt: skip


@dataclass(frozen=True)
class Stratum:
    """One row on part of the cases.

    ``by`` names the kind of part (``"sex"``) and ``level`` the part (``"F"``). Figures
    are NaN with fewer than ``FEWEST`` cases, intervals with fewer patients.
    ``coverage`` is the share of readings inside the 90 % interval.
    """

    site: Site
    row: Row
    by: str
    level: str
    n: int
    r: float
    r_interval: Interval
    mae_g_cm2: float
    mae_interval_g_cm2: Interval
    bias_g_cm2: float
    bias_interval_g_cm2: Interval
    coverage: float
    coverage_interval: Interval


def strata(found: RowResult, cases: Sequence[Case], weights: Values) -> list[Stratum]:
    """One row by each kind of part of which the study knows at least two levels.

    Parameters
    ----------
    cases
        The study's.
    weights
        ``(samples, n)``: how often each case of ``found`` occurs in each sample.
    """
    by_id = {case.case_id: case for case in cases}
    used = [by_id[name] for name in found.case_ids]
    parts: list[Stratum] = []
    for by, level_of in _KINDS.items():
        levels = [level_of(case) for case in used]
        names = [name for name in _ORDER[by] if name in levels] or sorted(
            {name for name in levels if name}
        )
        if len(names) > 1:
            parts += [
                _part(found, weights, by, name, np.array([v == name for v in levels]))
                for name in names
            ]
    return parts


def _part(
    found: RowResult, weights: Values, by: str, level: str, inside: np.ndarray
) -> Stratum:
    n, nothing = int(inside.sum()), float("nan")
    none = (nothing, nothing)
    if n < FEWEST:
        return Stratum(
            found.site, found.row, by, level, n,
            nothing, none, nothing, none, nothing, none, nothing, none,
        )  # fmt: skip
    reading = found.reading[inside]
    estimates = found.estimates[:, inside]
    every = weights[:, inside]
    every = every[every.sum(axis=1) > 2]
    figures = [weighted_figures(one, reading, every) for one in estimates]
    bounds = {
        name: interval(np.mean([one[name] for one in figures], axis=0))
        for name in ("r", "mae_g_cm2", "bias_g_cm2")
    }
    covered = share_interval(found.covered[inside], every, found.patient[inside])
    if np.unique(found.patient[inside]).size < FEWEST:
        bounds, covered = dict.fromkeys(bounds, none), none
    a = mean_agreement([agreement(one, reading) for one in estimates])
    return Stratum(
        found.site, found.row, by, level, n,
        a.r, bounds["r"], a.mae_g_cm2, bounds["mae_g_cm2"],
        a.bias_g_cm2, bounds["bias_g_cm2"], float(np.mean(found.covered[inside])),
        covered,
    )  # fmt: skip


def _between(value: float | None, bands: Sequence[tuple[float, float, str]]) -> str:
    if value is None:
        return ""
    return next((name for low, high, name in bands if low <= value < high), "")


def body_mass_index(case: Case) -> float | None:
    """kg/m²; None where height or weight is unknown."""
    height, weight = case.patient.height_cm, case.patient.weight_kg
    if height is None or weight is None:
        return None
    return weight / (height / 100) ** 2


def _film_type(case: Case) -> str:
    kind = case.extra.get("film_type", "").strip()
    return f"type {kind}" if kind.isdigit() else kind


_KINDS: dict[str, Callable[[Case], str]] = {
    "sex": lambda case: case.patient.sex or "",
    "age, years": lambda case: _between(case.patient.age_years, AGES),
    "BMI, kg/m²": lambda case: _between(body_mass_index(case), BMIS),
    "film type": _film_type,
}
_ORDER: dict[str, tuple[str, ...]] = {
    "sex": ("F", "M"),
    "age, years": tuple(name for *_, name in AGES),
    "BMI, kg/m²": tuple(name for *_, name in BMIS),
    "film type": (),
}
