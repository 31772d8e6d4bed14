"""The small tables that a validation is told in."""

from __future__ import annotations

from collections.abc import Sequence

from ..bmd import SITE_NAMES, reference_data, t_score_reference
from ..core.anatomy import SITES, Site
from ..report.grid import Grid, fixed, percent, percents, span
from .bootstrap import FEWEST, Difference
from .classes import CLASSES, Reclassification
from .learning_curve import LearningPoint
from .participants import Participants
from .repeatability import WANTED, Repeatability
from .row_result import ROW_NAMES, RowResult
from .screening import Screening
from .strata import Stratum
from .success import LEVELS_G_CM2, success_rate
from .summary import Inputs, RowSummary, Summary


def summary_grids(summary: Summary) -> list[Grid]:
    """All tables of a summary, site by site."""
    grids: list[Grid] = []
    for site in SITES:
        for inputs in ("with biology", "film alone"):
            rows = [
                one for one in summary.rows if (one.site, one.inputs) == (site, inputs)
            ]
            if rows:
                grids += agreement_grids(rows, site, inputs)
        here = [one for one in summary.differences if one.site == site]
        if here:
            grids.append(difference_grid(here, site))
    if summary.screening:
        grids.append(screening_grid(summary.screening))
    if summary.classes:
        grids.append(classes_grid(summary.classes))
    if summary.repeatability:
        grids.append(repeatability_grid(summary.repeatability))
    grids += [
        strata_grid([one for one in summary.strata if one.site == site], site)
        for site in ("neck", "total")
        if any(one.site == site for one in summary.strata)
    ]
    return grids


def agreement_grids(
    rows: Sequence[RowSummary], site: Site, inputs: Inputs
) -> list[Grid]:
    """How close, and how well calibrated, each row of one site is."""
    hips, patients = rows[0].agreement.n, rows[0].patients
    people = "" if patients == hips else f" of {patients} patients"
    where = f"{_name(site)}, {hips} hips{people}, {inputs}"
    close = Grid(
        f"{where}: agreement with DXA (95 % intervals by patient)",
        ("row", "r", "", "MAE", "", "RMSE", "R²", "ICC", "", "CCC", ""),
        [
            (
                ROW_NAMES[one.row],
                fixed(one.agreement.r),
                span(one.intervals["r"]),
                fixed(one.agreement.mae_g_cm2),
                span(one.intervals["mae_g_cm2"], 3),
                fixed(one.agreement.rmse_g_cm2),
                fixed(one.agreement.r2, 2),
                fixed(one.agreement.icc, 2),
                span(one.intervals["icc"]),
                fixed(one.agreement.ccc, 2),
                span(one.intervals["ccc"]),
            )
            for one in rows
        ],
        site=site,
    )
    if inputs == "film alone":
        return [close]
    limits = Grid(
        f"{where}: calibration, limits of agreement, measured coverage",
        ("row", "slope", "intercept", "bias", "limits", "±", "trend", "",
         "90 % covers", "", "width", "r in sample"),
        [
            (
                ROW_NAMES[one.row],
                fixed(one.agreement.slope, 2),
                fixed(one.agreement.intercept_g_cm2, 3, sign=True),
                fixed(one.agreement.bias_g_cm2, 3, sign=True),
                span(one.agreement.limits_g_cm2, 3, sign=True),
                fixed(one.limits_error_g_cm2),
                fixed(one.agreement.trend, 2, sign=True),
                span(one.intervals["trend"], 2, sign=True),
                percent(one.coverage),
                percents(one.coverage_interval),
                fixed(one.interval_width_g_cm2, 2),
                fixed(one.in_sample.r),
            )
            for one in rows
        ],
        "±: half the 95 % interval of each limit. trend: slope of the difference over"
        " the mean of both; below 0, low readings are estimated too high.",
        site,
    )  # fmt: skip
    return [close, limits]


def difference_grid(differences: Sequence[Difference], site: Site) -> Grid:
    """What one row gains over another, patient by patient."""
    return Grid(
        f"{_name(site)}: paired differences (95 % intervals by patient)",
        ("row − row", "Δr", "", "ΔMAE", ""),
        [
            (
                f"{ROW_NAMES[one.row]} − {ROW_NAMES[one.against]}",
                fixed(one.r, 3, sign=True),
                span(one.r_interval, 3, sign=True),
                fixed(one.mae_g_cm2, 4, sign=True),
                span(one.mae_interval_g_cm2, 4, sign=True),
            )
            for one in differences
        ],
        site=site,
    )


def screening_grid(found: Sequence[Screening]) -> Grid:
    """Finding low bone density at both cuts of the T-score."""
    return Grid(
        "Finding low bone density (by DXA; 95 % intervals by patient)",
        ("site, cut, row", "low", "AUC", "", "sensitivity", "", "specificity", ""),
        [
            (
                f"{one.site}, {one.cut}, {ROW_NAMES[one.row]}",
                f"{one.positive}/{one.n}",
                fixed(one.auc),
                span(one.auc_interval),
                fixed(one.sensitivity, 2),
                span(one.sensitivity_interval),
                fixed(one.specificity, 2),
                span(one.specificity_interval),
            )
            for one in found
        ],
        "Sensitivity and specificity take the same cut on the estimated T-score."
        f" An AUC of fewer than {FEWEST} patients on either side has no interval."
        f" T-scores of everybody are against {t_score_reference()}:"
        f" {reference_data()['young_adult']['citation']}",
    )


def classes_grid(found: Sequence[Reclassification]) -> Grid:
    """Who keeps the class that DXA gives, and who changes it."""
    return Grid(
        f"Classes by DXA, each as estimated: {' · '.join(CLASSES)} (95 % intervals by"
        " patient)",
        ("site, row", *CLASSES, "same class", "", "kappa", ""),
        [
            (
                f"{one.site}, {ROW_NAMES[one.row]}",
                *(" · ".join(map(str, line)) for line in one.counts),
                percent(one.same),
                percents(one.same_interval),
                fixed(one.kappa, 2),
                span(one.kappa_interval),
            )
            for one in found
        ],
        "Osteoporosis: T ≤ −2.5; normal: T ≥ −1. kappa: Cohen's, linear weights.",
    )


def repeatability_grid(found: Sequence[Repeatability]) -> Grid:
    """How far films of one hip lie apart, and what change could be told."""
    return Grid(
        "Several films of one hip: precision error (95 % interval by chi-square)",
        ("site, row", "hips", "freedom", "error", "", "CV", "least change"),
        [
            (
                f"{one.site}, {ROW_NAMES[one.row]}",
                str(one.hips),
                str(one.freedom),
                fixed(one.error_g_cm2, 4),
                span(one.interval_g_cm2, 4),
                f"{one.cv:.1%}",
                fixed(one.least_change_g_cm2),
            )
            for one in found
        ],
        "g/cm², of films of one patient, side and reading. least change: 2.77 times the"
        f" error; a dash below the {WANTED} degrees of freedom that ISCD asks for.",
    )


def participants_grid(found: Sequence[Participants]) -> Grid:
    """Who took part."""
    names = list(dict.fromkeys(name for one in found for name in one.facts))
    return Grid(
        "Who took part (mean ± SD; how many are known)",
        ("", *(one.who for one in found)),
        [
            ("hips", *(str(one.hips) for one in found)),
            ("patients", *(str(one.patients) for one in found)),
            *((name, *(_fact(one, name) for one in found)) for name in names),
        ],
    )


def _fact(found: Participants, name: str) -> str:
    if name not in found.facts:
        return "–"
    known, mean, sd = found.facts[name]
    digits = 3 if "g/cm²" in name else 1
    return f"{fixed(mean, digits)} ± {fixed(sd, digits)} ({known})"


def strata_grid(found: Sequence[Stratum], site: Site) -> Grid:
    """For whom it holds, the rows of one part beside each other."""
    parts = list(dict.fromkeys((one.by, one.level) for one in found))
    found = sorted(found, key=lambda one: parts.index((one.by, one.level)))
    return Grid(
        f"{_name(site)}: by sex, age, BMI and film type (95 % intervals by patient)",
        ("part, row", "n", "r", "", "MAE", "", "bias", "", "90 % covers", ""),
        [
            (
                f"{one.by}: {one.level}, {ROW_NAMES[one.row]}",
                str(one.n),
                fixed(one.r),
                span(one.r_interval),
                fixed(one.mae_g_cm2),
                span(one.mae_interval_g_cm2, 3),
                fixed(one.bias_g_cm2, 3, sign=True),
                span(one.bias_interval_g_cm2, 3, sign=True),
                percent(one.coverage),
                percents(one.coverage_interval),
            )
            for one in found
        ],
        f"A dash: fewer than {FEWEST} cases (for an interval: patients), or unknown.",
        site,
    )


def success_grid(three: RowResult, one: RowResult) -> Grid:
    """Share of estimates within an error, one pair of thresholds or three (Fig. 9)."""
    return Grid(
        f"{_name(three.site)}: estimates within an error, one pair of thresholds or"
        " three",
        ("pairs", *(f"≤ {level:g}" for level in LEVELS_G_CM2), "MAE", "r"),
        [
            (
                name,
                *(percent(success_rate(found, level)) for level in LEVELS_G_CM2),
                fixed(found.agreement.mae_g_cm2, 4),
                fixed(found.agreement.r),
            )
            for name, found in (("three", three), ("one", one))
        ],
        "Errors in g/cm², out of fold, enhanced film.",
        three.site,
    )


def learning_grid(points: Sequence[LearningPoint]) -> Grid:
    """Error against patients learnt from."""
    rows = list(dict.fromkeys(one.row for one in points))
    counts = list(dict.fromkeys(one.patients for one in points))
    by = {(one.row, one.patients): one for one in points}
    return Grid(
        f"{_name(points[0].site)}: MAE (r) when a fold learns from so many patients",
        ("row", *map(str, counts)),
        [
            (
                ROW_NAMES[row],
                *(
                    f"{fixed(by[row, n].mae_g_cm2)} ({fixed(by[row, n].r, 2)})"
                    for n in counts
                ),
            )
            for row in rows
        ],
        site=points[0].site,
    )


def so_far_grid(results: Sequence[RowResult]) -> Grid:
    """The rows of one site while a validation runs: no intervals yet."""
    return Grid(
        f"{_name(results[0].site)}, so far",
        ("row", "n", "r", "MAE", "RMSE", "R²", "ICC", "CCC", "slope", "bias"),
        [
            (
                ROW_NAMES[one.row],
                str(a.n),
                fixed(a.r),
                fixed(a.mae_g_cm2),
                fixed(a.rmse_g_cm2),
                fixed(a.r2, 2),
                fixed(a.icc, 2),
                fixed(a.ccc, 2),
                fixed(a.slope, 2),
                fixed(a.bias_g_cm2, 3, sign=True),
            )
            for one in results
            for a in (one.agreement,)
        ],
        "Intervals, differences, screening and strata come at the end.",
        results[0].site,
    )


def _name(site: Site) -> str:
    return SITE_NAMES[site].capitalize()
