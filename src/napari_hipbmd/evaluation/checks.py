"""What is wrong with a study, said before an hour of measuring and not after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..bmd import (
    COVARIATES,
    MINIMUM_CASES,
    SITE_NAMES,
    RegressionPreset,
    covariate_row,
    refuse_more_inputs_than_cases,
)
from ..core.anatomy import SITES, Site
from ..core.errors import Refused
from ..runs.feature_cache import CaseFeatures
from ..study import Case
from .feature_table import FeatureTable
from .row_result import RowResult
from .rows import NO_READINGS

_NAMED = 3
_SHORTEST_CM = 100.0  # of those who are not children
_CHILD_YEARS = 12.0
_CM_PER_INCH, _KG_PER_POUND = 2.54, 0.4536
_HEAVY_BMI = 45.0


def with_reading(cases: Sequence[Case], targets: Sequence[Site] = SITES) -> list[Case]:
    """Cases that have a DXA reading of a target."""
    return [c for c in cases if any(c.dxa.get(site) is not None for site in targets)]


def refuse_too_small(
    cases: Sequence[Case], folds: int, targets: Sequence[Site] = SITES
) -> None:
    """Refuse a study without readings, with too few, or of too few patients.

    Raises
    ------
    Refused
        Names the columns, and the cases where it helps.
    """
    read = with_reading(cases, targets)
    columns = ", ".join(f"bmd_{site}" for site in targets)
    if not read:
        raise Refused(
            NO_READINGS
            if tuple(targets) == tuple(SITES)
            else f"The study has no DXA readings of {columns}: fill in"
            f" {'that column' if len(targets) == 1 else 'those columns'} of cases.csv"
            " in g/cm², or choose other targets."
        )
    if len(read) < MINIMUM_CASES:
        raise Refused(
            f"At least {MINIMUM_CASES} cases with a DXA reading are needed, and the"
            f" study has {len(read)} ({_names(read)}): fill in {columns} of more cases"
            " in cases.csv."
        )
    patients = len({c.group or c.case_id for c in read})
    if patients == 1:
        raise Refused(
            f"All {len(read)} cases with a DXA reading ({_names(read)}) are of one"
            " patient: column 'group' of cases.csv names the patient of each case, and"
            " an empty one counts every case as a patient of its own."
        )
    if folds < 2 or patients < folds:
        raise Refused(
            f"{folds} folds by patient need at least {max(folds, 2)} patients, and the"
            f" study has {patients} (column 'group' of cases.csv)."
        )


def refuse_too_many_inputs(
    cases: Sequence[Case],
    preset: RegressionPreset,
    features: int,
    targets: Sequence[Site] = SITES,
) -> None:
    """Refuse least squares for which no target has readings enough.

    Parameters
    ----------
    features
        How many a film has.

    Raises
    ------
    Refused
        If so; says how many cases it would take.
    """
    most = max(len(with_reading(cases, [site])) for site in targets)
    refuse_more_inputs_than_cases(preset.kind, features + len(preset.covariates), most)


def refuse_wrong_units(cases: Sequence[Case], targets: Sequence[Site] = SITES) -> None:
    """Refuse heights in inches, weights in pounds, and readings that never differ.

    What no unit can explain (mg/cm², metres) is refused when the table is read.

    Raises
    ------
    Refused
        Names the column and the cases.
    """
    short = [c for c in cases if _too_short(c)]
    if short:
        inches = [c.patient.height_cm or 0.0 for c in short]
        cm = [_CM_PER_INCH * v for v in inches]
        raise Refused(
            f"Column height_cm of cases.csv is {_range(inches)} in {len(short)} of"
            f" {len(cases)} cases ({_names(short)}), which looks like inches"
            f" ({_range(cm)} cm): give centimetres."
        )
    bmi = [
        c.patient.weight_kg / (c.patient.height_cm / 100) ** 2
        for c in cases
        if c.patient.weight_kg is not None and c.patient.height_cm is not None
    ]
    if bmi and float(np.median(bmi)) > _HEAVY_BMI:
        raise Refused(
            f"Column weight_kg of cases.csv looks like pounds: half of the {len(bmi)}"
            f" cases ({_names(cases)}) would have a body mass index above"
            f" {np.median(bmi):.0f} kg/m², in pounds"
            f" {_KG_PER_POUND * np.median(bmi):.0f}: give kilograms."
        )
    for site in targets:
        known = [c for c in cases if c.dxa.get(site) is not None]
        readings = {c.dxa[site] for c in known}
        if len(known) > 1 and len(readings) == 1:
            raise Refused(
                f"Column bmd_{site} of cases.csv is {readings.pop():g} in all"
                f" {len(known)} cases ({_names(known)}): there is nothing to learn"
                " from; give each film's own reading."
            )


def _too_short(case: Case) -> bool:
    height, age = case.patient.height_cm, case.patient.age_years
    child = age is not None and age < _CHILD_YEARS
    return height is not None and not child and height < _SHORTEST_CM


def enough_biology(table: FeatureTable, preset: RegressionPreset) -> bool:
    """Whether enough cases with a reading know the covariates that a preset has."""
    if not preset.covariates:
        return False
    columns = [COVARIATES.index(name) for name in preset.covariates]
    known = np.isfinite(table.covariates[:, columns]).all(axis=1)
    read = np.isfinite(table.dxa_g_cm2).any(axis=1)
    return bool((known & read).sum() >= MINIMUM_CASES)


def checked_covariates(
    cases: Sequence[Case], preset: RegressionPreset
) -> RegressionPreset:
    """The preset without what does not vary; other constants are mistakes.

    A study of women only is a study; one in which everybody is 70 years old is a
    mistake in the table.

    Raises
    ------
    Refused
        If age, height or weight is the same in all cases; names column and cases.
    """
    read = with_reading(cases)
    kept = list(preset.covariates)
    for name in preset.covariates:
        values = np.array([covariate_row(c.patient, [name])[0] for c in read])
        known = values[np.isfinite(values)]
        if known.size < 2 or np.ptp(known) > 0:
            continue
        kept.remove(name)
        if name != "sex":
            named = [c for c, v in zip(read, values, strict=True) if np.isfinite(v)]
            without = ",".join(n for n in preset.covariates if n != name) or "none"
            raise Refused(
                f"Column {name} of cases.csv is {known[0]:g} in all {known.size} cases"
                f" ({_names(named)}): correct it, or leave it out with --covariates"
                f" {without}."
            )
    if len(kept) == len(preset.covariates):
        return preset
    return replace(preset, covariates=tuple(kept))


def left_out(
    table: FeatureTable,
    found: Sequence[CaseFeatures],
    results: Sequence[RowResult],
    preset: RegressionPreset | None,
    targets: Sequence[Site] = SITES,
) -> dict[str, str]:
    """Case → why it took no part: each missing value by its column.

    Parameters
    ----------
    preset
        Whose covariates were needed; None when none were.
    """
    used = {name for one in results for name in one.case_ids}
    reasons = {one.case_id: one.reason for one in found}
    unmeasured = {one.case_id: _unmeasured(one) for one in found}
    needed = () if preset is None else preset.covariates
    told = {}
    for i, name in enumerate(table.case_ids):
        if name in used:
            continue
        biology = dict(zip(COVARIATES, table.covariates[i], strict=True))
        missing = [c for c in needed if not np.isfinite(biology[c])]
        readings = table.dxa_g_cm2[i, [SITES.index(site) for site in targets]]
        if not np.isfinite(readings).any():
            missing += [f"bmd_{site}" for site in targets]
        told[name] = (
            reasons.get(name)
            or (f"{', '.join(missing)} missing" if missing else "")
            or unmeasured.get(name, "it was not measured")
        )
    return told


def _unmeasured(one: CaseFeatures) -> str:
    """Why a row lacks something of a film that could be read."""
    if np.isfinite(one.spacing_mm).all():
        return "a grey-level feature could not be measured"
    return "the film tells no pixel size, so it has no grey scale in g/cm²"


def sites_left_out(
    table: FeatureTable,
    results: Sequence[RowResult],
    targets: Sequence[Site] = SITES,
) -> dict[Site, str]:
    """Site → how many readings it has, where these were too few for any figure."""
    there = {one.site for one in results}
    told: dict[Site, str] = {}
    groups = np.asarray(table.groups)
    for site in targets:
        if site in there:
            continue
        read = np.isfinite(table.dxa_g_cm2[:, SITES.index(site)])
        count, patients = int(read.sum()), len(set(groups[read]))
        told[site] = (
            f"{count} readings of {patients} patients, not all with everything else"
            " known" if count else "no readings"
        )  # fmt: skip
    return told


def sites_note(left_out: Mapping[Site, str], what: str) -> list[str]:
    """A line for people on sites that have no figures; none when all have.

    Parameters
    ----------
    left_out
        Of :func:`sites_left_out`.
    what
        What they are without, such as ``"Sites without figures"``.
    """
    if not left_out:
        return []
    told = "; ".join(f"{SITE_NAMES[site]} ({why})" for site, why in left_out.items())
    needed = f"at least {MINIMUM_CASES} cases with everything known are needed"
    return [
        f"{what} ({len(left_out)}): {told}; {needed}, and as many patients as folds"
    ]


def _names(cases: Sequence[Case]) -> str:
    shown = ", ".join(c.case_id for c in cases[:_NAMED])
    return shown + (", …" if len(cases) > _NAMED else "")


def _range(values: Sequence[float]) -> str:
    """``61``, or ``58 to 66``."""
    low, high = (f"{v:.0f}" for v in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"
