"""The rows: what each step of the chain adds, on the same cases and folds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..bmd import (
    COVARIATES,
    FEATURE_NAMES,
    MINIMUM_CASES,
    LinearKind,
    RegressionPreset,
    chosen_preset,
    fit_linear,
    grouped_folds,
    half_width,
    interval_by_error,
    out_of_fold,
)
from ..core.anatomy import SITES, Site
from ..core.arrays import Matrix
from ..core.errors import Refused
from ..runs.feature_cache import GAINS, Row
from .feature_table import FeatureTable
from .row_result import ROWS, RowResult

FoldReport = Callable[[int, int, "list[RowResult]"], None]
"""Called with (folds done, folds in all, results so far), over all rows and sites.

The last one holds only the cases of the folds that are done.
"""
_INNER_FOLDS = 5
NO_READINGS = (
    "The study has no DXA readings: give them in g/cm² in the columns bmd_neck,"
    " bmd_trochanter, bmd_intertrochanter and bmd_total of cases.csv."
)


def evaluate(
    table: FeatureTable,
    folds: int = 10,
    seed: int = 0,
    *,
    repeats: int = 1,
    preset: str | RegressionPreset = "default",
    biology: bool = True,
    sites: Sequence[Site] = SITES,
    rows: Sequence[Row] = ROWS,
    features: Sequence[int] = range(len(FEATURE_NAMES)),
    intervals: bool = False,
    report: FoldReport | None = None,
) -> list[RowResult]:
    """Estimate every case by regressions that never saw its patient.

    Every row is judged on the same cases and the same folds. The scaler, the ridge
    strength, the coefficients and the interval are fitted inside each fold.

    Parameters
    ----------
    table
        The study.
    folds, seed, repeats
        Folds by patient, drawn anew for each repeat.
    preset
        ``"default"``, ``"paper"`` or one's own: which covariates, and how it is fitted.
    biology
        Whether the covariates join the grey-level features. Without them the row
        ``"biology"`` is left out.
    sites, rows
        The readings to estimate, and from what.
    features
        Which of the nine grey-level features are used.
    intervals
        Whether to find the 90 % intervals too, which takes five times as long.
    report
        Called after each fold; may raise to stop.

    Returns
    -------
    list
        Site by site, row by row. Sites with too few readings, or readings of fewer
        patients than folds, are left out; so are, for least squares, rows with so many
        inputs that a fold would be gone through point by point.

    Raises
    ------
    Refused
        If no site has 20 usable cases; the message says what is missing.
    """
    chosen = chosen_preset(preset)
    columns = [COVARIATES.index(name) for name in chosen.covariates]
    covariates = table.covariates[:, columns if biology else []]
    inputs = _inputs(table, covariates, rows, list(features))
    known = _at_sites(table, inputs, sites, folds)
    if chosen.kind == "ols":
        plan = folds, seed, repeats
        learnt_from = _fewest_learnt_from(table.groups, known.values(), plan)
        inputs = {row: x for row, x in inputs.items() if x.shape[1] + 2 <= learnt_from}
    groups = np.asarray(table.groups)
    results: list[RowResult] = []
    count = folds * repeats * len(inputs) * len(known)
    with threadpool_limits(1):  # small matrices: more threads only wait for another
        for site, chosen_cases in known.items():
            reading = table.dxa_g_cm2[:, SITES.index(site)]
            use = np.flatnonzero(chosen_cases)
            names = tuple(table.case_ids[i] for i in use.tolist())
            patient = np.unique(groups[use], return_inverse=True)[1]
            for row, x in inputs.items():
                blank = _nothing_yet(row, site, names, patient, reading[use], repeats)
                before = folds * repeats * len(results)

                def fold_done(done: int, one: RowResult, before: int = before) -> None:
                    if report is not None:
                        report(before + done, count, [*results, one])

                errors = np.zeros(use.size)
                if row in GAINS:
                    errors = table.features[row][use, -1]
                results.append(
                    _out_of_fold(
                        blank, x[use], chosen.kind, (folds, seed, repeats), intervals,
                        fold_done, errors,
                    )
                )  # fmt: skip
    if not results:
        raise Refused(_why_too_few(table, covariates, _complete(inputs, table)))
    return results


def _at_sites(
    table: FeatureTable,
    inputs: Mapping[Row, Matrix],
    sites: Sequence[Site],
    folds: int,
) -> dict[Site, NDArray[np.bool_]]:
    """Which cases every row can use, ``(n,)``, at each site that has enough of them."""
    usable, groups = _complete(inputs, table), np.asarray(table.groups)
    cases = {
        site: usable & np.isfinite(table.dxa_g_cm2[:, SITES.index(site)])
        for site in sites
    }
    known = {site: use for site, use in cases.items() if use.sum() >= MINIMUM_CASES}
    # Where no site has the patients, making the folds says so.
    return {
        site: use for site, use in known.items() if len(set(groups[use])) >= folds
    } or known


def _fewest_learnt_from(
    groups: Sequence[str],
    known: Iterable[NDArray[np.bool_]],
    plan: tuple[int, int, int],
) -> int:
    """Cases in the smallest training part of any site, repeat and fold."""
    folds, seed, repeats = plan
    return min(
        (
            train.size
            for use in known
            for repeat in range(repeats)
            for train, _ in grouped_folds(np.asarray(groups)[use], folds, seed + repeat)
        ),
        default=0,
    )


def _nothing_yet(
    row: Row,
    site: Site,
    names: tuple[str, ...],
    patient: NDArray[np.int64],
    reading: Matrix,
    repeats: int,
) -> RowResult:
    """A result whose estimates are still to be made."""
    n = reading.size
    estimates = np.full((repeats, n), np.nan)
    folds = np.full((repeats, n), -1)
    nothing = np.full(n, np.nan)
    return RowResult(
        row, site, names, patient, estimates, folds, reading, nothing, nothing.copy()
    )


def _out_of_fold(
    found: RowResult,
    x: Matrix,
    kind: LinearKind,
    plan: tuple[int, int, int],
    intervals: bool,
    fold_done: Callable[[int, RowResult], None],
    gain_errors: Matrix,
) -> RowResult:
    """Fill in estimates, folds, half-widths and in-sample estimates of one row.

    ``gain_errors`` is ``(n,)``: an uncertain gain widens its film's interval.
    """
    folds, seed, repeats = plan
    y, patient = found.reading, found.patient
    for repeat in range(repeats):
        for k, (train, test) in enumerate(grouped_folds(patient, folds, seed + repeat)):
            seen = patient[train]
            linear = fit_linear(x[train], y[train], kind=kind, groups=seen)
            found.estimates[repeat, test] = linear.predict(x[test])
            found.folds[repeat, test] = k
            if intervals and repeat == 0:
                inner = min(_INNER_FOLDS, len(set(seen.tolist())))
                without = out_of_fold(
                    x[train], y[train], groups=seen, kind=kind, folds=inner, seed=seed
                )
                known, added = interval_by_error(
                    without - y[train], gain_errors[train] * without, x.shape[1]
                )
                found.half_width[test] = half_width(
                    known, added, gain_errors[test], found.estimates[0, test]
                )
            fold_done(repeat * folds + k + 1, found.so_far(repeat))
    found.fitted[:] = fit_linear(x, y, kind=kind, groups=patient).predict(x)
    return found


def _inputs(
    table: FeatureTable, covariates: Matrix, rows: Sequence[Row], features: list[int]
) -> dict[Row, Matrix]:
    """Row → inputs. Exact STO only where it costs no case: real films have none."""
    inputs: dict[Row, Matrix] = {}
    if covariates.size and "biology" in rows:
        inputs["biology"] = covariates
    for row in ROWS:
        if row in rows and row in table.features:
            chosen = features
            if row in GAINS:  # both units, mineral where there is one, gain, its error
                count = len(FEATURE_NAMES)
                more = range(2 * count, table.features[row].shape[1])
                chosen = [*features, *(count + i for i in features), *more]
            inputs[row] = np.hstack([table.features[row][:, chosen], covariates])
    rest = {row: x for row, x in inputs.items() if row not in ("exact", "exact_gain")}
    if rest and np.any(_complete(rest, table) & ~_complete(inputs, table)):
        return rest
    return inputs


def _complete(inputs: Mapping[Row, Matrix], table: FeatureTable) -> NDArray[np.bool_]:
    """Cases that every row can use, ``(n,)``; none without a row."""
    if not inputs:
        return np.zeros(len(table.case_ids), np.bool_)
    complete: NDArray[np.bool_] = np.all(
        np.isfinite(np.hstack(list(inputs.values()))), axis=1
    )
    return complete


def _why_too_few(
    table: FeatureTable, covariates: Matrix, usable: NDArray[np.bool_]
) -> str:
    read: NDArray[np.bool_] = np.any(np.isfinite(table.dxa_g_cm2), axis=1)
    if not read.any():
        return NO_READINGS
    biology = np.isfinite(covariates).all(axis=1)
    return (
        f"A validation needs at least {MINIMUM_CASES} cases with everything known, and"
        f" the study has {int((usable & read).sum())}: of {len(read)} cases"
        f" {int(read.sum())} have a DXA reading, {int(biology.sum())} have age, sex,"
        f" height and weight, and {int(usable.sum())} have all that the rows need."
    )
