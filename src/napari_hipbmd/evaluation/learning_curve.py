"""How many patients a regression needs: error against patients learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..bmd import (
    COVARIATES,
    MINIMUM_CASES,
    RegressionPreset,
    fit_linear,
    grouped_folds,
)
from ..core.anatomy import SITES, Site
from ..runs.feature_cache import Row
from .agreement import agreement
from .feature_table import FeatureTable
from .row_result import RowResult

CURVE_ROWS: tuple[Row, ...] = ("biology", "raw", "enhanced")


@dataclass(frozen=True)
class LearningPoint:
    """Out-of-fold figures of one row when each fold learns from fewer patients."""

    site: Site
    row: Row
    patients: int
    r: float
    mae_g_cm2: float


def learning_curve(
    table: FeatureTable,
    results: Sequence[RowResult],
    preset: RegressionPreset,
    folds: int,
    seed: int,
    *,
    biology: bool,
    report: Callable[[int, int], None] | None = None,
) -> list[LearningPoint]:
    """The curve of the rows of :data:`CURVE_ROWS` at the site of ``results``.

    Each fold's training patients are drawn at random, the smaller sets from the
    larger ones, so that the points of a curve differ by the number alone. ``report``
    is called with (done, all) after every point, and may raise to stop.
    """
    if not results:
        return []
    site = results[0].site
    place = {name: i for i, name in enumerate(table.case_ids)}
    use = np.array([place[name] for name in results[0].case_ids])
    reading = table.dxa_g_cm2[use, SITES.index(site)]
    columns = [COVARIATES.index(name) for name in preset.covariates]
    covariates = table.covariates[use][:, columns if biology else []]
    patient = results[0].patient
    points = []
    rows = [row for row in CURVE_ROWS if any(one.row == row for one in results)]
    with threadpool_limits(1):
        for row in rows:
            x = covariates
            if row != "biology":
                x = np.hstack([table.features[row][use], covariates])
            for count in sizes(patient, folds):
                estimate = np.full(reading.size, np.nan)
                for k, (train, test) in enumerate(grouped_folds(patient, folds, seed)):
                    few = _of_patients(train, patient, count, seed + k)
                    linear = fit_linear(
                        x[few], reading[few], kind=preset.kind, groups=patient[few]
                    )
                    estimate[test] = linear.predict(x[test])
                found = agreement(estimate, reading)
                points.append(LearningPoint(site, row, count, found.r, found.mae_g_cm2))
                if report is not None:
                    report(len(points), len(sizes(patient, folds)) * len(rows))
    return points


def sizes(patient: NDArray[np.int64], folds: int) -> list[int]:
    """Numbers of patients: doubled from the smallest study to all of a fold."""
    most = int(np.unique(patient).size * (folds - 1) / folds)
    counts = []
    count = MINIMUM_CASES
    while count < 0.8 * most:
        counts.append(count)
        count *= 2
    return [*counts, most]


def _of_patients(
    train: NDArray[np.intp], patient: NDArray[np.int64], count: int, seed: int
) -> NDArray[np.intp]:
    order = np.random.default_rng(seed).permutation(np.unique(patient[train]))
    return train[np.isin(patient[train], order[:count])]
