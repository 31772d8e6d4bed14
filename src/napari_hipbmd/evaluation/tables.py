"""A validation as text for people, CSV for spreadsheets and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..bmd import SITE_NAMES, RegressionPreset, t_score_reference
from ..core.anatomy import SITES, Site
from ..core.caveats import CANNOT_RULE_OUT
from ..core.cells import guarded, guarded_row
from ..report.grid import Grid
from ..runs.feature_cache import Row
from ..study import PREDICTED, TRUTH
from .agreement import FIGURES
from .checks import sites_note
from .contradictions import doubt_notes
from .densitometers import scale_notes
from .gap import Gap, no_gap
from .grids import learning_grid, participants_grid, success_grid, summary_grids
from .landmark_errors import LEVELS_MM, LandmarkErrors
from .learning_curve import LearningPoint
from .participants import Participants
from .row_result import ROW_NAMES, ROWS, RowResult
from .summary import RowSummary, Summary

_SHOWN = 5
_NO_FILM, _NO_TRUTH = "no film could be measured", "not every film has a truth"
_LACKS: Mapping[Row, str] = {
    "biology": "age, sex, height or weight missing",
    "raw": _NO_FILM,
    "ring": _NO_FILM,
    "enhanced": _NO_FILM,
    "calibrated": "no gain could be read from the films",
    "exact": _NO_TRUTH,
    "exact_gain": _NO_TRUTH,
}
"""Why a row is in no table."""
_TOO_FEW = "too few cases for least squares of so many inputs: take --fit ridge"
USE = (
    f"{CANNOT_RULE_OUT} Every figure is of a regression that was fitted within the"
    " folds of this study; on films of another machine or processing it says nothing."
)


@dataclass(frozen=True, eq=False)
class Validation:
    """Everything that a validation found.

    Attributes
    ----------
    study
        The name of the study's folder.
    folds, repeats, seed, preset
        How it was done.
    landmarks_used
        ``"predicted"``, ``"truth"`` or the name of an annotator.
    networks
        Name, versions, date and hash of the networks.
    with_biology
        Results with the covariates; empty when the study does not know them.
    film_alone
        Results of the grey-level features without the biology.
    one_pair
        The enhanced row of each site with one pair of thresholds instead of three.
    summary
        All figures.
    learning
        Error against patients learnt from.
    left_out
        Case → why it took no part.
    landmarks
        Landmark errors; None without truth.
    seconds
        Median seconds per film; NaN when unknown.
    wanted, measured
        The rows that were asked for, and those of which films have the grey values.
    contradictions
        Case → what its film tells otherwise than the table.
    sites_left_out
        Site → why it has no figures.
    densitometers
        Maker → how many readings are of it, as far as the table tells.
    participants
        Who the figures are of, by sex.
    """

    study: str
    folds: int
    repeats: int
    seed: int
    preset: RegressionPreset
    landmarks_used: str
    networks: Mapping[str, Any]
    with_biology: Sequence[RowResult]
    film_alone: Sequence[RowResult]
    one_pair: Sequence[RowResult]
    summary: Summary
    learning: Sequence[LearningPoint]
    left_out: dict[str, str]
    landmarks: LandmarkErrors | None
    seconds: float
    wanted: Sequence[Row] = ()
    measured: Sequence[Row] = ()
    contradictions: Mapping[str, str] = field(default_factory=dict)
    sites_left_out: Mapping[Site, str] = field(default_factory=dict)
    densitometers: Mapping[str, int] = field(default_factory=dict)
    participants: Sequence[Participants] = ()

    @property
    def missing(self) -> tuple[Row, ...]:
        """Rows that were asked for and are in no table.

        Patients' films have no truth: where all rows are made that can be, those that
        need one are not missing.
        """
        there = {one.row for one in self.results}
        if tuple(self.wanted) == ROWS:
            there |= {"exact", "exact_gain"}
        return tuple(row for row in self.wanted if row not in there)

    def _lacks(self, row: Row) -> str:
        """Why a row is in no table."""
        there = {one.row for one in self.results}
        with_truth = row in ("exact", "exact_gain")
        measured = row in self.measured and (not with_truth or "exact" in there)
        return _TOO_FEW if measured and self.preset.kind == "ols" else _LACKS[row]

    @property
    def results(self) -> Sequence[RowResult]:
        """With the biology where it is known, else the films alone."""
        return self.with_biology or self.film_alone

    def result(self, row: Row, site: Site) -> RowResult | None:
        """One row at one site, if it is there."""
        return _find(self.results, row, site)

    @property
    def how(self) -> str:
        """One line on how it was done."""
        p = self.preset
        repeated = f", repeated {self.repeats} times" if self.repeats > 1 else ""
        biology = ", ".join(p.covariates) or "none"
        marks = self.landmarks_used
        placed = (
            f"{marks} landmarks"
            if marks in (PREDICTED, TRUTH)
            else (f"landmarks placed by {marks}")
        )
        return (
            f"{self.study}: {self.folds} folds by patient{repeated}, regression"
            f" '{p.name}' ({p.kind}; biology: {biology}), {placed}; aBMD in g/cm²"
        )

    def grids(self) -> list[Grid]:
        """Every table."""
        grids = [participants_grid(self.participants)] if self.participants else []
        grids += summary_grids(self.summary)
        for one in self.one_pair:
            three = self.result("enhanced", one.site)
            if three is not None and one.site == self.results[0].site:
                grids.append(success_grid(three, one))
        if self.learning:
            grids.append(learning_grid(self.learning))
        return grids

    def notes(self) -> list[str]:
        """What is told beside the tables."""
        notes = []
        closed = [gap for gap in self.summary.gaps if np.isfinite(gap.share)]
        if closed:
            shown = ", ".join(map(_gap_in_words, closed))
            notes.append(
                "Share of the raw-to-exact gap in r closed (95 % intervals by"
                f" patient): {shown}"
            )
        if self.landmarks is not None and self.landmarks_used == PREDICTED:
            notes.append(_landmark_line(self.landmarks))
        if self.missing:
            named = ", ".join(
                f"{ROW_NAMES[row]} ({self._lacks(row)})" for row in self.missing
            )
            notes.append(f"Rows that could not be made ({len(self.missing)}): {named}")
        notes += sites_note(self.sites_left_out, "Sites without figures")
        notes += scale_notes(self.densitometers)
        if self.left_out:
            names = "; ".join(
                f"{name} ({reason.rstrip('.')})"
                for name, reason in list(self.left_out.items())[:_SHOWN]
            )
            more = "; …" if len(self.left_out) > _SHOWN else ""
            notes.append(f"Left out ({len(self.left_out)}): {names}{more}")
        return notes + doubt_notes(self.contradictions, "validation.json")

    def text(self) -> str:
        """The tables that are printed."""
        parts = [self.how, *(grid.text() for grid in self.grids())]
        return "\n\n".join([*parts, *self.notes(), USE]) + "\n"

    def to_csv(self) -> str:
        """One line for each set of inputs, site and row."""
        records = [_record(one) for one in self.summary.rows]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(guarded_row, records))
        return text.getvalue()

    def points_csv(self) -> str:
        """Every point of the figures: case, site, row, reading, estimate, fold."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(
            ["case_id", "site", "row", "dxa_g_cm2", "estimate_g_cm2", "fold"]
        )
        for found in self.results:
            for name, reading, estimate, fold in zip(
                found.case_ids, found.reading, found.estimate, found.folds[0],
                strict=True,
            ):  # fmt: skip
                numbers = [f"{reading:.4f}", f"{estimate:.4f}", fold]
                writer.writerow([guarded(name), found.site, found.row, *numbers])
        return text.getvalue()

    def to_json(self) -> str:
        """Everything that was found; no NaN, no identifiers."""
        marks, summary = self.landmarks, self.summary
        gaps = {site: no_gap(site) for site in SITES}
        gaps |= {gap.site: gap for gap in summary.gaps}
        content = {
            "study": self.study,
            "folds": self.folds,
            "repeats": self.repeats,
            "seed": self.seed,
            "preset": {
                "name": self.preset.name,
                "kind": self.preset.kind,
                "covariates": list(self.preset.covariates),
            },
            "target": "DXA reading of cases.csv",
            "t_score_reference": t_score_reference(),
            "densitometers": dict(self.densitometers),
            "participants": [asdict(one) for one in self.participants],
            "landmarks_used": self.landmarks_used,
            "networks": dict(self.networks),
            "rows": [_record(one) for one in summary.rows],
            "differences": [asdict(one) for one in summary.differences],
            "screening": [asdict(one) for one in summary.screening],
            "classes": [asdict(one) for one in summary.classes],
            "repeatability": [asdict(one) for one in summary.repeatability],
            "strata": [asdict(one) for one in summary.strata],
            "learning_curve": [asdict(one) for one in self.learning],
            "one_pair_of_thresholds": [
                {"site": one.site, **asdict(one.agreement)} for one in self.one_pair
            ],
            "gap_closed": {site: gaps[site].share for site in SITES},
            "gap_closed_interval": {site: gaps[site].interval for site in SITES},
            "landmarks": None
            if marks is None
            else {
                "films": len(marks.mm),
                "mean_mm": marks.mean_mm,
                "median_mm": marks.median_mm,
                "within_mm": {str(mm): marks.within(mm) for mm in LEVELS_MM},
                "per_landmark_mm": marks.per_landmark_mm(),
            },
            "seconds_per_film_median": self.seconds,
            "missing_rows": list(self.missing),
            "sites_left_out": dict(self.sites_left_out),
            "left_out": self.left_out,
            "contradictions": dict(self.contradictions),
            "use": USE,
        }
        return json.dumps(_plain(content), indent=1, ensure_ascii=False) + "\n"


def _find(results: Sequence[RowResult], row: Row, site: Site) -> RowResult | None:
    for found in results:
        if (found.row, found.site) == (row, site):
            return found
    return None


def _gap_in_words(gap: Gap) -> str:
    low, high = gap.interval
    around = f" ({low:.0%} to {high:.0%})" if np.isfinite(low) else ""
    return f"{SITE_NAMES[gap.site]} {gap.share:.0%}{around}"


def _record(one: RowSummary) -> dict[str, Any]:
    """A row as flat columns: each figure with its interval."""
    a = one.agreement
    low, high = a.limits_g_cm2
    record: dict[str, Any] = {
        "inputs": one.inputs, "site": one.site, "row": one.row, "n": a.n,
        "patients": one.patients,
    }  # fmt: skip
    for name in FIGURES:
        record[name] = getattr(a, name)
        record[f"{name}_low"], record[f"{name}_high"] = one.intervals[name]
    return record | {
        "limit_low_g_cm2": low,
        "limit_high_g_cm2": high,
        "limits_error_g_cm2": one.limits_error_g_cm2,
        "coverage_of_90": one.coverage,
        "coverage_of_90_low": one.coverage_interval[0],
        "coverage_of_90_high": one.coverage_interval[1],
        "interval_width_g_cm2": one.interval_width_g_cm2,
        "in_sample_r": one.in_sample.r,
        "in_sample_mae_g_cm2": one.in_sample.mae_g_cm2,
        "fold_spread_r": one.fold_spread_r,
        "fold_spread_mae_g_cm2": one.fold_spread_mae_g_cm2,
    }


def _landmark_line(errors: LandmarkErrors) -> str:
    within = ", ".join(f"{errors.within(mm):.0%} within {mm} mm" for mm in LEVELS_MM)
    worst = sorted(errors.per_landmark_mm().items(), key=lambda item: -item[1])
    return (
        f"Landmarks of {len(errors.mm)} films: mean radial error"
        f" {errors.mean_mm:.2f} mm, median {errors.median_mm:.2f} mm; {within};"
        f" worst {worst[0][0]} ({worst[0][1]:.1f} mm)"
    )


def _plain(value: Any) -> Any:
    """JSON has no NaN: it becomes null."""
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
