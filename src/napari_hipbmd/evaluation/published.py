"""What the paper reports of its 939 patients, and the same figures of a validation.

Nguyen et al., *Bioengineering* 2023, 10, 1169: Table 1, Figs 7 to 9 and section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..phantom.cohort import NECK_BMD_MEAN, TABLE_1
from ..report.grid import Grid, fixed, span
from ..runs.feature_cache import Row
from ..study import Case
from .bootstrap import Difference
from .row_result import ROW_NAMES, RowResult
from .tables import Validation

CITATION = (
    "Nguyen TP, Chae DS, Choi SH, Jeong K, Yoon J. Enhancement of hip X-ray with"
    " convolutional autoencoder for increasing prediction accuracy of bone mineral"
    " density. Bioengineering 2023;10:1169."
)
PATIENTS = {"F": 801, "M": 138}
NECK_BMD_SD = 0.15
SECONDS_A_FILM = 1.4
THREE_PAIRS_BETTER_UP_TO_G_CM2 = 0.045


@dataclass(frozen=True)
class Figures:
    """Neck aBMD against DXA, as the paper tells it.

    ``fit_r`` is in sample (Fig. 7); the others are means over ten folds, and the
    spreads 1.96 SD over the folds (Fig. 8).
    """

    fit_r: float
    r: float
    r_spread: float
    mae_g_cm2: float
    mae_spread_g_cm2: float


PUBLISHED: Mapping[Row, Figures] = {
    "raw": Figures(0.72, 0.71, 0.06, 0.083, 0.011),
    "enhanced": Figures(0.83, 0.81, 0.04, 0.069, 0.008),
}


NOTHING = Figures(*[float("nan")] * 5)


@dataclass(frozen=True)
class PaperLine:
    """One quantity in both columns; NaN where it is not known."""

    name: str
    ours: float
    theirs: float
    digits: int = 2


def figures_of(found: RowResult) -> Figures:
    """The same figures of one row."""
    folds = found.by_fold()
    r = np.array([fold.r for fold in folds if np.isfinite(fold.r)])
    mae = np.array([fold.mae_g_cm2 for fold in folds])
    return Figures(found.in_sample.r, _mean(r), _spread(r), _mean(mae), _spread(mae))


def result_lines(validation: Validation) -> list[PaperLine]:
    """The paper's results, and ours, quantity by quantity."""
    lines = []
    for row, name in ROW_NAMES.items():
        found = validation.result(row, "neck")
        if found is None:
            continue
        ours, theirs = figures_of(found), PUBLISHED.get(row, NOTHING)
        r = PaperLine(f"{name}: r, mean of the folds", ours.r, theirs.r)
        mae = PaperLine(f"{name}: MAE, g/cm², mean of the folds",
                   ours.mae_g_cm2, theirs.mae_g_cm2, 3)  # fmt: skip
        if theirs is NOTHING:
            lines += [r, mae]
            continue
        lines += [
            PaperLine(f"{name}: r in sample", ours.fit_r, theirs.fit_r),
            r,
            PaperLine(
                f"{name}: r, 1.96 SD of the folds", ours.r_spread, theirs.r_spread
            ),
            mae,
            PaperLine(f"{name}: MAE, g/cm², 1.96 SD of the folds",
                 ours.mae_spread_g_cm2, theirs.mae_spread_g_cm2, 3),
        ]  # fmt: skip
    return [*lines, PaperLine("seconds a film", validation.seconds, SECONDS_A_FILM, 1)]


def people_lines(cases: Sequence[Case]) -> dict[str, list[PaperLine]]:
    """The paper's Table 1 and the study's, by sex; readings of the neck."""
    told = {}
    for sex, theirs in TABLE_1.items():
        these = [case for case in cases if case.patient.sex == sex]
        columns = zip(
            ("age, years", "height, cm", "weight, kg"),
            ("age_years", "height_cm", "weight_kg"),
            theirs,
            strict=True,
        )
        lines = [PaperLine("films", len(these), PATIENTS[sex], 0)]
        for name, column, (mean, sd) in columns:
            values = [getattr(case.patient, column) for case in these]
            lines += _mean_and_sd(name, values, mean, sd, 1)
        readings = [case.dxa.get("neck") for case in these]
        mean = NECK_BMD_MEAN[sex]
        lines += _mean_and_sd("neck aBMD, g/cm²", readings, mean, NECK_BMD_SD, 2)
        told[sex] = lines
    return told


def people_grid(cases: Sequence[Case]) -> Grid:
    """Table 1 of the paper with the digital hips beside its patients."""
    women, men = (people_lines(cases)[sex] for sex in ("F", "M"))
    people = len({case.group or case.case_id for case in cases})
    return Grid(
        "Who was measured (the paper's Table 1)",
        ("", "women: digital hips", "patients", "men: digital hips", "patients"),
        [
            (
                w.name,
                *(fixed(v, w.digits) for v in (w.ours, w.theirs, m.ours, m.theirs)),
            )
            for w, m in zip(women, men, strict=True)
        ],
        f"The digital hips are of {people} digital people: of six films, two show both"
        " hips of one person, who stays within one fold.",
    )


def results_grid(validation: Validation) -> Grid:
    """The paper's results with both columns side by side."""
    return Grid(
        f"Femoral neck, {validation.folds} folds: ours on digital hips, theirs on"
        " patients",
        ("", "digital hips", "patients"),
        [
            (one.name, fixed(one.ours, one.digits), fixed(one.theirs, one.digits))
            for one in result_lines(validation)
        ],
        f"Patients: {CITATION} A dash: the paper does not tell.",
    )


def gains_grid(validation: Validation) -> Grid:
    """What enhancement gains, and the baselines that the paper does not give."""
    theirs = {
        ("enhanced", "raw"): (
            PUBLISHED["enhanced"].r - PUBLISHED["raw"].r,
            PUBLISHED["enhanced"].mae_g_cm2 - PUBLISHED["raw"].mae_g_cm2,
        )
    }
    nothing = (float("nan"), float("nan"))
    rows = []
    for one in neck_differences(validation):
        r, mae = theirs.get((one.row, one.against), nothing)
        rows.append(
            (
                f"{ROW_NAMES[one.row]} − {ROW_NAMES[one.against]}",
                fixed(one.r, 3, sign=True),
                span(one.r_interval, 3, sign=True),
                fixed(r, 2, sign=True),
                fixed(one.mae_g_cm2, 4, sign=True),
                span(one.mae_interval_g_cm2, 4, sign=True),
                fixed(mae, 3, sign=True),
            )
        )
    return Grid(
        "Gains on the same films, all folds together (95 % intervals by patient)",
        ("row − row", "Δr", "", "patients", "ΔMAE, g/cm²", "", "patients"),
        rows,
    )


def neck_differences(validation: Validation) -> list[Difference]:
    """The paired differences between rows at the neck."""
    return [one for one in validation.summary.differences if one.site == "neck"]


def _mean_and_sd(
    name: str, values: Sequence[float | None], mean: float, sd: float, digits: int
) -> list[PaperLine]:
    known = np.array([v for v in values if v is not None])
    ours = float(known.std(ddof=1)) if known.size > 1 else float("nan")
    return [
        PaperLine(f"{name}: mean", _mean(known), mean, digits),
        PaperLine(f"{name}: SD", ours, sd, digits),
    ]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _spread(values: np.ndarray) -> float:
    return float(1.96 * values.std(ddof=1)) if values.size > 1 else float("nan")
