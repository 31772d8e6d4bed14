"""All figures of a validation, found once from its out-of-fold estimates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from ..bmd import other_scales
from ..core.anatomy import SITES, Site
from ..runs.feature_cache import Row
from ..study import Case
from .agreement import Agreement
from .bootstrap import SAMPLES, Difference, Interval, Resampled, share_interval
from .classes import Reclassification, reclassification
from .densitometers import densitometers
from .gap import Gap
from .repeatability import Repeatability, repeatability
from .row_result import RowResult
from .screening import Screening, screening
from .strata import Stratum, strata

Inputs = Literal["with biology", "film alone"]
COMPARED: tuple[tuple[Row, Row], ...] = (
    ("raw", "biology"),
    ("enhanced", "biology"),
    ("enhanced", "raw"),
    ("enhanced", "ring"),
    ("exact", "enhanced"),
    ("calibrated", "biology"),
    ("calibrated", "raw"),
    ("calibrated", "ring"),
    ("calibrated", "enhanced"),
    ("calibrated", "exact"),
)
STRATA_ROWS: tuple[Row, ...] = ("raw", "enhanced", "calibrated")
_SCREENING_SAMPLES = 1000


@dataclass(frozen=True)
class RowSummary:
    """One row at one site: figures, and their 95 % intervals by patient.

    ``in_sample`` is what the regression seems to reach on the cases it was fitted to.
    ``patients`` is how many people the cases are of. ``coverage`` is the measured share
    of readings inside the 90 % interval (NaN where intervals were not asked for); the
    spreads are 1.96 SD over the folds, as the paper gives them. ``limits_error_g_cm2``
    is half the 95 % interval of each limit of agreement.
    """

    inputs: Inputs
    site: Site
    row: Row
    agreement: Agreement
    limits_error_g_cm2: float
    intervals: dict[str, Interval]
    in_sample: Agreement
    patients: int
    coverage: float
    coverage_interval: Interval
    interval_width_g_cm2: float
    fold_spread_r: float
    fold_spread_mae_g_cm2: float


@dataclass(frozen=True)
class Summary:
    """Agreement, differences, gaps, screening, precision and strata of every site."""

    rows: Sequence[RowSummary] = ()
    differences: Sequence[Difference] = ()
    gaps: Sequence[Gap] = ()
    screening: Sequence[Screening] = ()
    classes: Sequence[Reclassification] = ()
    repeatability: Sequence[Repeatability] = ()
    strata: Sequence[Stratum] = ()


def summarise(
    with_biology: Sequence[RowResult],
    film_alone: Sequence[RowResult],
    cases: Sequence[Case],
    seed: int = 0,
    samples: int = SAMPLES,
    report: Callable[[int, int], None] | None = None,
) -> Summary:
    """Find everything; differences, screening and strata for the fuller inputs.

    No screening where readings are on another scale than the T-scores' reference.

    Parameters
    ----------
    samples
        How many samples of patients the intervals rest on.
    report
        Called with (done, all) after every row; may raise to stop.
    """
    rows: list[RowSummary] = []
    differences: list[Difference] = []
    gaps: list[Gap] = []
    found_low: list[Screening] = []
    classes: list[Reclassification] = []
    repeats: list[Repeatability] = []
    parts: list[Stratum] = []
    main = with_biology or film_alone
    scored = not other_scales(densitometers(cases))
    sets: tuple[tuple[Inputs, Sequence[RowResult]], ...] = (
        ("with biology", with_biology),
        ("film alone", film_alone),
    )
    with threadpool_limits(1):
        for inputs, results in sets:
            for site in SITES:
                here = [found for found in results if found.site == site]
                if not here:
                    continue
                resampled = Resampled(here, samples, seed)
                for found in here:
                    rows.append(_row(inputs, found, resampled))
                    if report is not None:
                        report(len(rows), len(with_biology) + len(film_alone))
                if results is not main:
                    continue
                there = {found.row for found in here}
                differences += [
                    resampled.difference(row, against)
                    for row, against in COMPARED
                    if {row, against} <= there
                ]
                gap = resampled.gap()
                gaps += [gap] if gap is not None else []
                weights = resampled.weights
                for found in here:
                    repeats += repeatability(found, cases)
                    if scored:
                        found_low += screening(found, weights[:_SCREENING_SAMPLES])
                        classes += reclassification(found, weights)
                    if found.row in STRATA_ROWS:
                        parts += strata(found, cases, weights)
    return Summary(rows, differences, gaps, found_low, classes, repeats, parts)


def _row(inputs: Inputs, found: RowResult, resampled: Resampled) -> RowSummary:
    folds = found.by_fold()
    known = np.isfinite(found.half_width)
    return RowSummary(
        inputs,
        found.site,
        found.row,
        found.agreement,
        found.limits_error_g_cm2,
        resampled.intervals(found.row),
        found.in_sample,
        found.patients,
        float(found.covered[known].mean()) if known.any() else float("nan"),
        share_interval(
            found.covered[known], resampled.weights[:, known], found.patient[known]
        ),
        float(2 * found.half_width[known].mean()) if known.any() else float("nan"),
        1.96 * _sd([fold.r for fold in folds]),
        1.96 * _sd([fold.mae_g_cm2 for fold in folds]),
    )


def _sd(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
