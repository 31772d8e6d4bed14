"""Everything that is compared: features, biology and readings of a study's cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..bmd import FEATURE_NAMES, covariate_row, in_both_units
from ..core.anatomy import SITES
from ..core.arrays import Matrix
from ..runs.feature_cache import GAINS, IMAGE_ROWS, CaseFeatures, Row
from ..study import Case


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
        Those of :data:`GAINS` are ``(n, 20)``: in grey, in g/cm², the logarithm of the
        gain, and its relative error; before these two, ``"calibrated"`` has the mineral
        map's mean over each region, ``(n, 23)``.
    """

    case_ids: Sequence[str]
    groups: Sequence[str]
    covariates: Matrix
    dxa_g_cm2: Matrix
    features: Mapping[Row, Matrix]


def feature_table(cases: Sequence[Case], found: Iterable[CaseFeatures]) -> FeatureTable:
    """Join what was measured with what the study knows of each case."""
    by_id = {one.case_id: one for one in found}
    of_cases = [by_id.get(c.case_id) or CaseFeatures(c.case_id) for c in cases]
    nothing = np.full(len(FEATURE_NAMES), np.nan)
    rows = {
        row: np.array([one.features.get(row, nothing) for one in of_cases])
        for row in IMAGE_ROWS
    }
    for row, image in GAINS.items():
        gains = np.array(
            [one.gains.get(row, (np.nan, np.nan)) for one in of_cases]
        ).reshape(-1, 2)
        if image in rows and np.isfinite(gains).any():
            minerals = None
            if row == "calibrated":
                minerals = np.array([one.minerals for one in of_cases])
            rows[row] = in_both_units(rows[image], gains, minerals)
    dxa = [[c.dxa.get(site) for site in SITES] for c in cases]
    return FeatureTable(
        case_ids=[c.case_id for c in cases],
        groups=[c.group or c.case_id for c in cases],
        covariates=np.array([covariate_row(c.patient) for c in cases]).reshape(-1, 4),
        dxa_g_cm2=np.array(dxa, dtype=np.float64).reshape(-1, len(SITES)),
        features={row: x for row, x in rows.items() if np.isfinite(x).any()},
    )
