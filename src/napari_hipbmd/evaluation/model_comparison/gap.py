"""The share of the gap from raw film to exact STO that each model closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...bmd import FEATURE_NAMES, covariate_row
from ...core.anatomy import SITES, Site
from ...core.errors import Refused
from ...runs.feature_cache import Row
from ...study import Case
from ..feature_table import FeatureTable
from ..gap import GAP_ROWS, gap_closed
from ..rows import evaluate
from .films import ScoredFilm

NO_READINGS = "Pairs have no DXA readings."
Gaps = Mapping[Site, float]


def gaps_closed(films: Sequence[ScoredFilm]) -> tuple[tuple[Gaps, Gaps], str]:
    """Site → share for each model, NaN where it cannot be told; and why it cannot."""
    cases = [film.case for film in films if film.case is not None]
    found: list[Gaps] = []
    try:
        if len(cases) < len(films):
            raise Refused(NO_READINGS)
        for model in range(2):
            rows: dict[Row, NDArray[np.float64]] = {
                "raw": _stacked([film.raw for film in films]),
                "enhanced": _stacked([film.scores[model].features for film in films]),
                "exact": _stacked([film.exact for film in films]),
            }
            results = evaluate(_table(cases, rows), rows=GAP_ROWS)
            found.append({site: gap_closed(results, site) for site in SITES})
    except Refused as refusal:
        nothing: Gaps = dict.fromkeys(SITES, float("nan"))
        return (nothing, nothing), str(refusal)
    return (found[0], found[1]), ""


def _table(
    cases: Sequence[Case], rows: Mapping[Row, NDArray[np.float64]]
) -> FeatureTable:
    dxa = [[case.dxa.get(site) for site in SITES] for case in cases]
    return FeatureTable(
        [case.case_id for case in cases],
        [case.group or case.case_id for case in cases],
        np.array([covariate_row(case.patient) for case in cases]).reshape(-1, 4),
        np.array(dxa, dtype=np.float64).reshape(-1, len(SITES)),
        rows,
    )


def _stacked(vectors: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.array(vectors, dtype=np.float64).reshape(-1, len(FEATURE_NAMES))
