"""The five rows: what each step of the chain adds, on the same cases and folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..anatomy import SITES, Site
from ..bmd import COVARIATES, PRESETS, grouped_folds, out_of_fold
from ..radiograph import FilmRefused
from .agreement import Agreement, agreement

Row = Literal["biology", "raw", "ring", "enhanced", "exact"]
ROWS: tuple[Row, ...] = ("biology", "raw", "ring", "enhanced", "exact")
ROW_NAMES: Mapping[Row, str] = {
    "biology": "biology only",
    "raw": "raw film",
    "ring": "soft-tissue ring",
    "enhanced": "enhanced",
    "exact": "exact STO",
}
MINIMUM_CASES = 20
NO_READINGS = (
    "The study has no DXA readings: give them in g/cm² in the columns bmd_neck,"
    " bmd_trochanter, bmd_intertrochanter and bmd_total of cases.csv."
)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """What a validation needs of a study's ``n`` cases.

    Attributes
    ----------
    case_ids, groups
        Name and patient of each case.
    covariates
        ``(n, 4)`` in the order of ``COVARIATES``, NaN where unknown.
    dxa_g_cm2
        ``(n, 4)`` readings in the order of ``SITES``, NaN where there is none.
    features
        Row → ``(n, 9)``; NaN where a film could not be measured. A row may be absent.
    """

    case_ids: Sequence[str]
    groups: Sequence[str]
    covariates: Matrix
    dxa_g_cm2: Matrix
    features: Mapping[Row, Matrix]


@dataclass(frozen=True, eq=False)
class RowResult:
    """Out-of-fold estimates of one row at one site.

    ``estimate`` and ``reading`` are ``(n,)`` in g/cm²; ``fold`` tells the fold in
    which each was estimated. ``case_ids`` names the cases that were used.
    """

    row: Row
    site: Site
    case_ids: tuple[str, ...]
    estimate: Matrix
    reading: Matrix
    fold: NDArray[np.int64]

    @property
    def agreement(self) -> Agreement:
        """Over all cases together."""
        return agreement(self.estimate, self.reading)

    def by_fold(self) -> list[Agreement]:
        """Fold by fold, as the paper's Fig. 8; folds under 3 cases are left out."""
        return [
            agreement(self.estimate[chosen], self.reading[chosen])
            for k in range(int(self.fold.max()) + 1)
            if (chosen := self.fold == k).sum() >= 3
        ]


def evaluate(
    table: FeatureTable,
    folds: int = 10,
    seed: int = 0,
    *,
    preset: str = "default",
    biology: bool = True,
) -> list[RowResult]:
    """Estimate every case by regressions that never saw its patient.

    Every row is judged on the same cases and the same folds. The scaler, the ridge
    strength and the coefficients are fitted inside each fold.

    Parameters
    ----------
    table
        The study.
    folds, seed
        Folds by patient.
    preset
        ``"default"`` or ``"paper"``: which covariates, and how it is fitted.
    biology
        Whether the covariates join the grey-level features. Without them the row
        ``"biology"`` is left out.

    Returns
    -------
    list
        Site by site, row by row. Sites with too few readings are left out.

    Raises
    ------
    FilmRefused
        If no site has 20 usable cases; the message says what is missing.
    """
    chosen = PRESETS[preset]
    columns = [COVARIATES.index(name) for name in chosen.covariates]
    covariates = table.covariates[:, columns if biology else []]
    inputs = _inputs(table, covariates)
    usable = _complete(inputs) if inputs else np.zeros(len(table.case_ids), np.bool_)
    results: list[RowResult] = []
    for column, site in enumerate(SITES):
        reading = table.dxa_g_cm2[:, column]
        use = np.flatnonzero(usable & np.isfinite(reading))
        if use.size < MINIMUM_CASES:
            continue
        groups = [table.groups[i] for i in use.tolist()]
        names = tuple(table.case_ids[i] for i in use.tolist())
        fold = np.zeros(use.size, dtype=np.int64)
        for k, (_, test) in enumerate(grouped_folds(groups, folds, seed)):
            fold[test] = k
        for row, x in inputs.items():
            estimate = out_of_fold(
                x[use],
                reading[use],
                groups=groups,
                kind=chosen.kind,
                folds=folds,
                seed=seed,
            )
            results.append(RowResult(row, site, names, estimate, reading[use], fold))
    if not results:
        raise FilmRefused(_why_too_few(table, covariates, usable))
    return results


def gap_closed(results: Sequence[RowResult], site: Site = "neck") -> float:
    """Share of the way from raw film to exact STO, in r, that the enhancement goes.

    NaN when one of the three rows is missing or exact STO is no better than raw.
    """
    r = {found.row: found.agreement.r for found in results if found.site == site}
    if not {"raw", "enhanced", "exact"} <= r.keys() or not r["exact"] > r["raw"]:
        return float("nan")
    return (r["enhanced"] - r["raw"]) / (r["exact"] - r["raw"])


def _inputs(table: FeatureTable, covariates: Matrix) -> dict[Row, Matrix]:
    """Row → inputs. Exact STO only where it costs no case: real films have none."""
    inputs: dict[Row, Matrix] = {"biology": covariates} if covariates.size else {}
    for row in ROWS:
        if row in table.features:
            inputs[row] = np.hstack([table.features[row], covariates])
    if "exact" in inputs:
        rest: dict[Row, Matrix] = {**inputs}
        del rest["exact"]
        if np.any(_complete(rest) & ~_complete(inputs)):
            return rest
    return inputs


def _complete(inputs: Mapping[Row, Matrix]) -> NDArray[np.bool_]:
    """Cases that every row can use, ``(n,)``."""
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
        " height and weight, and the rest could not be measured."
    )
